// Sets of nodes as ascending ranges.

extension [Range<Int>] {
    /// The ranges without one node.
    func removing(_ node: Int) -> [Range<Int>] { subtracting([node..<node + 1]) }

    /// The ranges without the nodes of `others`; both ascending and not overlapping. O(n + m).
    func subtracting(_ others: [Range<Int>]) -> [Range<Int>] {
        var result: [Range<Int>] = []
        var next = 0
        for range in self {
            var low = range.lowerBound
            while next < others.count, others[next].upperBound <= low { next += 1 }
            var place = next
            while place < others.count, others[place].lowerBound < range.upperBound {
                if others[place].lowerBound > low { result.append(low..<others[place].lowerBound) }
                low = Swift.max(low, others[place].upperBound)
                place += 1
            }
            if low < range.upperBound { result.append(low..<range.upperBound) }
        }
        return result
    }

    /// The same nodes as ascending ranges that neither touch nor overlap. O(n log n).
    public func united() -> [Range<Int>] {
        var result: [Range<Int>] = []
        for range in sorted(by: { $0.lowerBound < $1.lowerBound }) where !range.isEmpty {
            if let last = result.last, last.upperBound >= range.lowerBound {
                result[result.count - 1] = last.lowerBound..<Swift.max(last.upperBound, range.upperBound)
            } else {
                result.append(range)
            }
        }
        return result
    }

    /// The nodes that are in `others` too; both ascending and not overlapping. O(n + m).
    func intersecting(_ others: [Range<Int>]) -> [Range<Int>] {
        var result: [Range<Int>] = []
        var next = 0
        for range in self {
            while next < others.count, others[next].upperBound <= range.lowerBound { next += 1 }
            var place = next
            while place < others.count, others[place].lowerBound < range.upperBound {
                result.append(range.clamped(to: others[place]))
                place += 1
            }
        }
        return result
    }
}
