// What is going to happen in a simulation, the earliest first.

/// A binary heap of numbered events; of two at one time the lower number comes first.
struct EventQueue {
    struct Event {
        let at: Int64
        let number: Int
    }

    private var heap: [Event] = []

    var first: Event? { heap.first }

    mutating func add(_ number: Int, at time: Int64) {
        heap.append(Event(at: time, number: number))
        var child = heap.count - 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard isBefore(child, parent) else { return }
            heap.swapAt(child, parent)
            child = parent
        }
    }

    /// Takes the earliest event when it is at or before a time. O(log events).
    mutating func removeFirst(until time: Int64) -> Event? {
        guard let first = heap.first, first.at <= time else { return nil }
        heap.swapAt(0, heap.count - 1)
        heap.removeLast()
        var parent = 0
        while true {
            var least = parent
            for child in [2 * parent + 1, 2 * parent + 2] where child < heap.count && isBefore(child, least) {
                least = child
            }
            guard least != parent else { return first }
            heap.swapAt(parent, least)
            parent = least
        }
    }

    private func isBefore(_ left: Int, _ right: Int) -> Bool {
        heap[left].at != heap[right].at ? heap[left].at < heap[right].at : heap[left].number < heap[right].number
    }
}
