// How a load target is met: what sources give, which leases are lowered, and what is left unmet.

import FleetModel
import Packing

/// A way to keep under a load target.
struct LoadTargetPlan {
    var spent: [SourceUse] = []
    var recharges: [Recharge] = []
    /// New steps by lease, in the order in which leases were cut.
    var steps: [(lease: UInt64, steps: [CurtailmentStep])] = []
    var unmet: [UnmetWatts] = []
    var holdouts: [Holdout] = []
}

/// Works out how a load target is met, on a book in which whatever was planned for the same key before is withdrawn.
///
/// Sources first, cheapest first; then leases tier by tier, tier 1 first, within a tier those that were lowered least in
/// the month of the deadline, then in order of their numbers: caps down to the floors of their terms; opportunistic leases
/// stopped; what terms allow after a notice that ends past the deadline, or by stopping; and for a physical limit
/// whatever is left, beyond the terms, tier by tier, each lowered as far as its model goes and then stopped. The last lease of each round is cut no deeper than
/// needed. Integers only, so that the same book gives the same plan. O(leases × (hardware + instants)).
struct LoadTargetPlanner {
    let book: Book
    let target: LoadTarget
    let now: Int64
    private let budget: BudgetIndex
    private let domain: BudgetDomain
    private let window: Range<Int64>
    /// Watts at the rack over the target.
    private var shortage: Shortage
    private var candidates: [CurtailmentCandidate] = []
    /// Candidates in the order in which they were cut.
    private var cut: [Int] = []
    private var instances = Holdout(kind: .instances, leases: 0, watts: 0)
    /// Whose they are, parts of one lease counted once.
    private var instanceLeases: Set<UInt64> = []
    private var plan = LoadTargetPlan()

    /// - Parameter past: what sources have given under the same key until now.
    init(_ target: LoadTarget, budget: BudgetIndex, in book: Book, now: Int64, past: [SourceUse]) {
        self.book = book
        self.target = target
        self.now = now
        self.budget = budget
        domain = book.fleet.budgets[budget.offset]
        // A target without an end is planned as far ahead as any lease can reach.
        window = max(target.start, now)..<(target.end ?? now + 2 * OrderLimits.horizonSeconds)
        plan.spent = past
        shortage = Shortage([])
    }

    /// Each goes further than the one before.
    private enum Round {
        case capWithinTerms, stopOpportunistic, capAfterNotice, stopWithinTerms, capBeyondTerms, stopBeyondTerms

        static let withinTerms = [capWithinTerms, stopOpportunistic, capAfterNotice, stopWithinTerms]

        var isBeyondTerms: Bool { self == .capBeyondTerms || self == .stopBeyondTerms }
    }

    mutating func run() -> LoadTargetPlan {
        spendSources()
        guard shortage.isOver else { return finished() }
        gatherCandidates()
        for round in Round.withinTerms { cut(Array(candidates.indices), in: round) }
        if target.kind == .physical {
            // A tier is stopped before the next one is touched.
            for tier in Set(candidates.map(\.terms.tier)).sorted() {
                let ofTier = candidates.indices.filter { candidates[$0].terms.tier == tier }
                cut(ofTier, in: .capBeyondTerms)
                cut(ofTier, in: .stopBeyondTerms)
            }
        }
        noteWhatIsUnmet()
        return finished()
    }

    /// The way back from a target that ends now: `kept` is what it did to leases up to now.
    mutating func release(_ kept: [(lease: UInt64, steps: [CurtailmentStep])]) -> LoadTargetPlan {
        gatherCandidates()
        let last = Dictionary(uniqueKeysWithValues: kept.map { ($0.lease, $0.steps.last) })
        for index in candidates.indices {
            guard let step = last[candidates[index].lease.number] ?? nil, step.until == now else { continue }
            candidates[index].add(step)
            cut.append(index)
        }
        var plan = finished()
        // What was before is in the book already.
        plan.steps = plan.steps.map { item in (item.lease, item.steps.filter { $0.until > now }.from(now)) }
        return plan
    }

    private mutating func finished() -> LoadTargetPlan {
        restoreByStages()
        planRecharge()
        plan.steps = candidates.compactMap { candidate in
            candidate.added.isEmpty ? nil : (candidate.lease.number, candidate.added)
        }
        return plan
    }

