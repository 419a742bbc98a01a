// Decisions of one kind, one after the other, as the daemon's writer makes them.

import Packing
import SampleFleets

/// Places, commits and releases requests of one row on a state that it changes and puts back.
///
/// The hot path is what is measured: the request, its outcomes and their arrays are used again.
struct Decisions {
    private var request: PlacementRequest
    private var outcomes: [PlacementOutcome]
    private var terms: [BookingTerms?]
    private let days: ClosedRange<Int64>
    private var seed = Seed(7)
    private var number: UInt64 = 1_000_000_000
    private(set) var slot = 0

    init(_ row: CoreRow) {
        request = PlacementRequest(
            lines: row.lines, siteMask: .max, terms: OccupiedFleet.terms(1, days: 1), now: SampleFleets.now)
        outcomes = Array(repeating: PlacementOutcome(), count: row.heldCount)
        terms = Array(repeating: nil, count: row.heldCount)
        days = row.days
    }

    /// Turns to the next slot and draws the next lease's terms; says whether the slot still holds a lease.
    mutating func turn() -> Bool {
        slot = slot + 1 == outcomes.count ? 0 : slot + 1
        number += 1
        request.terms = OccupiedFleet.terms(number, days: Int64.random(in: days, using: &seed))
        return terms[slot] != nil
    }

    /// Releases what the slot holds.
    @inline(__always)
    mutating func release(_ state: inout PackingState) {
        guard let held = terms[slot] else { return }
        state.unbook(outcomes[slot].lines, as: held)
        terms[slot] = nil
    }

    @inline(__always)
    mutating func place(_ state: PackingState) { state.place(request, into: &outcomes[slot]) }

    /// Commits what was placed, or nothing when it was refused.
    @inline(__always)
    mutating func commit(_ state: inout PackingState) {
        guard outcomes[slot].isComplete else { return }
        state.book(outcomes[slot].lines, as: request.terms)
        terms[slot] = request.terms
    }

    var isGranted: Bool { outcomes[slot].isComplete }

    /// Whole units that would fit and that were asked for, of the line that falls short.
    var shortfall: (placed: Int, wanted: Int)? {
        outcomes[slot].findings.first { $0.placed < $0.wanted }.map { ($0.placed, $0.wanted) }
    }

    mutating func releaseAll(_ state: inout PackingState) {
        for index in outcomes.indices {
            slot = index
            release(&state)
        }
    }
}
