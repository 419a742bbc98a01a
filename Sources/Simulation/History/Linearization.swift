// Whether what several clients saw of one thing can have been the work of one after the other.

/// An operation with the time from its call to its answer, in which it took effect.
struct TimedOperation<Operation> {
    var operation: Operation
    var invoked: Int64
    /// `.max` where no answer came.
    var returned: Int64
    /// Whether it may never have taken effect.
    var isOptional: Bool
}

/// Looks for an order of operations that respects their times and what a sequential machine allows: linearizability
/// (Herlihy and Wing, TOPLAS 1990), by the search of Wing and Gong (1993) with Lowe's memory of what has been seen (2017).
///
/// A history is linearizable just when that of each single thing is, so each is searched by itself.
struct Linearization<State: Hashable, Operation> {
    private struct Seen: Hashable {
        var done: [UInt64]
        var state: State
    }

    private let operations: [TimedOperation<Operation>]
    private let apply: (State, Operation) -> State?

    /// - Parameter apply: the state after an operation; nil where the operation cannot be answered so in that state.
    init(_ operations: [TimedOperation<Operation>], apply: @escaping (State, Operation) -> State?) {
        self.operations = operations.sorted { $0.invoked < $1.invoked }
        self.apply = apply
    }

    /// Whether there is such an order. Exponential in the number of writes that overlap; reads that fit where they are looked at
    /// are taken at once, since they leave the state as it is.
    func exists(from initial: State) -> Bool {
        var seen: Set<Seen> = []
        var stack = [Seen(done: [UInt64](repeating: 0, count: (operations.count + 63) / 64), state: initial)]
        while var place = stack.popLast() {
            var candidates = takeWhatFits(&place)
            if candidates == nil { return true }
            guard seen.insert(place).inserted else { continue }
            candidates?.reverse()
            for index in candidates ?? [] {
                guard let state = apply(place.state, operations[index].operation), state != place.state else {
                    continue
                }
                var next = Seen(done: place.done, state: state)
                next.done[index / 64] |= 1 << UInt64(index % 64)
                stack.append(next)
            }
        }
        return false
    }

    /// Takes all operations that may come next and leave the state as it is; the others that may come next, or nil where
    /// none is left that must.
    private func takeWhatFits(_ place: inout Seen) -> [Int]? {
        while true {
            var bound = Int64.max
            var isDone = true
            for (index, timed) in operations.enumerated() where !isTaken(index, place) && !timed.isOptional {
                bound = min(bound, timed.returned)
                isDone = false
            }
            if isDone { return nil }
            var candidates: [Int] = []
            var hasTaken = false
            for (index, timed) in operations.enumerated() where !isTaken(index, place) {
                guard timed.invoked <= bound else { break }
                if !timed.isOptional, apply(place.state, timed.operation) == place.state {
                    place.done[index / 64] |= 1 << UInt64(index % 64)
                    hasTaken = true
                } else {
                    candidates.append(index)
                }
            }
            if !hasTaken { return candidates }
        }
    }

    private func isTaken(_ index: Int, _ place: Seen) -> Bool { place.done[index / 64] >> UInt64(index % 64) & 1 == 1 }
}
