// Figures by how large they are, for Prometheus' histograms.

/// How many figures fell under each of some bounds. Recording allocates nothing.
public struct Histogram: Sendable, Equatable {
    /// Upper bounds, inclusive, ascending.
    public let bounds: [Int64]
    /// Figures under each bound and over the one before; the last count is of those over all bounds.
    public private(set) var counts: [UInt64]
    /// All figures together.
    public private(set) var sum: Int64 = 0

    /// A histogram without figures.
    public init(bounds: [Int64]) {
        self.bounds = bounds
        counts = [UInt64](repeating: 0, count: bounds.count + 1)
    }

    /// Bounds in nanoseconds, from 5 µs to 10 s: finest around the millisecond that one decision may take.
    public static let nanosecondBounds: [Int64] =
        [
            5, 10, 25, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000,
            1_000_000, 2_500_000, 10_000_000,
        ].map { $0 * 1_000 }

    /// How many figures there are.
    public var count: UInt64 { counts.reduce(0, +) }

    /// Counts one figure. O(log bounds).
    public mutating func record(_ figure: Int64) {
        var (low, high) = (0, bounds.count)
        while low < high {
            let middle = (low + high) / 2
            if bounds[middle] < figure { low = middle + 1 } else { high = middle }
        }
        counts[low] += 1
        sum &+= figure
    }

    /// A copy that shares no storage, so that whoever goes on recording need not copy.
    func apart() -> Histogram {
        var copy = Histogram(bounds: bounds)
        for place in counts.indices { copy.counts[place] = counts[place] }
        copy.sum = sum
        return copy
    }
}
