// When a request could begin.
//
// For whole units a lower bound is sharpened until it holds: each unit says when it could begin at the earliest, the
// n-th of those is the first time at which n units can have begun, asked again from there until nothing moves. Then
// the search itself is asked, since only it knows watts and several lines. Where it says no, the next time is one at
// which something that was in the way ends, and those are tried in growing strides with the last stride halved.

import FleetModel

extension PackingState {
    /// The first start in `starts` at which all of `request` can be placed, with that placement; nil when there is none.
    ///
    /// The request's own window gives the length; its start is not read. Exact for one line of whole units, not
    /// `within` a level and not spread, where only space is in the way. Else times are tried in growing strides: what is
    /// answered fits, but a shorter gap before it may have been passed over. O(bookings of accepted racks) for each sharpening, of which there are few.
    public func earliestStart(
        of request: PlacementRequest, in starts: ClosedRange<Int64>
    ) -> (start: Int64, outcome: PlacementOutcome)? {
        var search = StartSearch(state: self, request: request, latest: starts.upperBound)
        return search.run(from: starts.lowerBound)
    }
}

/// One search for a start.
private struct StartSearch {
    let state: PackingState
    let request: PlacementRequest
    let latest: Int64
    /// Length of the window, turn-round included.
    private let length: Int64
    /// The line of whole units that bounds the start, if there is one.
    private let boundingLine: PlacementLine?
    private var outcome = PlacementOutcome()
    /// The times at which something ends, once they have been asked for.
    private var allEndings: [Int64]?

    /// How many times are tried by placing the whole request before the search gives up.
    private static let triesMax = 96

    init(state: PackingState, request: PlacementRequest, latest: Int64) {
        self.state = state
        self.request = request
        self.latest = latest
        length = request.terms.until - request.terms.start
        boundingLine = request.lines.filter { UnitKind($0.shape) != nil }.max { $0.shape.rank > $1.shape.rank }
    }

    mutating func run(from earliest: Int64) -> (start: Int64, outcome: PlacementOutcome)? {
        guard var start = bound(from: earliest), start <= latest else { return nil }
        var (failed, stride, tries) = (start, 1, 0)
        while tries < Self.triesMax {
            tries += 1
            if fits(at: start) { return halve(after: failed, until: start) }
            // What does not fit when everything has ended does not fit at all, and most of what never fits stops here.
            if tries == 1, let last = relief(after: start, skipping: .max), !fits(at: last), isEverythingOver(at: last)
            {
                return nil
            }
            failed = start
            guard let next = relief(after: start, skipping: stride), let sharpened = bound(from: next) else {
                return nil
            }
            start = sharpened
            if start > latest {
                // The stride may have jumped over the end of the range.
                guard stride > 1 else { return nil }
                stride = 1
                guard let near = relief(after: failed, skipping: 1), let again = bound(from: near), again <= latest
                else { return nil }
                start = again
            } else {
                stride *= 2
            }
        }
        return nil
    }

    /// Whether no booking of an accepted site and no closure with an end lasts beyond a time, and no limit changes later.
    private mutating func isEverythingOver(at time: Int64) -> Bool { endings(after: time, until: .max).isEmpty }

    private mutating func fits(at start: Int64) -> Bool {
        state.place(moved(to: start), into: &outcome, explaining: false)
        return outcome.isComplete
    }

    private func moved(to start: Int64) -> PlacementRequest {
        var moved = request
        let terms = request.terms
        moved.terms = BookingTerms(
            lease: terms.lease, start: start, end: start + (terms.end - terms.start), until: start + length,
            cap: terms.cap)
        return moved
    }

    /// The first time between one that failed and one that fits at which something ends and the request fits.
    private mutating func halve(after failed: Int64, until fitting: Int64) -> (start: Int64, outcome: PlacementOutcome)
    {
        var (start, best) = (fitting, outcome)
        var low = failed
        for _ in 0..<16 where low < start {
            let times = endings(after: low, until: start)
            guard !times.isEmpty else { break }
            let middle = times[times.startIndex + times.count / 2]
            if fits(at: middle) { (start, best) = (middle, outcome) } else { low = middle }
        }
        return (start, best)
    }

    // MARK: Times at which something ends

    /// The `count`-th time after `time` at which a booking of an accepted rack, a closure or a limit ends.
    private mutating func relief(after time: Int64, skipping count: Int) -> Int64? {
        let times = endings(after: time, until: latest == .max ? .max : latest + 1)
        return times.isEmpty ? nil : times[times.startIndex + min(count, times.count) - 1]
    }

    /// The times in between at which something ends, ascending, each once.
    private mutating func endings(after low: Int64, until high: Int64) -> ArraySlice<Int64> {
        let all = allEndings ?? gatheredEndings()
        allEndings = all
        let first = all.partitioningIndex { $0 > low }
        return all[first..<max(first, all.partitioningIndex { $0 >= high })]
    }

