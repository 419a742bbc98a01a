// The only source of chance in a simulation: a seed gives the same run everywhere.

import Foundation

/// SplitMix64 (Steele, Lea, Flood, OOPSLA'14), with the draws that simulations need.
public struct SimulationRandom: Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// A number from 0 to `count` - 1, each equally likely to within 2^-40 for counts below 2^24.
    public mutating func below(_ count: Int) -> Int {
        precondition(count > 0, "there is something to draw from")
        return Int(next().multipliedFullWidth(by: UInt64(count)).high)
    }

    /// The offset of one of `weights`, with a chance in proportion to it.
    public mutating func offset(weights: [Int]) -> Int {
        var rest = below(weights.reduce(0, +))
        for (offset, weight) in weights.enumerated() {
            if rest < weight { return offset }
            rest -= weight
        }
        preconditionFailure("the weights add up to more than what was drawn")
    }

    /// An exponential life or gap of that mean, rounded down, at least 1.
    public mutating func exponential(mean: Double) -> Int64 {
        let uniform = (Double(next() >> 11) + 1) * 0x1p-53
        return max(1, Int64(-log(uniform) * mean))
    }
}

extension SimulationRandom: RandomNumberGenerator {
    /// A number of a range, each equally likely.
    mutating func pick(_ range: Range<Int>) -> Int { range.lowerBound + below(range.count) }

    /// A number of a range, each equally likely.
    mutating func pick(_ range: ClosedRange<Int>) -> Int { range.lowerBound + below(range.count) }

    /// One of some things, each equally likely.
    mutating func pick<Element>(from choices: [Element]) -> Element { choices[below(choices.count)] }

    /// True once in `chance` times.
    mutating func isOne(in chance: Int) -> Bool { below(chance) == 0 }
}
