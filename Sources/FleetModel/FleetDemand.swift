// What hangs below each budget domain, and so what the whole fleet would draw there at a given cap.

/// The demand on every budget domain of a fleet with all of its GPUs at one percentage of their highest cap.
public struct FleetDemand: Sendable {
    private let fleet: Fleet
    /// For each budget, the nodes of each platform below it.
    private let nodeCounts: [Int64]
    /// For each budget, what its racks draw by themselves.
    private let rackOverheads: [Watts]

    /// Counts what hangs below each budget. O(racks × budgets per rack).
    public init(_ fleet: Fleet) {
        self.fleet = fleet
        let platformCount = fleet.platforms.count
        var nodeCounts = [Int64](repeating: 0, count: fleet.budgets.count * platformCount)
        var rackOverheads = [Watts](repeating: 0, count: fleet.budgets.count)
        for (rack, chain) in zip(fleet.racks, fleet.budgetChains) {
            let overhead = fleet.platforms[rack.platformOffset].power.rackOverheadWatts
            for budget in chain {
                nodeCounts[budget.offset * platformCount + rack.platformOffset] += Int64(rack.nodes.count)
                rackOverheads[budget.offset] += overhead
            }
        }
        self.nodeCounts = nodeCounts
        self.rackOverheads = rackOverheads
    }

    /// Watts at the rack below `budget` with nothing leased and everything powered.
    public func idleFloorWatts(of budget: BudgetIndex) -> Watts {
        total(of: budget) { $0.power.nodeIdleWatts }
    }

    /// Watts at the rack below `budget` with every GPU leased at `capPercent` of its highest cap.
    public func watts(of budget: BudgetIndex, capPercent: Int) -> Watts {
        total(of: budget) {
            $0.nodeWatts(leasedGPUs: $0.gpusPerNode, capWatts: $0.power.capWatts(percent: capPercent))
        }
    }

    /// The lowest percentage that every platform of the fleet accepts as a cap. O(platforms).
    public var capPercentMin: Int {
        let percents = fleet.platforms.map { platform in
            let power = platform.power
            return Int((power.capWattsMin * 100 + power.capWattsMax - 1) / power.capWattsMax)
        }
        return percents.max() ?? 100
    }

    /// The highest whole percentage at which everything below `budget` fits its limit in force at `time`.
    ///
    /// Nil when not even the lowest cap fits.
    public func highestCapPercent(of budget: BudgetIndex, at time: Int64) -> Int? {
        let limit = fleet.budgets[budget.offset].rackLimit(at: time)
        var low = capPercentMin - 1
        var high = 100
        while low < high {
            let middle = (low + high + 1) / 2
            if watts(of: budget, capPercent: middle) <= limit { low = middle } else { high = middle - 1 }
        }
        return low < capPercentMin ? nil : low
    }

    /// The highest whole percentage at which all of a site fits every budget of the site in force at `time`.
    ///
    /// Nil when not even the lowest cap fits. O(budgets).
    public func highestCapPercent(ofSite siteOffset: Int, at time: Int64) -> Int? {
        var least = 100
        for (offset, budget) in fleet.budgets.enumerated() where budget.siteOffset == siteOffset {
            guard let percent = highestCapPercent(of: BudgetIndex(offset), at: time) else { return nil }
            least = min(least, percent)
        }
        return least
    }

    /// The budgets of a site that `capPercent` would break at `time`, ascending. O(budgets).
    public func budgetsBroken(ofSite siteOffset: Int, capPercent: Int, at time: Int64) -> [BudgetIndex] {
        fleet.budgets.indices.map { BudgetIndex($0) }.filter { index in
            let budget = fleet.budgets[index.offset]
            return budget.siteOffset == siteOffset
                && watts(of: index, capPercent: capPercent) > budget.rackLimit(at: time)
        }
    }

    private func total(of budget: BudgetIndex, _ nodeWatts: (Platform) -> Watts) -> Watts {
        var sum = rackOverheads[budget.offset]
        for (offset, platform) in fleet.platforms.enumerated() {
            let count = nodeCounts[budget.offset * fleet.platforms.count + offset]
            if count > 0 { sum += count * nodeWatts(platform) }
        }
        return sum
    }
}
