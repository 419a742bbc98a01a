// Names of requests.

/// Names the requests of one connection, without asking the kernel for each.
///
/// They begin at a random number of the connection's own, so they tell nobody how many requests others make. (SplitMix64: Steele,
/// Lea and Flood, Fast Splittable Pseudorandom Number Generators, 2014.)
struct RequestIDs {
    private var state = UInt64.random(in: .min ... .max)

    mutating func next() -> String {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Self.text(mixed ^ (mixed >> 31))
    }

    /// The name that a number gives, for example `r-1y2p0ij32e8e7`.
    static func text(_ number: UInt64) -> String { "r-" + String(number, radix: 36) }
}
