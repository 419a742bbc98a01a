// Deciding notices: capacity that is taken back under a clause, and leases that either side ends.
//
// What is served is a dated step-down that holds at once: what goes is free for others from its step on. It is made of the
// same cuts as an amendment, and kept so that it can be withdrawn.

import FleetModel
import HashTreeCollections
import Packing

extension Book {
    /// Serves a notice on a lease. A refusal may come after some of it has been applied.
    mutating func decideReclaim(_ order: ReclaimOrder, of number: UInt64, _ step: inout Step) throws(Refusal) {
        let lease = try reclaimable(number)
        if let open = openReclaim(on: number) {
            throw Refusal(
                .wrongState, "a notice was served on the lease at \(RFC3339.text(open.servedAt)); withdraw it first")
        }
        let steps = try steps(of: order, lease, now: step.now)
        let reclaim = Reclaim(
            lease: number, notice: power.nextNumber, clause: order.clause, servedAt: step.now, actor: step.actor.name,
            reason: step.reason, steps: steps, gpusBefore: whole(lease).promised.gpus)
        try serve(reclaim, &step)
        step.outcome.leases = [number]
        planOthersAnew(than: [], &step)
    }

    /// Takes a notice back; what others were granted in the meantime stays theirs.
    mutating func decideReclaimWithdrawal(of number: UInt64, byTenant: Bool, _ step: inout Step) throws(Refusal) {
        _ = try reclaimable(number)
        guard var reclaim = openReclaim(on: number) else {
            throw Refusal(.notFound, "no notice is in force on the lease")
        }
        guard (reclaim.clause == .cancellation(byTenant: true)) == byTenant else {
            throw Refusal(.notFound, "the notice in force was served by the other side")
        }
        try restore(reclaim, &step)
        reclaim.withdrawnAt = step.now
        commit(.reclaimSet(reclaim), &step)
        step.outcome.leases = [number]
        planOthersAnew(than: [], &step)
    }

    /// What the tenant wants to go first, as far as it is the lease's.
    mutating func decideNomination(_ nodes: [Range<Int>], of number: UInt64, _ step: inout Step) throws(Refusal) {
        let lease = try reclaimable(number)
        guard var reclaim = openReclaim(on: number), reclaim.deadline > step.now else {
            throw Refusal(.wrongState, "no notice whose first step is ahead is in force on the lease")
        }
        guard !reclaim.isWhole || reclaim.steps.count > 1 else {
            throw Refusal(.wrongState, "all of the lease goes at once, so there is nothing to choose")
        }
        let held = whole(lease).lines.flatMap(\.holdings.bookedNodes).coalesced()
        let foreign = nodes.subtracting(held)
        guard foreign.isEmpty else {
            throw Refusal(
                .invalid,
                "the lease does not hold all of these nodes as a whole: "
                    + HardwarePaths(foreign, in: fleet).paths.joined(separator: ", "), pointer: "/nodes")
        }
        try restore(reclaim, &step)
        reclaim.nominated = register.permanent(nodes)
        try serve(reclaim, &step)
        step.outcome.leases = [number]
        planOthersAnew(than: [], &step)
    }

    private func reclaimable(_ number: UInt64) throws(Refusal) -> Lease {
        guard let lease = lease(number), lease.partOf == nil else {
            throw Refusal(.notFound, "there is no such lease")
        }
        guard lease.state == .scheduled || lease.isInWindow else {
            throw Refusal(
                .wrongState, "the lease is \(whole(lease).state.name); notice is served only on one that is not over")
        }
        return lease
    }

    // MARK: What is asked

    /// The steps of an order within what its clause allows.
    private func steps(
        of order: ReclaimOrder, _ lease: Lease, now: Int64
    ) throws(Refusal) -> [ReclaimStep] {
        let held = whole(lease).promised.gpus
        let from = try firstStep(of: order, lease, now: now)
        guard from < lease.end else {
            throw Refusal(
                .invalid, "the notice ends at \(RFC3339.text(from)), when the lease is over anyway", pointer: "/clause")
        }
        guard !order.steps.isEmpty else { return try rampSteps(of: order, lease, held: held, from: from) }
        let isFalling =
            zip(order.steps, order.steps.dropFirst()).allSatisfy { $0.at < $1.at && $0.gpus > $1.gpus }
            && order.steps[0].gpus < held && order.steps.allSatisfy { $0.gpus >= 0 }
        guard isFalling, order.steps.count <= OrderLimits.rampStepsMax else {
            throw Refusal(
                .invalid,
                "an off-ramp has 1 to \(OrderLimits.rampStepsMax) steps, each later and lower than the one before, "
                    + "under the \(held) GPUs that are held", pointer: "/offRamp")
        }
        guard order.steps[0].at >= from else {
            throw Refusal(
                forbiddenBy: order.clause.noticeClause,
                "the notice lasts until \(RFC3339.text(from)); nothing goes before that", from: from,
                pointer: "/offRamp/0/at")
        }
        guard order.steps.last!.at < lease.end else {
            throw Refusal(.invalid, "the last step is after the end of the lease", pointer: "/offRamp")
        }
        try checkExtent(order, lease, kept: order.steps.last!.gpus, held: held)
        try checkPace(order, lease, held: held, from: from)
        return order.steps
    }

