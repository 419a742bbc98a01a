// Deciding notices: capacity that is taken back under a clause, and leases that either side ends.
//
// What is served is a dated step-down that holds at once: what goes is free for others from its step on. It is made of the
// same cuts as an amendment, and kept so that it can be withdrawn.

import FleetModel
import HashTreeCollections
import Packing

extension Book {
    /// Serves a notice on a lease, or asks a second operator where the contract says so. A refusal may come after some of it
    /// has been applied.
    mutating func decideReclaim(_ order: ReclaimOrder, of number: UInt64, _ step: inout Step) throws(Refusal) {
        guard step.use != .whatIf,
            let seconds = lease(number).flatMap({ terms(of: $0) })?.approvals?.seconds(for: order.clause)
        else {
            return try serveReclaim(order, of: number, by: step.actor.name, because: step.reason, &step)
        }
        guard openApproval(ofNoticeOn: number) == nil else {
            throw Refusal(.wrongState, "a notice on the lease waits for a second operator already")
        }
        var (trial, ignored) = (self, step)
        try trial.serveReclaim(order, of: number, by: step.actor.name, because: step.reason, &ignored)
        try ask(for: .reclaim(order, trial.reclaim(on: number)!), within: seconds, &step)
        step.outcome.leases = [number]
    }

    /// Serves a notice now.
    mutating func serveReclaim(
        _ order: ReclaimOrder, of number: UInt64, by actor: String, because reason: String, _ step: inout Step
    ) throws(Refusal) {
        let lease = try reclaimable(number, order.clause.audience(of: self.lease(number)), now: step.now)
        // What its tenant has brought about for later protects it from no cause.
        let isOutranked = openReclaims(on: number).allSatisfy {
            $0.clause.isPreemption || $0.clause == .cancellation(byTenant: true)
        }
        let isForCause = if case .cause = order.clause { order.steps.isEmpty } else { false }
        if let open = openReclaim(on: number), !isOutranked || !isForCause {
            throw Refusal(
                .wrongState, "a notice was served on the lease at \(RFC3339.text(open.servedAt)); withdraw it first")
        }
        let steps = try steps(of: order, lease, now: step.now)
        let reclaim = Reclaim(
            lease: number, notice: power.nextNumber, clause: order.clause, servedAt: step.now, actor: actor,
            reason: reason, steps: steps, gpusBefore: whole(lease).promised.gpus)
        let isLet = whatIsLet(of: number, now: step.now)
        try serve(reclaim, &step)
        if order.clause == .cancellation(byTenant: true) {
            try checkLeaves(isLet, by: .tenant(lease.tenant), now: step.now)
        }
        step.outcome.leases = [number]
        planOthersAnew(than: [], &step)
    }

    /// Takes a notice back; what others were granted in the meantime stays theirs.
    mutating func decideReclaimWithdrawal(of number: UInt64, byTenant: Bool, _ step: inout Step) throws(Refusal) {
        let audience: Audience = byTenant ? .tenant(self.lease(number)?.tenant ?? "") : .provider
        _ = try reclaimable(number, audience, now: step.now)
        guard var reclaim = openReclaim(on: number) else {
            throw Refusal(.notFound, "no notice is in force on the lease")
        }
        guard (reclaim.clause == .cancellation(byTenant: true)) == byTenant else {
            throw Refusal(
                .wrongState, "the notice in force was served by the other side, which alone may withdraw it")
        }
        try restore(reclaim, audience, &step)
        reclaim.withdrawnAt = step.now
        commit(.reclaimSet(reclaim), &step)
        step.outcome.leases = [number]
        planOthersAnew(than: [], &step)
    }

    /// What the tenant wants to go first, as far as it is the lease's.
    mutating func decideNomination(_ nodes: [Range<Int>], of number: UInt64, _ step: inout Step) throws(Refusal) {
        let audience = Audience.tenant(self.lease(number)?.tenant ?? "")
        let lease = try reclaimable(number, audience, now: step.now)
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
        step.outcome.leases = [number]
        guard register.permanent(nodes) != reclaim.nominated else { return }
        try restore(reclaim, audience, &step)
        reclaim.nominated = register.permanent(nodes)
        try serve(reclaim, &step)
        planOthersAnew(than: [], &step)
    }

