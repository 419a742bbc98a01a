// Latencies by how long they are, finely enough for percentiles, in a space that does not grow with their count.

/// Counts of nanoseconds in buckets that are at most 1/64 wide of what they hold.
///
/// The buckets are those of HdrHistogram (Gil Tene): each power of two is cut into as many equal parts.
public struct LatencyHistogram: Sendable, Equatable {
    private static let partBits = 6
    private static let parts = 1 << partBits
    /// Up to 2^42 ns, which is over an hour; what is longer counts as that.
    private static let octaves = 37
    private var counts = [UInt32](repeating: 0, count: octaves * parts)

    /// How many there are.
    public private(set) var count = 0
    /// The longest, in nanoseconds; 0 when there is none.
    public private(set) var longest: Int64 = 0

    /// Without any.
    public init() {}

    /// Counts one of so many nanoseconds; one below 0 counts as 0. O(1).
    public mutating func record(_ nanoseconds: Int64) {
        let value = max(0, nanoseconds)
        counts[Self.bucket(of: value)] += 1
        count += 1
        longest = max(longest, value)
    }

    /// Adds all that another has counted. O(buckets).
    public mutating func add(_ other: LatencyHistogram) {
        for place in counts.indices { counts[place] += other.counts[place] }
        count += other.count
        longest = max(longest, other.longest)
    }

    /// The latency in nanoseconds that `rank` of all are not over, such as 0.99; nil when there is none. It is at most
    /// 1/64 too large. O(buckets).
    public func percentile(_ rank: Double) -> Int64? {
        guard count > 0 else { return nil }
        var left = max(1, Int((Double(count) * rank).rounded(.up)))
        for (place, count) in counts.enumerated() {
            left -= Int(count)
            // The last bucket has no end.
            if left <= 0 { return place == counts.count - 1 ? longest : min(longest, Self.highest(of: place)) }
        }
        return longest
    }

    private static func bucket(of value: Int64) -> Int {
        guard value >= Int64(parts) else { return Int(value) }
        let exponent = 63 - value.leadingZeroBitCount
        let octave = exponent - partBits + 1
        guard octave < octaves else { return octaves * parts - 1 }
        return octave * parts + Int(value >> Int64(exponent - partBits)) - parts
    }

    private static func highest(of bucket: Int) -> Int64 {
        let (octave, part) = (bucket / parts, bucket % parts)
        guard octave > 0 else { return Int64(part) }
        return (Int64(parts + part + 1) << Int64(octave - 1)) - 1
    }
}