    // MARK: Sources

    private mutating func spendSources() {
        let committed = book.packing.committedSteps(of: budget, from: window.lowerBound, until: window.upperBound)
        let measured = committed.map { LimitStep(at: $0.at, watts: domain.measuredWatts(rackWatts: $0.watts)) }
        let ceiling = [LimitStep(at: .min, watts: target.watts)]
        let reserves = SourcePlan.reserves(of: domain, without: book.failedSources(of: target.key.budget))
        if domain.parent == nil, !reserves.isEmpty {
            var over = Shortage(measured, over: ceiling, in: window)
            let planner = SourcePlan(
                reserves: reserves, others: book.sourceUses(of: target.key.budget) + plan.spent, wayBack: wayBack)
            plan.spent += planner.uses(for: &over, hasEnd: target.end != nil)
        }
        shortage = Shortage(committed, over: rackLimit(plan.spent), in: window)
    }

    /// The target and what is spent on top of it, at the rack.
    private func rackLimit(_ spent: [SourceUse]) -> [LimitStep] {
        var times: Set<Int64> = [.min]
        for use in spent { times.formUnion([use.start, use.end]) }
        return times.sorted().map { time in
            let given = spent.reduce(0) { $0 + ($1.start <= time && time < $1.end ? $1.watts : 0) }
            return LimitStep(at: time, watts: domain.rackWatts(measured: target.watts + given))
        }
    }

    // MARK: Leases

    private mutating func gatherCandidates() {
        let month = CalendarMonth(at: target.start).seconds
        book.forEachLease { lease in
            guard !lease.state.isFinal, lease.start < window.upperBound, window.lowerBound < lease.until else {
                return true
            }
            noteInstances(of: lease)
            let groups = lease.drawGroups(in: book.fleet, under: budget)
            guard !groups.isEmpty else { return true }
            let terms = book.curtailmentTerms(of: lease)
            candidates.append(
                CurtailmentCandidate(
                    lease: lease, terms: terms, groups: groups, secondsInMonth: lease.secondsCurtailed(in: month),
                    in: book))
            return true
        }
        candidates.sort {
            ($0.terms.tier, $0.secondsInMonth, $0.lease.number) < ($1.terms.tier, $1.secondsInMonth, $1.lease.number)
        }
    }

    /// Instances share the cap of their GPU with others', so they keep it.
    private mutating func noteInstances(of lease: Lease) {
        let fleet = book.fleet
        let slices = lease.lines.flatMap(\.holdings.slices).filter {
            fleet.budgetChains[fleet.rackOfNode[$0.node].offset].contains(budget)
        }
        guard !slices.isEmpty else { return }
        if instanceLeases.insert(lease.leaseNumber).inserted { instances.leases += 1 }
        instances.watts += slices.reduce(0) { $0 + LeaseWatts.watts(of: $1, cap: lease.cap, in: fleet) }
    }

    private mutating func cut(_ indexes: [Int], in round: Round) {
        for index in indexes where shortage.isOver { cut(index, in: round) }
    }

    private mutating func cut(_ index: Int, in round: Round) {
        let candidate = candidates[index]
        let terms = candidate.terms
        let isShort = now + terms.noticeSeconds > target.start
        let floor: Int
        switch round {
        case .capWithinTerms:
            guard let lowest = terms.floorPercent, !isShort else { return }
            floor = lowest
        case .stopOpportunistic:
            guard candidate.lease.leaseClass == .opportunistic else { return }
            floor = 0
        case .capAfterNotice:
            guard let lowest = terms.floorPercent, isShort else { return }
            floor = lowest
        case .stopWithinTerms:
            guard terms.mayStop else { return }
            floor = 0
        case .capBeyondTerms: floor = 1
        case .stopBeyondTerms: floor = 0
        }
        let isBound = !round.isBeyondTerms && round != .stopOpportunistic
        let from = isBound ? max(window.lowerBound, now + terms.noticeSeconds) : window.lowerBound
        let (first, last) = (max(from, candidate.lease.start), min(window.upperBound, candidate.lease.until))
        // A notice may end after the target or the lease does.
        guard first < last, let hull = shortage.hull(in: first..<last) else { return }
        for stretch in (isBound ? candidate.allowed(in: hull) : [hull]).flatMap(piecesBetweenSources) {
            let termsPercent = round.isBeyondTerms ? candidate.termsPercent(during: stretch) : nil
            guard
                let percent = candidate.percent(covering: shortage, in: stretch, floor: floor, fleet: book.fleet)
            else { continue }
            let before = candidates[index].draw(in: stretch, fleet: book.fleet)
            candidates[index].add(
                CurtailmentStep(
                    start: stretch.lowerBound, until: stretch.upperBound, percent: percent,
                    termsPercent: round.isBeyondTerms ? termsPercent : percent))
            let after = candidates[index].draw(in: stretch, fleet: book.fleet)
            var place = 0
            for was in before {
                while after[place].window.upperBound <= was.window.lowerBound { place += 1 }
                shortage.lower(by: was.watts - after[place].watts, in: was.window)
            }
            if !cut.contains(index) { cut.append(index) }
        }
    }