    /// O(bookings of accepted sites), once for each search.
    private func gatheredEndings() -> [Int64] {
        var times: [Int64] = []
        func note(_ time: Int64) {
            if time != .min && times.last != time { times.append(time) }
        }
        let tables = state.tables
        for rack in 0..<tables.rackCount where request.siteMask >> UInt64(tables.rackSite[rack]) & 1 == 1 {
            state.lists.forEach(from: state.racks[rack].firstBooking) { note($1.until) }
            let first = Int(tables.rackFirstNode[rack])
            if state.racks[rack].nodeBookingCount == 0 && state.racks[rack].shutCount == 0 { continue }
            for node in first..<first + Int(tables.rackNodeCount[rack]) {
                note(state.nodes[node].closedUntil)
                state.lists.forEach(from: state.nodes[node].firstBooking) { note($1.until) }
            }
        }
        for place in 0..<tables.limitAt.count { note(tables.limitAt[place]) }
        for load in state.ceilings.loads {
            for piece in state.ceilings.pieces(of: load) { note(piece.until) }
            for step in state.relief.steps(of: load, from: state.instant, until: .max) { note(step.at) }
        }
        times.sort()
        var result: [Int64] = []
        for time in times where result.last != time { result.append(time) }
        return result
    }

    // MARK: The bound from space

    /// The first time at or after `time` at which enough units of the bounding line are free; `time` without one.
    private func bound(from time: Int64) -> Int64? {
        guard let line = boundingLine, let kind = UnitKind(line.shape) else { return time }
        let window = SearchWindow(moved(to: time), isIndexed: state.isIndexed(time, now: request.now))
        let scratch = state.tables.takeScratch()
        defer { state.tables.giveBack(scratch) }
        state.accept(line, window, scratch)
        let units = acceptedUnits(kind, window, scratch)
        guard units.count >= line.count, line.count > 0 else { return line.count > 0 ? nil : time }
        var starts = units.map { firstStart(of: $0, from: time) }
        var bound = time
        while true {
            let reached = nthSmallest(starts, line.count)
            if reached == .max { return nil }
            if reached == bound && !starts.contains(where: { $0 < bound }) { return bound }
            bound = reached
            // Who was ready before may be taken again by then.
            for (index, unit) in units.enumerated() where starts[index] < bound {
                starts[index] = firstStart(of: unit, from: bound)
            }
            if nthSmallest(starts, line.count) == bound { return bound }
        }
    }

    /// Racks and nodes of each unit that the line may use.
    private func acceptedUnits(_ kind: UnitKind, _ window: SearchWindow, _ scratch: SearchScratch) -> [Range<Int>] {
        let tables = state.tables
        func nodes(_ rack: Int) -> Range<Int> {
            let first = Int(tables.rackFirstNode[rack])
            return first..<first + Int(tables.rackNodeCount[rack])
        }
        func acceptsWhole(_ rack: Int) -> Bool {
            state.accepts(rack, scratch) && scratch.usableNodes(ofRack: rack, tables) == tables.fullRack(rack)
        }
        switch kind {
        case .block:
            return (0..<tables.blockCount).filter { block in
                tables.blockRacks[block].range.allSatisfy { acceptsWhole($0) }
            }
            .map { tables.blockNodes[$0].range }
        case .rack:
            return (0..<tables.rackCount).filter { acceptsWhole($0) }.map(nodes)
        case .node:
            return (0..<tables.rackCount).filter { state.accepts($0, scratch) }
                .flatMap { rack in
                    nodes(rack).filter { scratch.mayUse($0, ofRack: rack, tables) }.map { $0..<$0 + 1 }
                }
        }
    }

    /// The first time at or after `time` from which all nodes of a unit are free for the length of the window.
    private func firstStart(of unit: Range<Int>, from time: Int64) -> Int64 {
        let tables = state.tables
        var start = time
        var moved = true
        func pass(_ terms: TermsRecord) {
            if terms.start < start + length && start < terms.until {
                start = terms.until
                moved = true
            }
        }
        while moved {
            moved = false
            var node = unit.lowerBound
            while node < unit.upperBound {
                let rack = Int(tables.rackOfNode[node])
                let end = min(unit.upperBound, Int(tables.rackFirstNode[rack]) + Int(tables.rackNodeCount[rack]))
                let record = state.racks[rack]
                state.lists.forEach(from: record.firstBooking) { pass($1) }
                if record.shutCount > 0 || (record.nodeBookingCount > 0 && start < record.nodesIdleFrom) {
                    for node in node..<end {
                        let closedUntil = state.nodes[node].closedUntil
                        if closedUntil == .max { return .max }
                        if closedUntil > start { (start, moved) = (closedUntil, true) }
                        if state.nodes[node].notReady != 0 && start <= request.now {
                            (start, moved) = (request.now + 1, true)
                        }
                        state.lists.forEach(from: state.nodes[node].firstBooking) { pass($1) }
                    }
                }
                node = end
            }
        }
        return start
    }

    private func nthSmallest(_ values: [Int64], _ count: Int) -> Int64 {
        values.sorted()[count - 1]
    }
}

extension [Int64] {
    /// The first index of an ascending array from which on `belongs` holds. O(log n).
    fileprivate func partitioningIndex(_ belongs: (Int64) -> Bool) -> Int {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = (low + high) / 2
            if belongs(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
