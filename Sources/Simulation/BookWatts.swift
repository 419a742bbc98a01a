// Rule 2 on one book: what leases draw, taken afresh from what they hold, within every limit at every instant.

import FleetModel
import Leasing
import Packing

extension BookRules {
    /// What racks draw over their idle floor, as changes in order of nodes.
    private struct Demand {
        var at: Int64
        /// As if nothing were curtailed: what the fleet's limits are held against.
        var entitled: Watts
        /// With curtailments: what load targets are held against.
        var drawn: Watts
    }

    func watts() -> RuleReport {
        var report = RuleReport(2, "committed watts are within every budget at every instant")
        let demand = demandByRack()
        var instants = 0
        let racksBelow = self.racksBelow()
        for (offset, budget) in fleet.budgets.enumerated() {
            var steps: [Int64: Demand] = [:]
            var floor: Watts = 0
            for rack in racksBelow[offset] {
                let place = fleet.racks[rack]
                let power = fleet.platforms[place.platformOffset].power
                floor += Watts(place.nodes.count) * power.nodeIdleWatts + power.rackOverheadWatts
                for change in demand[rack] {
                    steps[change.at, default: Demand(at: change.at, entitled: 0, drawn: 0)].entitled += change.entitled
                    steps[change.at]!.drawn += change.drawn
                }
            }
            instants += check(budget, offset, floor: floor, steps: steps, &report)
        }
        checkFeeds(&report)
        report.count("failed feeds", book.feedFailures.count)
        report.count("budgets", fleet.budgets.count)
        report.count("instants", instants)
        report.count("load targets", book.loadTargets.count)
        return report
    }

    private func check(
        _ budget: BudgetDomain, _ offset: Int, floor: Watts, steps: [Int64: Demand], _ report: inout RuleReport
    ) -> Int {
        let targets = book.loadTargets.filter { $0.key.budget == budget.name }
        let later = (budget.rackLimitSteps.map(\.at) + targets.flatMap(edges)).filter { $0 > now && $0 < .max }
        let times = Set(steps.keys).union(later).union([now]).sorted()
        var (entitled, drawn) = (floor, floor)
        for time in times {
            entitled += steps[time]?.entitled ?? 0
            drawn += steps[time]?.drawn ?? 0
            // What was before the present is not kept.
            if time < now { continue }
            let index = BudgetIndex(offset)
            let (keptEntitled, kept) = (
                book.packing.entitledWatts(of: index, at: time), book.packing.committedWatts(of: index, at: time)
            )
            if keptEntitled != entitled || kept != drawn {
                report.violate(
                    "\(budget.name) counts \(kept) W of \(keptEntitled) W at \(RFC3339.text(time)), its leases draw "
                        + "\(drawn) W of \(entitled) W")
            }
            if entitled > budget.rackLimit(at: time) {
                report.violate(
                    "\(budget.name) carries \(entitled) W at the rack at \(RFC3339.text(time)), over its \(budget.rackLimit(at: time)) W"
                )
            }
            for target in targets where target.isLive(at: time) {
                let allowed = target.allowed(at: time)
                if budget.measuredWatts(rackWatts: drawn) > allowed {
                    report.violate(
                        "\(budget.name) carries \(drawn) W at the rack at \(RFC3339.text(time)), over load target "
                            + "\(target.key.id) of \(allowed) W where it is measured")
                }
            }
        }
        return times.count
    }

    /// The instants at which what a target allows changes.
    private func edges(of target: LoadTarget) -> [Int64] {
        [target.start, target.until] + target.spent.flatMap { [$0.start, $0.end] }
            + target.unmet.flatMap { [$0.start, $0.until] }
    }

    private func checkFeeds(_ report: inout RuleReport) {
        for (rack, place) in fleet.racks.enumerated() {
            for kind in BudgetKind.allCases where !isFed(rack, kind) {
                for node in place.nodes where book.packing.health(of: NodeIndex(node)) != .faulty {
                    report.violate("\(name(node)) is up, and no \(kind.rawValue) feed reaches it")
                }
            }
        }
    }

    /// Whether a rack hangs on no tree of a kind, or on a domain of one from which no failed domain is met up to the root,
    /// and which has no domain of the rack below it.
    private func isFed(_ rack: Int, _ kind: BudgetKind) -> Bool {
        guard !book.feedFailures.isEmpty else { return true }
        let failed = Set(book.feedFailures.filter { $0.source == nil }.map(\.budget))
        let domains = fleet.budgetChains[rack].map { fleet.budgets[$0.offset] }.filter { $0.kind == kind }
        func stands(_ domain: BudgetDomain) -> Bool {
            !failed.contains(domain.name) && domain.parent.map { stands(fleet.budgets[$0.offset]) } ?? true
        }
        let lowest = domains.filter { domain in
            !domains.contains { $0.parent.map { fleet.budgets[$0.offset].name } == domain.name }
        }
        return domains.isEmpty || lowest.contains(where: stands)
    }