    /// A stretch cut where a source begins or stops to give: what is missing after a turbine's hours are used up is no reason
    /// to lower a lease before that.
    private func piecesBetweenSources(_ stretch: Range<Int64>) -> [Range<Int64>] {
        let inner = Set(plan.spent.flatMap { [$0.start, $0.end] })
            .filter { stretch.lowerBound < $0 && $0 < stretch.upperBound }
        let times = [stretch.lowerBound] + inner.sorted() + [stretch.upperBound]
        return zip(times, times.dropFirst()).map { $0..<$1 }
    }

    // MARK: What is left

    private mutating func noteWhatIsUnmet() {
        for piece in shortage.over {
            let until = piece.until == window.upperBound ? target.until : piece.until
            let watts = domain.measuredWatts(rackWatts: piece.watts)
            if let last = plan.unmet.last, last.until == piece.start, last.watts == watts {
                plan.unmet[plan.unmet.count - 1].until = until
            } else {
                plan.unmet.append(UnmetWatts(start: piece.start, until: until, watts: watts))
            }
        }
        guard let worst = shortage.over.max(by: { ($0.watts, $1.start) < ($1.watts, $0.start) }) else { return }
        var holdouts: [Holdout.Kind: (leases: Set<UInt64>, watts: Watts)] = [:]
        let instant = worst.start..<worst.start + 1
        var held: Watts = 0
        for candidate in candidates where candidate.lease.start <= worst.start && worst.start < candidate.lease.until {
            let watts = candidate.draw(in: instant, fleet: book.fleet).first?.watts ?? 0
            guard watts > 0 else { continue }
            held += watts
            let kind = candidate.reason(at: worst.start, target, now: now)
            holdouts[kind, default: ([], 0)].leases.insert(candidate.lease.leaseNumber)
            holdouts[kind, default: ([], 0)].watts += watts
        }
        let committed = worst.watts + rackLimit(plan.spent).last { $0.at <= worst.start }!.watts
        plan.holdouts = Holdout.Kind.allCases.compactMap { kind in
            holdouts[kind].map { Holdout(kind: kind, leases: $0.leases.count, watts: $0.watts) }
        }
        if instances.leases > 0 { plan.holdouts.append(instances) }
        held += instances.watts
        if committed > held { plan.holdouts.append(Holdout(kind: .idleDraw, leases: 0, watts: committed - held)) }
    }

    // MARK: The way back

    /// Plans how batteries are filled again after their last use: as fast as they take it and the domain has headroom.
    private mutating func planRecharge() {
        for battery in domain.sources where battery.kind == .battery {
            // What ends now was cut short, and its recharge with it.
            let mine = plan.spent.indices.filter {
                plan.spent[$0].source == battery.name && plan.spent[$0].end >= now
            }
            guard let from = mine.map({ plan.spent[$0].end }).max() else { continue }
            let joules = mine.reduce(0) { $0 + plan.spent[$1].joules }
            guard joules > 0 else { continue }
            var recharge: Recharge?
            for time in timesOfHeadroom(from: from) {
                recharge = self.recharge(joules, of: battery, from: time)
                if recharge != nil { break }
            }
            for index in mine { plan.spent[index].rechargedAt = recharge?.end ?? .max }
            if let recharge { plan.recharges.append(recharge) }
        }
    }