    /// When the first of it may go.
    private func firstStep(of order: ReclaimOrder, _ lease: Lease, now: Int64) throws(Refusal) -> Int64 {
        guard let binding = LeaseGuard(lease, in: self, now: now) else {
            throw Refusal(
                .clauseForbids,
                "the lease has no contract, so that no clause lets anything be reclaimed; release it instead")
        }
        let terms = binding.terms
        if order.clause == .cancellation(byTenant: true) {
            return try terms.tenantEnding(lease, now: now)
        }
        let verb: LandlordVerb =
            switch order.clause {
            case .cause: .reclaimForCause
            case .convenience: .reclaimForConvenience
            case .cancellation: .cancel
            }
        let verdict = binding.verdict(verb)
        guard verdict.isAllowed, let from = verdict.from else { throw verdict.refusal(contract: binding.name) }
        if case .cause(let cause) = order.clause, !terms.reclaimCauses.contains(cause) {
            throw Refusal(
                forbiddenBy: .reclaimCauses,
                "clause reclaimCauses of contract \(binding.name) names \(terms.reclaimCauses.joined(separator: ", ")), not "
                    + cause, pointer: "/cause")
        }
        return max(from, lease.start)
    }

    /// The equal steps of the contract's off-ramp, down to what is kept; for cause, and where there is no off-ramp, at once.
    private func rampSteps(
        of order: ReclaimOrder, _ lease: Lease, held: Int, from: Int64
    ) throws(Refusal) -> [ReclaimStep] {
        let terms = terms(of: lease)
        var most = held
        if order.clause == .convenience, let clause = terms?.convenience { most = held * Int(clause.maxPercent) / 100 }
        let taken = order.gpus ?? most
        guard taken > 0, taken <= held else {
            throw Refusal(
                .invalid, "1 to \(held) GPUs can be taken back, as many as the lease holds", pointer: "/gpus")
        }
        try checkExtent(order, lease, kept: held - taken, held: held)
        var count: Int64 = 1
        if case .convenience = order.clause, let ramp = terms?.offRamp { count = ramp.steps }
        let interval = terms?.offRamp?.intervalSeconds ?? 1
        var steps: [ReclaimStep] = []
        for place in 1...count {
            let at = from + (place - 1) * interval
            guard at < lease.end else { break }
            let kept = held - Int(Int64(taken) * place / count)
            if kept < steps.last?.gpus ?? held { steps.append(ReclaimStep(at: at, gpus: kept)) }
        }
        return steps
    }

    private func checkExtent(_ order: ReclaimOrder, _ lease: Lease, kept: Int, held: Int) throws(Refusal) {
        guard order.clause == .convenience, let clause = terms(of: lease)?.convenience else { return }
        let most = held * Int(clause.maxPercent) / 100
        guard held - kept <= most else {
            throw Refusal(
                forbiddenBy: .reclaimForConvenience,
                "clause reclaimForConvenience allows \(clause.maxPercent) % of \(held) GPUs to be taken back, \(most) and not "
                    + "\(held - kept)", pointer: order.steps.isEmpty ? "/gpus" : "/offRamp")
        }
    }

    /// Steps of a reclaim for convenience take no more at any time than the contract's off-ramp.
    private func checkPace(_ order: ReclaimOrder, _ lease: Lease, held: Int, from: Int64) throws(Refusal) {
        guard order.clause == .convenience, let ramp = terms(of: lease)?.offRamp else { return }
        let taken = Int64(held - order.steps.last!.gpus)
        for (index, step) in order.steps.enumerated() {
            let begun = min(ramp.steps, (step.at - from) / ramp.intervalSeconds + 1)
            guard Int64(held - step.gpus) > taken * begun / ramp.steps else { continue }
            throw Refusal(
                forbiddenBy: .offRamp,
                "clause offRamp lets \(taken * begun / ramp.steps) GPUs be gone at \(RFC3339.text(step.at)), not "
                    + "\(held - step.gpus)", pointer: "/offRamp/\(index)")
        }
    }

    // MARK: What follows

