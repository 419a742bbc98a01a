// What hangs below each budget domain of one fleet version, so that summing walks arrays only.

import FleetModel

/// How the draw of each budget domain is put together; derived once for each fleet version.
struct DomainTables: Sendable {
    let fleet: Fleet
    /// For each budget domain: its children, when no rack hangs from two of them; else none.
    let parts: [[Int]]
    /// For each budget domain: the racks that no part has; all its racks when it has no parts.
    let racks: [[Int]]
    /// Nodes below each budget domain.
    let nodeCounts: [Int]
    /// Watts at the rack that each domain would draw with every GPU at its highest cap.
    let nameplateWatts: [Watts]
    /// The domains of the upper levels, ascending.
    let upper: [Int]
    /// For each site: the roots of its power trees.
    let powerRoots: [[Int]]

    /// The most domains whose history is kept and that metrics name.
    static let upperMax = 128

    /// O(racks × budgets per rack).
    init(_ fleet: Fleet) {
        self.fleet = fleet
        let budgets = fleet.budgets
        var children = [[Int]](repeating: [], count: budgets.count)
        for (offset, budget) in budgets.enumerated() {
            if let parent = budget.parent { children[parent.offset].append(offset) }
        }
        var overlaps = [Bool](repeating: false, count: budgets.count)
        var below = [[Int]](repeating: [], count: budgets.count)
        var direct = [[Int]](repeating: [], count: budgets.count)
        var nodeCounts = [Int](repeating: 0, count: budgets.count)
        // For each domain, how many of its children the rack at hand hangs from.
        var childCounts = [Int](repeating: 0, count: budgets.count)
        for (rack, chain) in fleet.budgetChains.enumerated() {
            for budget in chain {
                if let parent = budgets[budget.offset].parent { childCounts[parent.offset] += 1 }
            }
            for budget in chain {
                below[budget.offset].append(rack)
                nodeCounts[budget.offset] += fleet.racks[rack].nodes.count
                if childCounts[budget.offset] == 0 { direct[budget.offset].append(rack) }
                if childCounts[budget.offset] > 1 { overlaps[budget.offset] = true }
                childCounts[budget.offset] = 0
            }
        }
        parts = budgets.indices.map { overlaps[$0] ? [] : children[$0] }
        racks = budgets.indices.map { overlaps[$0] ? below[$0] : direct[$0] }
        self.nodeCounts = nodeCounts
        let demand = FleetDemand(fleet)
        nameplateWatts = budgets.indices.map { demand.watts(of: BudgetIndex($0), capPercent: 100) }
        upper = Self.upper(budgets)
        powerRoots = fleet.sites.indices.map { site in
            budgets.indices.filter {
                budgets[$0].siteOffset == site && budgets[$0].parent == nil && budgets[$0].kind == .power
            }
        }
    }

    /// Whole levels from the roots down, as long as they come to at most ``upperMax`` domains; the roots in any case, up
    /// to as many.
    private static func upper(_ budgets: [BudgetDomain]) -> [Int] {
        var depths = [Int](repeating: 0, count: budgets.count)
        for (offset, budget) in budgets.enumerated() {
            depths[offset] = budget.parent.map { depths[$0.offset] + 1 } ?? 0
        }
        var chosen: [Int] = []
        for depth in 0...(depths.max() ?? 0) {
            let level = budgets.indices.filter { depths[$0] == depth }
            if chosen.count + level.count > upperMax {
                if depth == 0 { chosen = Array(level.prefix(upperMax)) }
                break
            }
            chosen += level
        }
        return chosen.sorted()
    }
}
