// A set of racks as ascending ranges: what hangs below one budget domain.

struct RackScope {
    /// Ascending, disjoint and not empty.
    private(set) var ranges: [Range<Int>] = []

    init(_ ranges: [Range<Int>] = []) {
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) { append(range) }
    }

    var isEmpty: Bool { ranges.isEmpty }
    var rackCount: Int { ranges.reduce(0) { $0 + $1.count } }

    /// Adds a range that does not begin before the last one.
    mutating func append(_ range: Range<Int>) {
        guard !range.isEmpty else { return }
        if let last = ranges.last, range.lowerBound <= last.upperBound {
            ranges[ranges.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
        } else {
            ranges.append(range)
        }
    }

    /// The part of `range` within the scope. O(log ranges + parts).
    func intersection(_ range: Range<Int>) -> RackScope {
        var result = RackScope()
        var position = firstRange(endingAfter: range.lowerBound)
        while position < ranges.count, ranges[position].lowerBound < range.upperBound {
            result.append(ranges[position].clamped(to: range))
            position += 1
        }
        return result
    }

    /// True when all of `range` is within the scope.
    func contains(_ range: Range<Int>) -> Bool {
        let position = firstRange(endingAfter: range.lowerBound)
        guard position < ranges.count else { return range.isEmpty }
        return ranges[position].lowerBound <= range.lowerBound && range.upperBound <= ranges[position].upperBound
    }

    private func firstRange(endingAfter rack: Int) -> Int {
        var low = 0
        var high = ranges.count
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound > rack { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