    /// Ends what goes at each step and notes how it was.
    private mutating func serve(_ asked: Reclaim, _ step: inout Step) throws(Refusal) {
        var reclaim = asked
        let number = reclaim.lease
        let before = liveParts(of: number)
        guard reclaim.steps.count == 1 && reclaim.isWhole || !before.contains(where: \.hasPowerLines) else {
            throw Refusal(
                .invalid, "a line in megawatts is as large as its power, so all of the lease goes at once",
                pointer: "/gpus")
        }
        let oldEnd = known(number).end
        var course = AmendmentCourse(
            number: number, amendment: Amendment(), now: step.now, from: reclaim.deadline, oldEnd: oldEnd,
            newEnd: oldEnd, firstToGo: register.dense(reclaim.nominated) ?? [])
        for item in reclaim.steps where item.gpus > 0 {
            for (index, count) in counts(keeping: item.gpus, of: number, at: item.at) {
                let window = item.at..<oldEnd
                let target = RampFunction(window, initial: count, steps: [])
                try cut(index, to: target, over: window, course, &step)
            }
        }
        if reclaim.isWhole {
            course.newEnd = max(reclaim.steps.last!.at, step.now)
            if course.newEnd > step.now {
                shorten(&course, &step)
            } else {
                releaseParts(of: number, &step)
            }
        }
        let parts = [known(number)] + otherParts(of: number)
        reclaim.cuts = parts.compactMap { part in
            // What was split off a part would have ended with it.
            let old = before.first { $0.number == part.number } ?? before.first { $0.shares(with: part) }
            guard let old, part.end < old.end, !part.state.isFinal, part.state != .ending else { return nil }
            return Reclaim.Cut(part: part.number, end: old.end, capSteps: old.capSteps)
        }
        guard !reclaim.cuts.isEmpty || known(number).state == .cancelled || course.newEnd <= step.now else {
            throw Refusal(
                .invalid, "no unit of the lease is as small as that: nothing would go", pointer: "/gpus")
        }
        commit(.reclaimSet(reclaim), &step)
    }

    /// Units that each line keeps so that the lease keeps at least so many GPUs: the last lines go first, in whole units.
    private func counts(keeping gpus: Int, of number: UInt64, at time: Int64) -> [(index: Int, count: Int)] {
        let held = liveParts(of: number).filter { $0.covers(time) }
        let lines = known(number).lines.indices
        var sizes = lines.map { index in
            let all = held.flatMap { units(ofLine: index, of: $0) }
            let gpus = all.reduce(0) { $0 + $1.hardware.placement.gpuCount(in: fleet) }
            return (count: all.count, gpus: gpus)
        }
        var excess = sizes.reduce(0) { $0 + $1.gpus } - gpus
        var result: [(Int, Int)] = []
        for index in lines.reversed() where excess > 0 && sizes[index].gpus > 0 {
            let unit = sizes[index].gpus / sizes[index].count
            let gone = min(sizes[index].count, excess / max(1, unit))
            guard gone > 0 else { continue }
            sizes[index].count -= gone
            excess -= gone * unit
            result.append((index, sizes[index].count))
        }
        return result
    }

    /// Gives parts back the ends that a notice took from them; their hardware and its watts must be free that long.
    private mutating func restore(_ reclaim: Reclaim, _ step: inout Step) throws(Refusal) {
        var course = AmendmentCourse(
            number: reclaim.lease, amendment: Amendment(), now: step.now, from: step.now,
            oldEnd: known(reclaim.lease).end,
            newEnd: reclaim.cuts.map(\.end).max() ?? known(reclaim.lease).end)
        for cut in reclaim.cuts {
            guard var part = lease(cut.part), !part.state.isFinal, part.state != .ending, part.end > step.now else {
                continue
            }
            let window = part.until..<cut.end + part.turnRoundSeconds
            let blocking = bookings(inTheWayOf: part, over: window)
            guard blocking.isEmpty else { throw blocked(blocking, course) }
            course.risen.append((part.bookedHardware, window))
            part.end = cut.end
            part.capSteps = cut.capSteps
            commitAmended(part, &step)
        }
        try checkOutcome(course, &step)
    }
}

extension Lease {
    fileprivate var hasPowerLines: Bool {
        lines.contains { if case .power = $0.shape { true } else { false } }
    }

    /// Whether another part holds some of its hardware from a time in its window on.
    fileprivate func shares(with part: Lease) -> Bool {
        guard start <= part.start, part.start < end else { return false }
        return !bookedNodes.intersecting(part.bookedNodes).isEmpty
            || part.lines.contains { line in
                line.holdings.sharedNodes.contains { node in lines.contains { $0.holdings.uses(node) } }
            }
    }
}

extension ReclaimClause {
    /// The clause that says how long the notice is.
    var noticeClause: Clause {
        switch self {
        case .cause: .reclaimForCause
        case .convenience: .reclaimForConvenience
        case .cancellation(let byTenant): byTenant ? .tenantNoticePeriod : .providerNoticePeriod
        }
    }

    /// For people, as `for cause (harmful-use)`.
    public var text: String {
        switch self {
        case .cause(let cause): "for cause (\(cause))"
        case .convenience: "for convenience"
        case .cancellation(let byTenant): byTenant ? "cancelled by the tenant" : "cancelled by the provider"
        }
    }
}
