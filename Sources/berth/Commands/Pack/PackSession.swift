// A fleet, what is leased on it, and a clock: what berth pack decides on.

import FleetModel
import Foundation
import Packing

struct PackSession {
    private struct Held {
        let number: UInt64
        let lines: [LinePlacement]
        let terms: BookingTerms
    }

    let fleet: Fleet
    private var state: PackingState
    private var now: Int64
    private var held: [String: Held] = [:]
    private var agenda = PackAgenda()
    private var requestCount = 0
    /// Every id that was ever asked for: a trace gives back what was refused, too.
    private var asked: Set<String> = []
    /// Written anew by each search, so that none is timed with the making of it.
    private var outcome = PlacementOutcome()
    private var tally = PackTally()

    init(fleet: Fleet, now: Int64, instructionSet: InstructionSet = .widest) {
        self.fleet = fleet
        self.now = now
        state = PackingState(fleet: fleet, instructionSet: instructionSet)
        state.advance(to: now)
    }

    /// Does what one line of the input asks.
    mutating func run(_ step: PackStep, line: Int) throws(LineSyntax.Fault) -> PackAnswer {
        switch step {
        case .lease(let lease): return .decision(try decide(lease, line: line))
        case .release(let id): return .released(try release(id))
        case .at(let time): return .clock(try advance(to: time.seconds(now: now)))
        case .report: return .report(report())
        }
    }

    /// What the whole input came to.
    func summary() -> PackSummary { PackSummary(tally: tally, liveCount: held.count, report: report()) }

    private func report() -> PackReport { PackReport(state.report(at: now)) }

    // MARK: Deciding

    private mutating func decide(_ lease: PackLease, line: Int) throws(LineSyntax.Fault) -> PackDecision {
        let number = UInt64(requestCount + 1)
        let request = try lease.placementRequest(on: fleet, number: number, now: now)
        let id = lease.id ?? "\(number)"
        guard held[id] == nil else { throw PackSyntax.expected("an id that no live lease has", id) }
        requestCount += 1
        asked.insert(id)
        let began = steadyNanoseconds()
        state.place(request, into: &outcome)
        let placed = steadyNanoseconds()
        if outcome.isComplete { book(outcome.lines, as: request.terms) }
        let committed = steadyNanoseconds()
        let times = PackTimes(place: placed - began, commit: outcome.isComplete ? committed - placed : nil)
        tally.add(times)
        if outcome.isComplete { keep(id, number, request.terms) }
        return PackDecision(line: line, id: id, outcome: outcome, times: times, on: fleet)
    }

    private mutating func keep(_ id: String, _ number: UInt64, _ terms: BookingTerms) {
        // Copied element by element: arrays shared with the outcome would have to be copied by the next search.
        let lines = outcome.lines.map {
            LinePlacement(
                wholeNodes: $0.wholeNodes.withUnsafeBufferPointer(Array.init),
                partialNodes: $0.partialNodes.withUnsafeBufferPointer(Array.init),
                slices: $0.slices.withUnsafeBufferPointer(Array.init))
        }
        held[id] = Held(number: number, lines: lines, terms: terms)
        agenda.add(PackAgenda.Entry(until: terms.until, number: number, id: id))
    }

    private mutating func release(_ id: String) throws(LineSyntax.Fault) -> PackRelease {
        guard asked.contains(id) else { throw PackSyntax.expected("an id that was asked for", id) }
        guard let lease = held.removeValue(forKey: id) else { return PackRelease(released: id, held: false) }
        let began = steadyNanoseconds()
        unbook(lease)
        return PackRelease(released: id, held: true, nanoseconds: steadyNanoseconds() - began)
    }

    private mutating func advance(to time: Int64) throws(LineSyntax.Fault) -> PackClock {
        guard time >= now else { throw PackSyntax.expected("a time that is not before the clock", "an earlier one") }
        now = time
        let began = steadyNanoseconds()
        state.advance(to: now)
        var endedCount = 0
        while let entry = agenda.next(until: now) {
            // What was released, and maybe asked for again under its id, is not ended once more.
            guard let lease = held[entry.id], lease.number == entry.number else { continue }
            held[entry.id] = nil
            unbook(lease)
            endedCount += 1
        }
        return PackClock(
            now: timeText(now), ended: endedCount, live: held.count, nanoseconds: steadyNanoseconds() - began)
    }

    private mutating func book(_ lines: [LinePlacement], as terms: BookingTerms) {
        for line in lines {
            if !line.wholeNodes.isEmpty { state.bookNodes(line.wholeNodes, as: terms) }
            for partial in line.partialNodes { state.bookModules(partial.moduleMask, of: partial.node, as: terms) }
            for slice in line.slices { state.bookSlice(slice, as: terms) }
        }
    }

    private mutating func unbook(_ lease: Held) {
        for line in lease.lines {
            if !line.wholeNodes.isEmpty { state.unbookNodes(line.wholeNodes, as: lease.terms) }
            for partial in line.partialNodes {
                state.unbookModules(partial.moduleMask, of: partial.node, as: lease.terms)
            }
            for slice in line.slices { state.unbookSlice(slice, as: lease.terms) }
        }
    }
}

/// Nanoseconds of a clock that only goes forward.
private func steadyNanoseconds() -> Int {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return now.tv_sec * 1_000_000_000 + now.tv_nsec
}
