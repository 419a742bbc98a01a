// The times of one row on one state.

import Packing
import Probes

struct Measurement {
    let row: CoreRow
    var place: Samples
    /// Placing and committing together.
    var decide: Samples
    var release: Samples
    /// Placing and committing when the caches hold nothing of the state.
    var cold: Samples
    /// Time of saying no, where the row does not fit.
    var refuse: Samples
    var shortfall: (placed: Int, wanted: Int)?
    var allocationsPerDecision = 0.0

    var fits: Bool { !place.isEmpty }

    init(_ row: CoreRow, on state: inout PackingState, evictor: Evictor?) {
        self.row = row
        place = Samples(capacity: row.sampleCount, by: row.clock)
        decide = Samples(capacity: row.sampleCount, by: row.clock)
        release = Samples(capacity: row.sampleCount, by: row.clock)
        cold = Samples(capacity: Self.coldCount)
        refuse = Samples(capacity: row.sampleCount, by: row.clock)
        var decisions = Decisions(row)
        time(&decisions, &state)
        if fits {
            countAllocations(&decisions, &state)
            if let evictor { timeCold(&decisions, &state, evictor) }
        }
        decisions.releaseAll(&state)
        for path in [\Measurement.place, \.decide, \.release, \.cold, \.refuse] { self[keyPath: path].sort() }
    }

    /// When the first are all refused, so are the others; each looks at every node to say why.
    private static let refusalsMax = 20
    private static let coldCount = 40
    private static let countedMax = 1_000

    private mutating func time(_ decisions: inout Decisions, _ state: inout PackingState) {
        let clock = row.clock
        // The first round fills the slots and grows their arrays.
        for turn in -row.heldCount..<row.sampleCount {
            if decisions.turn() {
                let from = clock.nanoseconds()
                decisions.release(&state)
                let until = clock.nanoseconds()
                if turn >= 0 { release.add(until - from) }
            }
            let from = clock.nanoseconds()
            decisions.place(state)
            let placed = clock.nanoseconds()
            decisions.commit(&state)
            let committed = clock.nanoseconds()
            guard turn >= 0 else { continue }
            if decisions.isGranted {
                place.add(placed - from)
                decide.add(committed - from, looks: 2)
            } else {
                refuse.add(placed - from)
                shortfall = decisions.shortfall
                if place.isEmpty && refuse.count == Self.refusalsMax { return }
            }
        }
    }

    private mutating func countAllocations(_ decisions: inout Decisions, _ state: inout PackingState) {
        let count = min(Self.countedMax, row.sampleCount)
        let before = probe_heap_calls()
        for _ in 0..<count {
            _ = decisions.turn()
            probe_heap_set_counting(true)
            decisions.release(&state)
            decisions.place(state)
            decisions.commit(&state)
            probe_heap_set_counting(false)
        }
        allocationsPerDecision = Double(probe_heap_calls() - before) / Double(count)
    }

    private mutating func timeCold(
        _ decisions: inout Decisions, _ state: inout PackingState, _ evictor: Evictor
    ) {
        for _ in 0..<Self.coldCount {
            _ = decisions.turn()
            decisions.release(&state)
            evictor.evict()
            let from = Stopwatch.nanoseconds()
            decisions.place(state)
            decisions.commit(&state)
            cold.add(Stopwatch.nanoseconds() - from)
        }
    }
}
