// Amendments that add to a line: what is missing comes as further parts of the lease.

import FleetModel
import Packing

extension Book {
    /// Grants what is missing of the targets as further parts: each where it fits beside what stands.
    mutating func grow(
        to targets: [(index: Int, target: RampFunction)], _ course: inout AmendmentCourse, _ step: inout Step
    ) throws(Refusal) {
        var lease = known(course.number)
        guard !targets.isEmpty else { return }
        // What is missing of each line, as lines of an order whose windows are then those of the parts to come.
        for index in lease.lines.indices { (lease.lines[index].count, lease.lines[index].ramp) = (0, []) }
        for (index, target) in targets {
            let steps = missing(ofLine: index, target, course)
            lease.lines[index].count = 0
            lease.lines[index].ramp = steps
        }
        let windows = SoundOrder.windows(of: lease.lines, over: course.from..<course.newEnd)
        for (window, counts) in windows where counts.contains(where: { $0 > 0 }) {
            try grantPart(of: course.number, over: window, counts, &course, &step)
        }
    }

    /// Units that a line has too few of, as steps.
    private func missing(ofLine index: Int, _ target: RampFunction, _ course: AmendmentCourse) -> [RampStep] {
        let parts = liveParts(of: course.number)
        var times = Set(target.steps.map(\.at))
        for part in parts { times.formUnion([part.start, part.end]) }
        return times.filter { target.window.contains($0) }.sorted().map { time in
            let held = parts.reduce(0) { $0 + ($1.covers(time) ? $1.count(ofLine: index) : 0) }
            return RampStep(at: time, count: max(0, target.count(at: time) - held))
        }
    }

    private mutating func grantPart(
        of number: UInt64, over window: Range<Int64>, _ counts: [Int], _ course: inout AmendmentCourse,
        _ step: inout Step
    ) throws(Refusal) {
        let lease = known(number)
        let steps = lease.capSteps.filter { $0.at > window.lowerBound && $0.at < window.upperBound }
        let cap = lease.cap(at: window.lowerBound)
        var highest = cap
        for step in steps where step.cap.isHigher(than: highest, in: fleet) { highest = step.cap }
        let order = lease.order(counts, cap: highest, over: window)
        let lines = counts.indices.filter { counts[$0] > 0 }
        let terms = BookingTerms(
            lease: nextLeaseNumber, start: window.lowerBound, end: window.upperBound,
            until: window.upperBound + lease.turnRoundSeconds, cap: highest)
        var request = PlacementRequest(
            lines: [], siteMask: try SoundOrder.siteMask(order.sites, in: fleet), terms: terms, now: course.now)
        for index in lines {
            request.lines.append(try SoundOrder.placementLine(order, index, in: self))
        }
        let outcome = place(
            request, of: lines.map { ($0, order.lines[$0]) }, beside: liveParts(of: number), explaining: step.explains)
        guard case .placed(let found) = outcome else {
            throw short(outcome, of: order, lines, request, course, step)
        }
        var part = Lease(
            number: nextLeaseNumber, tenant: lease.tenant, contract: lease.contract, label: lease.label,
            leaseClass: lease.leaseClass, sites: lease.sites, cap: cap, sparesPerDomain: lease.sparesPerDomain,
            lines: lease.lines, start: window.lowerBound, end: window.upperBound,
            turnRoundSeconds: lease.turnRoundSeconds, state: .scheduled, promised: Capacity(), meterWatts: 0)
        part.partOf = number
        part.capSteps = steps
        for index in part.lines.indices { part.lines[index].empty() }
        for (place, index) in lines.enumerated() {
            part.lines[index].count = counts[index]
            part.lines[index].holdings = Holdings(found[place])
            if lease.sparesPerDomain > 0 { part.lines[index].setSparesApart(lease.sparesPerDomain, in: fleet) }
        }
        let promised = part.lines.promise(cap: cap, in: fleet).capacity
        part.promised = promised
        let gpus = part.quotaGPUs(in: fleet)
        for (stretch, watts) in wattStretches(of: part) {
            try checkQuota(of: lease.tenant, lease.leaseClass, gpus: gpus, watts: watts, over: stretch)
        }
        // It was placed at one cap; the others that it will have are looked at in the end.
        for cap in steps.map(\.cap) + [cap] { try checkCap(cap, of: part) }
        if !steps.isEmpty { course.risen.append((part.bookedHardware, part.start..<part.until)) }
        commitGranted(part, &step)
    }

    /// Why a further part does not fit, with what is in the way when that is asked for.
    private func short(
        _ outcome: PartOutcome, of order: LeaseOrder, _ lines: [Int], _ request: PlacementRequest,
        _ course: AmendmentCourse, _ step: Step
    ) -> Refusal {
        guard case .short(let place, let placed, let findings) = outcome else {
            preconditionFailure("what was placed is not short")
        }
        let line = order.lines[lines[place]]
        let (from, until) = (RFC3339.text(request.terms.start), RFC3339.text(request.terms.end))
        var detail = "line \(line.name) cannot grow by \(line.count) from \(from) until \(until)"
        guard step.explains else { return Refusal(.noCapacity, detail) }
        detail += placed > 0 ? "; \(placed) more would fit" : ""
        var obstacles: [Obstacle] = []
        var alone = order
        alone.lines = lines.map { order.lines[$0] }
        if let sound = try? SoundOrder(alone, in: self, now: course.now) {
            for (place, finding) in findings.findings.enumerated() where finding.placed < finding.wanted {
                obstacles += self.obstacles(to: alone.lines[place], finding, sound, course.amendment.audience)
            }
        }
        let own = naming.id(of: course.number)
        return Refusal(.noCapacity, detail, obstacles: obstacles.filter { $0.name != own })
    }
}

extension Lease {
    /// An order for some more of its lines.
    fileprivate func order(_ counts: [Int], cap: PowerCap, over window: Range<Int64>) -> LeaseOrder {
        var lines = lines
        for index in lines.indices {
            (lines[index].count, lines[index].holdings) = (counts[index], Holdings())
        }
        return LeaseOrder(
            tenant: tenant, contract: contract, label: label, leaseClass: leaseClass, lines: lines, sites: sites,
            start: window.lowerBound, end: window.upperBound, cap: cap, sparesPerDomain: sparesPerDomain)
    }
}
