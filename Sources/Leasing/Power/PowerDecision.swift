// Deciding load targets, acknowledgements and the freeze.

import FleetModel
import Packing

extension Book {
    /// The longest way back from a load target, in minutes.
    private static let restoreMinutesMax: Int64 = 1_440
    /// Load targets that are kept at one time.
    private static let loadTargetsMax = 10_000

    // MARK: Load targets

    mutating func decideLoadTarget(
        _ wanted: LoadTarget, approvalSeconds: Int64?, _ step: inout Step
    ) throws(Refusal) {
        var target = wanted
        if target.startsWhenSet {
            target.end = target.end.map { step.now + $0 - target.start }
            (target.start, target.startsWhenSet) = (step.now, false)
        }
        guard target.key.id != Book.sourceLossID else {
            throw Refusal(
                .invalid, "\(Book.sourceLossID) is the name of what a lost source brings; choose another id")
        }
        let budget = try checked(target, now: step.now)
        if let approvalSeconds, step.use != .whatIf, target.kind == .economic,
            isUnderCommitted(target, on: budget, now: step.now)
        {
            return try ask(for: .loadTarget(wanted), within: approvalSeconds, &step)
        }
        (target.actor, target.reason, target.setAt) = (step.actor.name, step.reason, step.now)
        set(target, on: budget, &step)
        planOthersAnew(than: [target.key], &step)
    }

    /// Whether a target lets less than is committed at some instant of it, other targets left out.
    private func isUnderCommitted(_ target: LoadTarget, on budget: BudgetIndex, now: Int64) -> Bool {
        let start = max(target.start, now)
        let peak = packing.entitledPeak(of: budget, from: start, until: max(target.until, start + 1))
        return target.watts < fleet.budgets[budget.offset].measuredWatts(rackWatts: peak)
    }

    /// Plans how a target is met from now on and commits that.
    mutating func set(_ wanted: LoadTarget, on budget: BudgetIndex, _ step: inout Step) {
        var target = wanted
        var trial = self
        let kept = trial.withdraw(target.key, from: step.now)
        var planner = LoadTargetPlanner(target, budget: budget, in: trial, now: step.now, past: kept.spent)
        let plan = planner.run()
        (target.spent, target.recharges) = (plan.spent, plan.recharges)
        (target.unmet, target.holdouts) = (plan.unmet, plan.holdouts)
        commit(target, steps: plan.steps, beside: kept.steps, &step)
    }

    /// Plans other load targets anew that no longer hold because leases were given back what they counted on.
    ///
    /// A target planned anew may choose other leases and give back those that one planned before it counts on, so each has a few
    /// turns; what is over after those is noted as not met.
    mutating func planOthersAnew(than planned: [LoadTargetKey], _ step: inout Step) {
        var turns = planned
        while let next = loadTargets.first(where: { target in
            turns.count { $0 == target.key } < Self.planningTurns && isBroken(target, now: step.now)
        }) {
            turns.append(next.key)
            guard let budget = fleet.budget(named: next.key.budget) else { continue }
            set(next, on: budget, &step)
        }
        // Only one that has had all of its turns can be over still.
        for var target in loadTargets where turns.contains(target.key) {
            let over = excess(over: target, now: step.now)
            guard !over.isEmpty else { continue }
            target.unmet = noting(over, in: target)
            commit(.loadTargetSet(target), &step)
        }
        step.outcome.loadTarget = planned.first
    }

    /// How often one target is planned while one change is decided.
    private static let planningTurns = 4

    /// What a target is known not to meet with more of it.
    private func noting(_ over: [Shortage.Piece], in target: LoadTarget) -> [UnmetWatts] {
        var all = Shortage([Shortage.Piece(start: .min, until: .max, watts: 0)])
        for unmet in target.unmet { all.lower(by: -unmet.watts, in: unmet.start..<unmet.until) }
        for piece in over { all.lower(by: -piece.watts, in: piece.start..<piece.until) }
        return all.over.map { piece in
            UnmetWatts(start: piece.start, until: piece.until, watts: piece.watts)
        }
    }

    /// Whether some load target does not hold, beyond what it is known not to meet.
    func breaksLoadTarget(now: Int64) -> Bool { loadTargets.contains { isBroken($0, now: now) } }

    private func isBroken(_ target: LoadTarget, now: Int64) -> Bool { !excess(over: target, now: now).isEmpty }

    /// What is drawn under a target over what it lets, beyond what it is known not to meet; watts where the domain is measured.
    private func excess(over target: LoadTarget, now: Int64) -> [Shortage.Piece] {
        guard let budget = fleet.budget(named: target.key.budget), target.until > now else { return [] }
        let domain = fleet.budgets[budget.offset]
        let window = max(now, target.start)..<target.until
        let drawn = packing.committedSteps(of: budget, from: window.lowerBound, until: window.upperBound)
        let measured = drawn.map { LimitStep(at: $0.at, watts: domain.measuredWatts(rackWatts: $0.watts)) }
        var left = Shortage(measured, over: [LimitStep(at: .min, watts: target.watts)], in: window)
        let failed = failedSources(of: target.key.budget)
        for use in target.spent where !failed.contains(use.source) {
            left.lower(by: use.watts, in: (use.start..<use.end).clamped(to: window))
        }
        for unmet in target.unmet { left.lower(by: unmet.watts, in: (unmet.start..<unmet.until).clamped(to: window)) }
        return left.over
    }

