// Amendments that take units off a line.

import FleetModel
import Packing

extension Book {
    /// Gives up the units of a line that are over its target, at each time at which they are.
    mutating func cut(
        _ index: Int, to target: RampFunction, over window: Range<Int64>, _ course: AmendmentCourse, _ step: inout Step
    ) throws(Refusal) {
        let window = window.clamped(to: target.window)
        var times = Set(target.steps.map(\.at) + [window.lowerBound])
        for part in liveParts(of: course.number) { times.formUnion([part.start, part.end]) }
        for time in times.filter({ window.contains($0) }).sorted() {
            let held = liveParts(of: course.number).filter { $0.covers(time) }
            let excess = held.reduce(0) { $0 + $1.count(ofLine: index) } - target.count(at: time)
            guard excess > 0 else { continue }
            // What would only begin then goes before what is held.
            let coming = held.filter { $0.start >= time && $0.state == .scheduled }
            var leaving = self.leaving(
                excess, of: coming.flatMap { units(ofLine: index, of: $0) }, at: time, first: course.firstToGo)
            if leaving.count < excess {
                let rest = held.filter { part in !coming.contains { $0.number == part.number } }
                leaving += self.leaving(
                    excess - leaving.count, of: rest.flatMap { units(ofLine: index, of: $0) }, at: time,
                    first: course.firstToGo)
            }
            for part in held {
                let units = leaving.filter { $0.part == part.number }
                if !units.isEmpty { try take(units, ofLine: index, off: part, at: time, &step) }
            }
        }
    }

    /// Gives up the units of a line that are agreed for later, when the line is to grow before they come and would be too
    /// large then: what is granted for earlier goes on in their place, so that nobody changes hardware on the way.
    mutating func giveUpWhatIsToCome(
        _ index: Int, _ target: RampFunction, over window: Range<Int64>, _ course: AmendmentCourse, _ step: inout Step
    ) throws(Refusal) {
        let parts = liveParts(of: course.number)
        var times = Set(target.steps.map(\.at) + [window.lowerBound])
        for part in parts { times.formUnion([part.start, part.end]) }
        var (lacks, exceeds) = (false, false)
        for time in times.filter({ window.clamped(to: target.window).contains($0) }).sorted() {
            let held = parts.reduce(0) { $0 + ($1.covers(time) ? $1.count(ofLine: index) : 0) }
            if held < target.count(at: time) { lacks = true }
            if lacks && held > target.count(at: time) { exceeds = true }
        }
        guard exceeds else { return }
        for part in parts
        where part.state == .scheduled && part.start >= max(window.lowerBound, target.window.lowerBound) {
            let units = units(ofLine: index, of: part)
            guard !units.isEmpty, part.partOf != nil else { continue }
            try take(units, ofLine: index, off: part, at: part.start, &step)
        }
    }

    /// Takes units off a part from a time on: what is held until then becomes a part that ends then.
    mutating func take(
        _ units: [LineUnit], ofLine index: Int, off part: Lease, at time: Int64, _ step: inout Step
    ) throws(Refusal) {
        var (rest, gone) = (part, part)
        rest.lines[index].remove(units.map(\.hardware))
        rest.lines[index].count -= units.count
        let level = rest.lines[index].domainLevel
        let spares = rest.lines[index].releaseIdleSpares { domain(of: $0, at: level) }
        if part.state == .scheduled && part.start >= time {
            guard rest.holdsSomething || part.partOf == nil else {
                return commit(.leaseMoved(number: part.number, event: .release, at: step.now), &step)
            }
            return commitAmended(rest, &step)
        }
        // A window lasts at least a second.
        let end = max(time, part.start + 1)
        if !rest.holdsSomething && part.partOf != nil {
            gone.endEarly(at: end)
            commitAmended(gone, &step)
        } else {
            for other in gone.lines.indices { gone.lines[other].empty() }
            gone.lines[index].count = units.count
            gone.lines[index].holdings = Holdings(units.map(\.hardware), spares: spares)
            gone.endEarly(at: end)
            gone.divide(from: &rest)
            if !part.capSteps.isEmpty && gone.sharesGPU(with: rest) {
                throw Refusal(
                    .wrongState,
                    "instances on one GPU whose cap changes go together; give up all of line \(part.lines[index].name)")
            }
            commitAmended(rest, &step)
            let further = gone.asPart(number: nextLeaseNumber, of: part.leaseNumber)
            commitGranted(further, &step)
            gone = further
            // What was late may have gone, and what has gone may have been late.
            for number in [part.number, gone.number] where known(number).isInWindow {
                noteDown(number, known(number).downNodes, &step)
            }
        }
        if time <= step.now { commit(.leaseMoved(number: gone.number, event: .release, at: step.now), &step) }
    }
}