    private func racksBelow() -> [[Int]] {
        var racks = [[Int]](repeating: [], count: fleet.budgets.count)
        for (rack, chain) in fleet.budgetChains.enumerated() {
            for budget in chain { racks[budget.offset].append(rack) }
        }
        return racks
    }

    /// Changes of each rack's draw over its idle floor.
    private func demandByRack() -> [[Demand]] {
        var demand = [[Demand]](repeating: [], count: fleet.racks.count)
        let holds = self.holds()
        var first = 0
        while first < holds.count {
            var end = first
            while end < holds.count, holds[end].node == holds[first].node { end += 1 }
            let rack = fleet.rackOfNode[holds[first].node].offset
            demand[rack] += changes(
                of: Array(holds[first..<end]), on: fleet.platforms[fleet.racks[rack].platformOffset])
            first = end
        }
        return demand
    }

    /// Walks the instants at which a node's holders or their caps change and takes its draw afresh at each.
    private func changes(of holds: [Hold], on platform: Platform) -> [Demand] {
        var times = Set(holds.flatMap { [$0.start, $0.until] })
        for hold in holds {
            let edges = hold.curtailments.flatMap { [$0.start, $0.until] } + hold.caps.map(\.at)
            times.formUnion(edges.filter { hold.start < $0 && $0 < hold.until })
        }
        var result: [Demand] = []
        let idle = platform.power.nodeIdleWatts
        var before = (entitled: idle, drawn: idle)
        for time in times.sorted() {
            // A node in maintenance draws what an idle one does.
            let present = holds.filter { $0.start <= time && time < $0.until && $0.cap(at: time) != .paused }
            let entitled = draw(of: present, on: platform) { hold in hold.cap(at: time).watts(on: platform) }
            let drawn = draw(of: present, on: platform) { hold in hold.capWatts(at: time, on: platform) }
            result.append(Demand(at: time, entitled: entitled - before.entitled, drawn: drawn - before.drawn))
            before = (entitled, drawn)
        }
        return result
    }

    /// What a node draws with some holders; `cap` is nil for a holder that is stopped.
    private func draw(of present: [Hold], on platform: Platform, cap: (Hold) -> Watts?) -> Watts {
        guard !present.isEmpty else { return platform.power.nodeIdleWatts }
        // One that holds the whole node and is stopped leaves it idle.
        if present.count == 1, present[0].mask == platform.moduleMask, present[0].slices == 0, cap(present[0]) == nil {
            return present[0].isWholeNode ? platform.power.nodeIdleWatts : stoppedParts(on: platform)
        }
        // A GPU of which only a slice is held draws its cap, however many hold one.
        var capped: UInt8 = 0
        var watts = platform.power.nodeOverheadWatts
        for hold in present {
            let each = max(cap(hold) ?? 0, platform.power.gpuIdleWatts)
            watts += Watts((hold.mask & ~capped).nonzeroBitCount) * each
            capped |= hold.mask
        }
        return watts + Watts(platform.gpusPerNode - capped.nonzeroBitCount) * platform.power.gpuIdleWatts
    }

    private func stoppedParts(on platform: Platform) -> Watts {
        platform.power.nodeOverheadWatts + Watts(platform.gpusPerNode) * platform.power.gpuIdleWatts
    }
}

extension BookRules.Hold {
    /// The cap in force at a time: the lowest of its own and of what load targets leave; nil when it is stopped.
    fileprivate func capWatts(at time: Int64, on platform: Platform) -> Watts? {
        let own = cap(at: time).watts(on: platform)
        let percents = curtailments.filter { $0.start <= time && time < $0.until }.map(\.percent)
        guard let lowest = percents.min() else { return own }
        if lowest == 0 { return nil }
        return min(own, max(platform.power.capWattsMin, platform.power.capWatts(percent: lowest)))
    }
}

extension LoadTarget {
    /// What may be drawn under it at a time, where it is measured: what sources give and what could not be met included.
    fileprivate func allowed(at time: Int64) -> Watts {
        let given = spent.filter { $0.start <= time && time < $0.end }.reduce(0) { $0 + $1.watts }
        let missed = unmet.filter { $0.start <= time && time < $0.until }.reduce(0) { $0 + $1.watts }
        return watts + given + missed
    }
}