    mutating func decideLoadTargetRemoval(_ key: LoadTargetKey, _ step: inout Step) throws(Refusal) {
        guard let target = loadTarget(key), target.until > step.now else {
            throw Refusal(.notFound, "there is no load target \(key.id) on \(key.budget) that is not over")
        }
        guard key.id != Book.sourceLossID || !hasLostFirmSource(key.budget) else {
            throw Refusal(
                .wrongState,
                "\(key.budget) has lost a source; it is restored with `berth budgets restore \(key.budget) --source …`")
        }
        end(target, &step)
        planOthersAnew(than: [key], &step)
    }

    /// Ends a target now.
    mutating func end(_ ended: LoadTarget, _ step: inout Step) {
        var target = ended
        let key = target.key
        guard let budget = fleet.budget(named: key.budget) else {
            preconditionFailure("a fleet keeps the domains of load targets that are not over")
        }
        // One that has not begun leaves nothing ahead that others would be held to.
        target.start = min(target.start, step.now)
        target.end = step.now
        var trial = self
        let kept = trial.withdraw(key, from: step.now)
        var planner = LoadTargetPlanner(target, budget: budget, in: trial, now: step.now, past: kept.spent)
        let plan = planner.release(kept.steps)
        (target.spent, target.recharges, target.unmet, target.holdouts) = (plan.spent, plan.recharges, [], [])
        commit(target, steps: plan.steps, beside: kept.steps, &step)
    }

    private mutating func commit(
        _ target: LoadTarget, steps planned: [(lease: UInt64, steps: [CurtailmentStep])],
        beside kept: [(lease: UInt64, steps: [CurtailmentStep])], _ step: inout Step
    ) {
        commit(.loadTargetSet(target), &step)
        step.outcome.loadTarget = target.key
        for number in Set(planned.map(\.lease) + kept.map(\.lease)).sorted() {
            let past = kept.first { $0.lease == number }?.steps ?? []
            let steps = past.followed(by: planned.first { $0.lease == number }?.steps ?? [])
            let before = known(number).curtailments.first { $0.target == target.key }?.steps ?? []
            if steps != before { commit(.leaseCurtailed(number: number, target: target.key, steps: steps), &step) }
        }
    }

    /// Cuts off, from a time on, what a target gives and takes; returns what stays of it.
    private mutating func withdraw(
        _ key: LoadTargetKey, from time: Int64
    ) -> (spent: [SourceUse], steps: [(lease: UInt64, steps: [CurtailmentStep])]) {
        let spent = (loadTarget(key)?.spent ?? []).compactMap { use -> SourceUse? in
            guard use.start < time else { return nil }
            var past = use
            past.end = min(use.end, time)
            return past
        }
        var steps: [(lease: UInt64, steps: [CurtailmentStep])] = []
        for lease in leases(under: key) {
            let all = lease.curtailments.first { $0.target == key }!.steps
            let past = all.filter { $0.start < time }.map { step in
                var past = step
                past.until = min(step.until, time)
                return past
            }
            steps.append((lease.number, past))
            if !lease.state.isFinal { applyCurtailment(of: lease.number, key, past) }
        }
        power.targets.removeAll { $0.key == key }
        refreshCeilings()
        return (spent, steps.filter { known($0.lease).state.isFinal == false })
    }

    private func checked(_ target: LoadTarget, now: Int64) throws(Refusal) -> BudgetIndex {
        guard let budget = fleet.budget(named: target.key.budget) else {
            throw Refusal(.notFound, "there is no budget domain \(target.key.budget); `berth budgets` lists them")
        }
        guard target.start >= now else {
            throw Refusal(.invalid, "the start is in the past; leave it out to start now", pointer: "/start")
        }
        if let end = target.end, end <= target.start {
            throw Refusal(.invalid, "the end must be after the start", pointer: "/end")
        }
        guard max(target.start, target.end ?? 0) <= now + OrderLimits.horizonSeconds else {
            throw Refusal(
                .invalid, "a load target is at most 50 years ahead", pointer: target.end == nil ? "/start" : "/end")
        }
        let domain = fleet.budgets[budget.offset]
        guard target.watts >= 0, target.watts <= domain.ratingWatts else {
            throw Refusal(
                .invalid,
                "the watts are 0 to the domain's rating of \(WattsText.short(domain.ratingWatts)), where it is measured",
                pointer: "/watts")
        }
        if let ramp = target.restoreWattsPerMinute {
            let least = (domain.ratingWatts + Book.restoreMinutesMax - 1) / Book.restoreMinutesMax
            guard ramp >= least else {
                throw Refusal(
                    .invalid,
                    "the way back takes at most a day: let at least \(WattsText.short(least)) come back a minute",
                    pointer: "/restoreWattsPerMinute")
            }
            guard target.end != nil else {
                throw Refusal(
                    .invalid, "a target without an end has no way back; give an end, or remove it later",
                    pointer: "/restoreWattsPerMinute")
            }
        }
        guard power.targets.count < Book.loadTargetsMax || loadTarget(target.key) != nil else {
            throw Refusal(.inUse, "there are \(Book.loadTargetsMax) load targets; remove some first")
        }
        return budget
    }