    /// When to look for headroom to fill a battery in: at once, and when other targets of the domain or their recharges end.
    private func timesOfHeadroom(from: Int64) -> [Int64] {
        let others = book.loadTargets.filter { $0.key.budget == target.key.budget }
        let later = Set(others.flatMap { [$0.until] + $0.recharges.map(\.end) }).filter { from < $0 && $0 < .max }
        return [from] + later.sorted().prefix(Self.rechargeTries)
    }

    /// Fills a battery from a time on, at the fastest rate that is free all the while; nil when there is none.
    private func recharge(_ joules: Int64, of battery: PowerSource, from: Int64) -> Recharge? {
        var rate = battery.rechargeWatts
        // A slower rate takes longer and may meet less headroom on its way.
        for _ in 0..<Self.rechargeTries where rate > 0 {
            let end = from + (joules + rate - 1) / rate
            // Rounded down, as what is free has to be.
            let headroom = max(0, book.packing.headroom(of: budget, from: from, until: end))
            let free = headroom * domain.lossNumerator / domain.lossDenominator
            if free >= rate { return Recharge(source: battery.name, start: from, end: end, watts: rate) }
            rate = free
        }
        return nil
    }

    private static let rechargeTries = 8

    /// How draw comes back at the end, at the meter; nil for at once.
    private var wayBack: WayBack? {
        guard let ramp = target.restoreWattsPerMinute, let end = target.end else { return nil }
        return WayBack(start: end, wattsPerMinute: domain.measuredWatts(rackWatts: ramp))
    }

    /// Lets draw come back by so much a minute: sources first, then leases, those that were cut last first.
    private mutating func restoreByStages() {
        guard let wayBack, let ramp = target.restoreWattsPerMinute else { return }
        let end = wayBack.start
        let first = end + 60 * restoreSources(wayBack)
        var restored: Watts = 0
        for index in cut.reversed() {
            guard let last = candidates[index].added.last, last.until == end, end < candidates[index].lease.until else {
                continue
            }
            if first > end { candidates[index].extend(until: first) }
            restored = candidates[index].restore(
                from: first, step: last, ramp: ramp, restored: restored, fleet: book.fleet)
        }
    }

    /// Lets what sources give at the end come back by stages; returns the minutes that it takes.
    ///
    /// The plan has kept for it what it takes. A target that is ended earlier may find less, beside others: what a source
    /// has not got comes back at once.
    private mutating func restoreSources(_ wayBack: WayBack) -> Int64 {
        let last = plan.spent.filter { $0.end == wayBack.start }
        var minute: Int64 = 0
        for use in last {
            guard let source = domain.sources.first(where: { $0.name == use.source }) else { continue }
            // Batteries have none of this plan's energy back before its end.
            let mine = plan.spent.map { use in
                var mine = use
                if use.end >= now { mine.rechargedAt = .max }
                return mine
            }
            let stock = SourceStock(source, among: book.sourceUses(of: target.key.budget) + mine)
            var joules = source.kind == .battery ? stock.joulesStored(at: wayBack.start) : .max
            // Held in full while those before it come back and for a minute more, since nothing comes back at the end itself.
            var (watts, from) = (use.watts, wayBack.start)
            while watts > 0 {
                let until = wayBack.start + 60 * (minute + 1)
                let given = SourceUse(source: use.source, start: from, end: until, watts: watts, rechargedAt: until)
                let isPermitted = (wayBack.start..<until).byCalendarYear.allSatisfy {
                    $0.seconds.seconds <= stock.secondsLeft(in: $0.year)
                }
                joules -= given.joules
                guard isPermitted, joules >= 0, watts <= stock.freeWatts(in: from..<until) else { break }
                plan.spent.append(given)
                minute += 1
                watts -= wayBack.wattsPerMinute
                from = until
            }
        }
        return minute
    }
}

extension [CurtailmentStep] {
    /// What of the steps lies at or after a time.
    fileprivate func from(_ time: Int64) -> [CurtailmentStep] {
        map { step in
            var later = step
            later.start = Swift.max(step.start, time)
            return later
        }
    }
}