    private func reclaimable(_ number: UInt64, _ audience: Audience, now: Int64) throws(Refusal) -> Lease {
        guard let lease = lease(number), lease.partOf == nil else {
            throw Refusal(.notFound, "there is no such lease")
        }
        guard lease.state == .scheduled || lease.isInWindow else {
            throw Refusal(
                .wrongState, "the lease is \(whole(lease).state.name); notice is served only on one that is not over")
        }
        guard !liveParts(of: number).contains(where: { ($0.nextDueAt ?? .max) <= now }) else {
            throw Refusal(.wrongState, changeIsDue(audience))
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
            case .preemption: .preempt
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
        guard order.clause == .convenience else { return [ReclaimStep(at: from, gpus: 0)] }
        let terms = terms(of: lease)
        var most = held
        if let clause = terms?.convenience { most = held * Int(clause.maxPercent) / 100 }
        let taken = order.gpus ?? most
        guard taken > 0, taken <= held else {
            throw Refusal(
                .invalid, "of the \(held) GPUs that the lease holds \(most) can be taken back, and not \(taken)",
                pointer: "/gpus")
        }
        try checkExtent(order, lease, kept: held - taken, held: held)
        let count = terms?.offRamp?.steps ?? 1
        let interval = terms?.offRamp?.intervalSeconds ?? 1
        var steps: [ReclaimStep] = []
        for place in 1...count {
            let at = from + (place - 1) * interval
            guard at < lease.end else { break }
            let kept = held - Int(Int64(taken) * place / count)
            if kept < steps.last?.gpus ?? held { steps.append(ReclaimStep(at: at, gpus: kept)) }
        }
        guard !steps.isEmpty else {
            throw Refusal(
                .invalid, "no step of the contract's off-ramp takes a GPU before the lease is over", pointer: "/gpus")
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
        var (taken, steps) = (0, [ReclaimStep]())
        for item in reclaim.steps where item.gpus > 0 {
            let held = gpus(of: number, at: item.at)
            for (index, gone) in units(taking: reclaim.gpusBefore - item.gpus - taken, of: number, at: item.at) {
                try cut(
                    index, to: agreed(index, of: number, less: gone, over: item.at..<oldEnd), over: item.at..<oldEnd,
                    course, &step)
            }
            let went = held - gpus(of: number, at: item.at)
            taken += went
            if went > 0 { steps.append(ReclaimStep(at: item.at, gpus: reclaim.gpusBefore - taken)) }
        }
        if reclaim.isWhole {
            steps.append(reclaim.steps.last!)
            course.newEnd = max(reclaim.steps.last!.at, step.now)
            if course.newEnd > step.now {
                shorten(&course, &step)
            } else {
                releaseParts(of: number, &step)
            }
        }
        guard !steps.isEmpty else {
            throw Refusal(
                .invalid, "no unit of the lease is as small as that: nothing would go", pointer: "/gpus")
        }
        reclaim.steps = steps
        note(reclaim, changedFrom: before, &step)
    }

    /// Commits a notice with how the parts that it changed were.
    mutating func note(_ served: Reclaim, changedFrom before: [Lease], _ step: inout Step) {
        var reclaim = served
        let parts = [known(reclaim.lease)] + otherParts(of: reclaim.lease)
        reclaim.cuts = parts.compactMap { part in
            // What was split off a part would have ended with it.
            let old = before.first { $0.number == part.number } ?? before.first { $0.shares(with: part) }
            guard let old, part.end < old.end, !part.state.isFinal, part.state != .ending else { return nil }
            return Reclaim.Cut(part: part.number, end: old.end, capSteps: old.capSteps)
        }
        reclaim.gone = before.compactMap { whatIsGone(of: $0) }
        commit(.reclaimSet(reclaim), &step)
    }

    /// GPUs that the parts of a lease hold at a time.
    func gpus(of number: UInt64, at time: Int64) -> Int {
        parts(of: number).reduce(0) { $0 + ($1.covers(time) ? $1.promised.gpus : 0) }
    }

    /// Units of each line that hold no more GPUs than are to be taken: the last lines go first. Units of one line can be of
    /// different sizes, and the largest counts.
    private func units(taking gpus: Int, of number: UInt64, at time: Int64) -> [(index: Int, count: Int)] {
        let held = liveParts(of: number).filter { $0.covers(time) }
        var (left, result) = (gpus, [(Int, Int)]())
        for index in known(number).lines.indices.reversed() where left > 0 {
            let units = held.flatMap { self.units(ofLine: index, of: $0) }
            let size = units.reduce(0) { max($0, $1.hardware.placement.gpuCount(in: fleet)) }
            guard size > 0, left >= size else { continue }
            let count = min(units.count, left / size)
            left -= count * size
            result.append((index, count))
        }
        return result
    }

    /// What a line is to come to when so many units fewer are held than was agreed, at every time of a window.
    private func agreed(_ index: Int, of number: UInt64, less gone: Int, over window: Range<Int64>) -> RampFunction {
        let parts = liveParts(of: number)
        func count(at time: Int64) -> Int {
            max(0, parts.reduce(0) { $0 + ($1.covers(time) ? $1.count(ofLine: index) : 0) } - gone)
        }
        let times = Set(parts.flatMap { [$0.start, $0.end] }).filter {
            $0 > window.lowerBound && $0 < window.upperBound
        }
        return RampFunction(
            window, initial: count(at: window.lowerBound),
            steps: times.sorted().map { RampStep(at: $0, count: count(at: $0)) })
    }

    /// What a part that had not begun no longer holds, as a part of its own; nil when that is nothing.
    private func whatIsGone(of old: Lease) -> LeaseRecord? {
        guard old.state == .scheduled else { return nil }
        var gone = old
        // What was split off holds it for a while, and gets its end back. A part of another time may hold the same hardware.
        for part in liveParts(of: old.leaseNumber)
        where part.state == .scheduled && part.start < old.end && old.start < part.end {
            for index in gone.lines.indices where part.lines.indices.contains(index) {
                gone.lines[index].remove(what: part.lines[index])
            }
        }
        for index in gone.lines.indices { gone.lines[index].count = units(ofLine: index, of: gone).count }
        return gone.holdsSomething ? LeaseRecord(gone, register: register) : nil
    }

    /// Gives parts back the ends that a notice took from them; their hardware and its watts must be free that long.
    mutating func restore(
        _ reclaim: Reclaim, _ audience: Audience, _ step: inout Step
    ) throws(Refusal) {
        var course = AmendmentCourse(
            number: reclaim.lease, amendment: Amendment(audience: audience), now: step.now, from: step.now,
            oldEnd: known(reclaim.lease).end, newEnd: reclaim.cuts.map(\.end).max() ?? known(reclaim.lease).end)
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
        for record in reclaim.gone {
            guard let part = record.lease(register: register), part.end > step.now else { continue }
            let again = part.asPart(number: nextLeaseNumber, of: reclaim.lease, from: max(part.start, step.now))
            let blocking = bookings(inTheWayOf: again, over: again.start..<again.until)
            guard blocking.isEmpty else { throw blocked(blocking, course) }
            course.risen.append((again.bookedHardware, again.start..<again.until))
            commitGranted(again, &step)
        }
        try checkOutcome(course, &step)
    }
}

extension Lease {
    var hasPowerLines: Bool {
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
    /// Who serves it, and so who is told what is in the way.
    func audience(of lease: Lease?) -> Audience {
        self == .cancellation(byTenant: true) ? .tenant(lease?.tenant ?? "") : .provider
    }

    /// The clause that says how long the notice is.
    var noticeClause: Clause {
        switch self {
        case .cause: .reclaimForCause
        case .convenience: .reclaimForConvenience
        case .cancellation(let byTenant): byTenant ? .tenantNoticePeriod : .providerNoticePeriod
        case .preemption: .preemption
        }
    }

    /// For people, as `for cause (harmful-use)`.
    public var text: String {
        switch self {
        case .cause(let cause): "for cause (\(cause))"
        case .convenience: "for convenience"
        case .cancellation(let byTenant): byTenant ? "cancelled by the tenant" : "cancelled by the provider"
        case .preemption: "giving way to a lease whose class comes first"
        }
    }
}