    // MARK: Orders and notices

    mutating func decideOrderAcknowledgement(_ numbers: [UInt64], _ step: inout Step) throws(Refusal) {
        for number in numbers where order(number) == nil {
            throw Refusal(.notFound, "there is no such order; it may have been withdrawn: list the orders again")
        }
        for number in numbers where order(number)!.acknowledgedAt == nil {
            commit(.orderAcknowledged(number: number, by: step.actor.name), &step)
        }
    }

    mutating func decideNoticeAcknowledgement(
        _ notice: UInt64, of number: UInt64, _ step: inout Step
    ) throws(Refusal) {
        if var reclaim = reclaims(of: number).first(where: { $0.notice == notice }) {
            guard reclaim.acknowledgedAt == nil else { return }
            guard isOpen(reclaim) else {
                let what =
                    reclaim.withdrawnAt.map { "the notice was withdrawn at \(RFC3339.text($0))" }
                    ?? "all that the notice takes is gone"
                throw Refusal(.notFound, "\(what); there is nothing to acknowledge")
            }
            reclaim.acknowledgedAt = step.now
            return commit(.reclaimSet(reclaim), &step)
        }
        guard let curtailment = lease(number)?.curtailments.first(where: { $0.notice == notice }) else {
            throw Refusal(.notFound, "there is no such notice")
        }
        if curtailment.acknowledgedAt == nil {
            commit(.noticeAcknowledged(lease: number, notice: notice), &step)
        }
    }

    // MARK: Freeze

    mutating func decideFreeze(_ isFrozen: Bool, _ step: inout Step) throws(Refusal) {
        switch (isFrozen, freeze) {
        case (true, nil):
            commit(.frozen(Freeze(reason: step.reason, actor: step.actor.name, since: step.now)), &step)
        case (true, .some(let freeze)):
            // The same again, as after an answer that was lost, changes nothing.
            guard freeze.actor != step.actor.name || freeze.reason != step.reason else { return }
            throw Refusal(
                .wrongState,
                "\(freeze.actor) has frozen time already, at \(RFC3339.text(freeze.since)): \(freeze.reason); it stays so, with "
                    + "that reason, until `berth unfreeze`")
        case (false, .some): commit(.unfrozen, &step)
        case (false, nil): break
        }
    }

    // MARK: What time brings

    mutating func settlePower(of number: UInt64, _ step: inout Step) {
        commit(.leasePowerSettled(number: number, at: step.at), &step)
    }

    /// Applies facts of power; false for any other.
    mutating func applyPower(_ fact: Fact) -> Bool {
        switch fact {
        case .loadTargetSet(let target): apply(target)
        case .leaseCurtailed(let number, let target, let steps): applyCurtailment(of: number, target, steps)
        case .leasePowerSettled(let number, let at):
            var lease = known(number)
            agenda.remove(.leasePower(number), at: lease.powerDueAt!)
            let (before, levels) = (lease.conditions, lease.curtailmentLevels)
            lease.settlePower(at: at)
            // Where one step follows another of the same depth its tenant is shown nothing new.
            if lease.conditions == before && lease.curtailmentLevels == levels {
                leaseBoxes[number] = LeaseBox(lease)
            } else {
                replace(lease)
            }
            if let due = lease.powerDueAt { agenda.add(.leasePower(number), at: due) }
        case .orderAcknowledged(let number, let by):
            var order = power.orders[number]!
            remove(order)
            (order.acknowledgedAt, order.acknowledgedBy) = (time, by)
            put(order)
        case .orderOverdue(let number):
            var order = power.orders[number]!
            remove(order)
            order.missedHalfNotice = true
            put(order)
        case .noticeAcknowledged(let number, let notice):
            var lease = known(number)
            let place = lease.curtailments.firstIndex { $0.notice == notice }!
            lease.curtailments[place].acknowledgedAt = time
            replace(lease)
        case .frozen(let freeze): power.freeze = freeze
        case .unfrozen: power.freeze = nil
        case .clockConfirmed, .backupBegun: break
        default: return false
        }
        return true
    }
}

extension [CurtailmentStep] {
    /// These and later ones; where one goes on as the next it is one.
    fileprivate func followed(by later: [CurtailmentStep]) -> [CurtailmentStep] {
        var result = self
        for step in later {
            if let last = result.last, last.until == step.start, last.percent == step.percent,
                last.termsPercent == step.termsPercent
            {
                result[result.count - 1].until = step.until
            } else {
                result.append(step)
            }
        }
        return result
    }
}