extension Lease {
    /// Whether a time lies in its window, and it is not ending.
    func covers(_ time: Int64) -> Bool { start <= time && time < end && (isInWindow || state == .scheduled) }

    func count(ofLine index: Int) -> Int { lines.indices.contains(index) ? lines[index].count : 0 }

    /// Ends its window earlier, with the caps that it has until its hardware has come back.
    fileprivate mutating func endEarly(at time: Int64) {
        end = time
        let until = until
        capSteps.removeAll { $0.at >= until }
        capStepsBegun = min(capStepsBegun, capSteps.count)
    }

    /// Whether both hold instances of one GPU.
    func sharesGPU(with other: Lease) -> Bool {
        let others = other.lines.flatMap(\.holdings.slices)
        return lines.flatMap(\.holdings.slices).contains { slice in
            others.contains { $0.node == slice.node && $0.moduleMask == slice.moduleMask }
        }
    }

    /// Parts nodes that are down, and conditions, with another part that keeps the rest of its hardware.
    fileprivate mutating func divide(from rest: inout Lease) {
        func isUsed(_ node: Int, by part: Lease) -> Bool { part.lines.contains { $0.holdings.uses(node) } }
        let (own, others) = (self, rest)
        downNodes = downNodes.filter { isUsed($0, by: own) }
        rest.downNodes = rest.downNodes.filter { isUsed($0, by: others) }
        if downNodes.isEmpty { conditions = [] }
        if rest.downNodes.isEmpty { rest.conditions = [] }
    }

    /// The same as a further part of a lease.
    func asPart(number: UInt64, of lease: UInt64, from start: Int64? = nil) -> Lease {
        var part = Lease(
            number: number, tenant: tenant, contract: contract, label: label, leaseClass: leaseClass, sites: sites,
            cap: cap, sparesPerDomain: sparesPerDomain, lines: lines, start: start ?? self.start,
            end: end, turnRoundSeconds: turnRoundSeconds, state: state, conditions: conditions, promised: promised,
            meterWatts: meterWatts, downNodes: downNodes)
        (part.partOf, part.capSteps, part.capStepsBegun) = (lease, capSteps, capStepsBegun)
        return part
    }
}

extension LeaseLine {
    mutating func empty() { (count, holdings) = (0, Holdings()) }

    /// Takes out hardware that another state of the line holds, and leaves the count.
    mutating func remove(what other: LeaseLine) {
        holdings.spareNodes.removeAll { other.holdings.spareNodes.contains($0) }
        holdings.wholeNodes = holdings.wholeNodes.subtracting(other.holdings.wholeNodes)
        let (partials, slices) = (Set(other.holdings.partialNodes), Set(other.holdings.slices))
        holdings.partialNodes.removeAll { partials.contains($0) }
        holdings.slices.removeAll { slices.contains($0) }
    }

    mutating func remove(_ units: [Holdings]) {
        holdings.wholeNodes = holdings.wholeNodes.subtracting(units.flatMap(\.wholeNodes).coalesced())
        holdings.spareNodes.removeAll { spare in units.contains { $0.spareNodes.contains(spare) } }
        let partials = Set(units.flatMap(\.partialNodes))
        holdings.partialNodes.removeAll { partials.contains($0) }
        let slices = Set(units.flatMap(\.slices))
        holdings.slices.removeAll { slices.contains($0) }
    }

    /// Takes out the spares of domains in which nothing is in use any more.
    mutating func releaseIdleSpares(_ domain: (Int) -> Range<Int>) -> [Int] {
        let idle = holdings.spareNodes.filter { holdings.wholeNodes.intersecting([domain($0)]).isEmpty }
        holdings.spareNodes.removeAll { idle.contains($0) }
        return idle
    }
}

extension Holdings {
    init(_ units: [Holdings], spares: [Int]) {
        self.init(
            wholeNodes: units.flatMap(\.wholeNodes).coalesced(), partialNodes: units.flatMap(\.partialNodes),
            slices: units.flatMap(\.slices), spareNodes: (units.flatMap(\.spareNodes) + spares).sorted())
    }
}
