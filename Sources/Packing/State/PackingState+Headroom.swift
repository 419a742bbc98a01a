// Whether watts are left over a window.

public import FleetModel

extension PackingState {
    /// Watts at the rack that a budget domain still has at every instant of `[start, until)`. O(limits × depth).
    public func headroom(of budget: BudgetIndex, from start: Int64, until: Int64) -> Watts {
        let steps = fleet.budgets[budget.offset].rackLimitSteps
        let load = tables.loads.ofBudget[budget.offset]
        var least = Watts.max
        for (offset, step) in steps.enumerated() {
            let to = offset + 1 < steps.count ? min(until, steps[offset + 1].at) : until
            let from = max(start, step.at)
            if from < to { least = min(least, step.watts - watts.peak(of: load, from: from, until: to)) }
        }
        if ceilings.isLowered[load] {
            least = min(least, room(underCeilingsOf: load, from: start, until: until, only: budget))
        }
        return least
    }

    /// The budget of a load that has least left over a window, the first of those.
    func tightestBudget(ofLoad load: Int, from start: Int64, until: Int64) -> BudgetIndex {
        let budgets = tables.loads.budgets[load]
        return budgets.min {
            headroom(of: $0, from: start, until: until) < headroom(of: $1, from: start, until: until)
        }!
    }

    /// The lowest limit of a load anywhere in `[start, until)`. O(steps), one for most.
    @inline(__always)
    func lowestLimit(ofLoad load: Int, from start: Int64, until: Int64) -> Watts {
        let first = Int(tables.limitStart[load])
        let end = Int(tables.limitStart[load + 1])
        if end - first == 1 { return tables.limitWatts[first] }
        var least = Watts.max
        for step in first..<end {
            if tables.limitAt[step] >= until { break }
            if step + 1 < end && tables.limitAt[step + 1] <= start { continue }
            least = min(least, tables.limitWatts[step])
        }
        return least
    }

    /// Watts that a load surely has left in `[start, until)`; there may be more. O(1).
    @inline(__always)
    func sureHeadroom(ofLoad load: Int, from start: Int64, until: Int64) -> Watts {
        let sure = lowestLimit(ofLoad: load, from: start, until: until) - watts.bound(of: load)
        guard ceilings.isLowered[load] else { return sure }
        return min(sure, sureRoom(underCeilingsOf: load, from: start, until: until))
    }

    /// Watts that a load has left at every instant of `[start, until)`. O(limits × depth).
    func headroom(ofLoad load: Int, from start: Int64, until: Int64) -> Watts {
        let end = Int(tables.limitStart[load + 1])
        var least = Watts.max
        for step in Int(tables.limitStart[load])..<end {
            let from = max(start, tables.limitAt[step])
            let to = step + 1 < end ? min(until, tables.limitAt[step + 1]) : until
            guard from < to else { continue }
            least = min(least, tables.limitWatts[step] - watts.peak(of: load, from: from, until: to))
        }
        if ceilings.isLowered[load] { least = min(least, room(underCeilingsOf: load, from: start, until: until)) }
        return least
    }

    /// Whether a load has `amount` watts left over `[start, until)`; looks closer only when it is near its limit.
    @inline(__always)
    func hasWatts(_ amount: Watts, load: Int, from start: Int64, until: Int64) -> Bool {
        if sureHeadroom(ofLoad: load, from: start, until: until) >= amount { return true }
        return headroom(ofLoad: load, from: start, until: until) >= amount
    }

    /// What a node lacks for one more booking of part of it: the first load short of watts.
    struct PartialShortage {
        let load: Int
        /// True when there is too little even for a node that is awake.
        let isForAwake: Bool
    }

    /// Checks one more booking of part of a node against every load above it, at every instant.
    func shortage(
        rack: Int, node: Int, gpuCount: Int, capWatts: Watts, from start: Int64, until: Int64
    ) -> PartialShortage? {
        let numbers = tables.platforms[Int(tables.rackPlatform[rack])]
        let gpuWatts = numbers.gpuWatts(gpuCount, capWatts: capWatts)
        let bothWatts = gpuWatts + numbers.firstWatts
        // Enough for an idle node is enough for one that is awake, so the gaps are looked for only near a limit.
        let enough = max(gpuWatts, bothWatts)
        for place in Int(tables.chainStart[rack])..<Int(tables.chainStart[rack + 1]) {
            let load = Int(tables.chain[place])
            if sureHeadroom(ofLoad: load, from: start, until: until) >= enough { continue }
            if let short = shortage(of: load, rack: rack, node: node, gpuWatts, bothWatts, from: start, until: until) {
                return short
            }
        }
        return nil
    }

    private func shortage(
        of load: Int, rack: Int, node: Int, _ gpuWatts: Watts, _ bothWatts: Watts, from start: Int64, until: Int64
    ) -> PartialShortage? {
        if !hasWatts(gpuWatts, load: load, from: start, until: until) {
            return PartialShortage(load: load, isForAwake: true)
        }
        var from = start
        while let gap = nextGap(node: node, rack: rack, from: from, until: until) {
            guard hasWatts(bothWatts, load: load, from: gap.lowerBound, until: gap.upperBound) else {
                return PartialShortage(load: load, isForAwake: false)
            }
            from = gap.upperBound
        }
        return nil
    }
}
