// The part that runs under callgrind: decisions between marks.

import Packing
import Probes
import SampleFleets

/// Makes a fleet, then runs each row three times with only the decisions collected: placing, committing, and both with
/// the simulated caches emptied before each. Callgrind writes a file for each.
struct CountedRun {
    private let arguments: Arguments

    /// What is collected of a row.
    enum Part: String, CaseIterable {
        case place, commit, cold
    }

    /// Decisions of each part; the long rows run fewer.
    static func count(_ row: CoreRow, _ part: Part) -> Int {
        min(part == .cold ? 20 : 200, max(4, row.sampleCount / 50))
    }

    init(_ arguments: Arguments) throws { self.arguments = arguments }

    func run() throws {
        guard probe_callgrind_is_running() else { throw CoreFault("counted runs under valgrind --tool=callgrind") }
        let rows = try CoreRow.named(arguments.optional("rows"))
        let fleet = SampleFleets.load(arguments.fleetPath)
        var occupied = OccupiedFleet(fleet, percent: try arguments.number("occupancy", 0))
        occupied.bookTheFuture(upTo: try arguments.number("future", 10_000))
        let evictor = Evictor(megabytes: InstructionCounts.evictedMegabytes)
        occupied.withState { state in
            for row in rows { warm(row, &state) }
            probe_callgrind_begin()
            for row in rows { collect(row, &state, evictor) }
        }
    }

    /// Uncounted decisions, which make what the first of a kind make.
    private func warm(_ row: CoreRow, _ state: inout PackingState) {
        var decisions = Decisions(row)
        for _ in 0..<2 { decide(&decisions, &state) }
        decisions.releaseAll(&state)
    }

    private func decide(_ decisions: inout Decisions, _ state: inout PackingState) {
        _ = decisions.turn()
        decisions.release(&state)
        decisions.place(state)
        decisions.commit(&state)
    }

    private func collect(_ row: CoreRow, _ state: inout PackingState, _ evictor: Evictor) {
        var decisions = Decisions(row)
        for _ in 0..<min(row.heldCount, 8) { decide(&decisions, &state) }
        guard decisions.isGranted else { return }
        for part in Part.allCases {
            probe_callgrind_zero()
            for _ in 0..<Self.count(row, part) {
                _ = decisions.turn()
                decisions.release(&state)
                if part == .cold { evictor.evict() }
                if part != .commit { probe_callgrind_toggle() }
                decisions.place(state)
                if part == .place { probe_callgrind_toggle() }
                if part == .commit { probe_callgrind_toggle() }
                decisions.commit(&state)
                if part != .place { probe_callgrind_toggle() }
            }
            probe_callgrind_dump("\(row.key)/\(part.rawValue)")
        }
        decisions.releaseAll(&state)
    }
}
