// When leases are over, the first to end first.

/// A binary heap by time, then by number.
struct PackAgenda {
    struct Entry: Comparable {
        let until: Int64
        let number: UInt64
        let id: String

        static func < (left: Entry, right: Entry) -> Bool {
            (left.until, left.number) < (right.until, right.number)
        }
    }

    private var entries: [Entry] = []

    /// O(log n).
    mutating func add(_ entry: Entry) {
        entries.append(entry)
        var child = entries.count - 1
        while child > 0, entries[child] < entries[(child - 1) / 2] {
            entries.swapAt(child, (child - 1) / 2)
            child = (child - 1) / 2
        }
    }

    /// Takes out the first entry when it is over by `time`. O(log n).
    mutating func next(until time: Int64) -> Entry? {
        guard let first = entries.first, first.until <= time else { return nil }
        entries.swapAt(0, entries.count - 1)
        entries.removeLast()
        var parent = 0
        while true {
            let children = 2 * parent + 1..<min(2 * parent + 3, max(2 * parent + 1, entries.count))
            guard let least = children.min(by: { entries[$0] < entries[$1] }), entries[least] < entries[parent] else {
                return first
            }
            entries.swapAt(least, parent)
            parent = least
        }
    }
}
