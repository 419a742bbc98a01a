// What the loss of feeds leaves: racks that others carry, and racks that are dark.

public import FleetModel
import Packing

extension Book {
    // MARK: Reading

    /// What has failed, in order of domains and sources.
    public var feedFailures: [FeedFailure] { feeds.failures }

    /// How many racks below a failed domain hang also on a feed of the same kind that stands, and how many are dark.
    public func racks(below budget: BudgetIndex) -> (carried: Int, dark: Int) {
        let failed = failedBudgets
        let kind = fleet.budgets[budget.offset].kind
        var (carried, dark) = (0, 0)
        for (rack, chain) in fleet.budgetChains.enumerated() where chain.contains(budget) {
            if hasFeed(rack, kind, failed) { carried += 1 } else { dark += 1 }
        }
        return (carried, dark)
    }

    /// Watts of the sources of a root that stand and are firm: grid, and turbines that no permit limits. Batteries are not.
    public func firmWatts(ofRoot budget: BudgetIndex) -> Watts {
        let domain = fleet.budgets[budget.offset]
        return domain.sources.reduce(0) { sum, source in
            let hasFailed = feeds.failures.contains { $0.isOf(domain.name, source.name) }
            return source.isFirm && !hasFailed ? sum + source.watts : sum
        }
    }

    /// Whether a rack is without power or without cooling.
    func isDark(_ rack: RackIndex) -> Bool {
        let failed = failedBudgets
        return !failed.isEmpty && BudgetKind.allCases.contains { !hasFeed(rack.offset, $0, failed) }
    }

    /// Domains that have failed themselves, by offset.
    private var failedBudgets: Set<Int> {
        Set(feeds.failures.compactMap { $0.source == nil ? fleet.budget(named: $0.budget)?.offset : nil })
    }

    /// Whether some feed of a kind reaches a rack all the way from its root; also when it hangs on none of that kind.
    ///
    /// A feed is a lowest domain of the rack's chain with all above it. Two of them are 2N: each can carry the rack alone.
    private func hasFeed(_ rack: Int, _ kind: BudgetKind, _ failed: Set<Int>) -> Bool {
        let chain = fleet.budgetChains[rack].filter { fleet.budgets[$0.offset].kind == kind }
        guard chain.contains(where: { failed.contains($0.offset) }) else { return true }
        let parents = Set(chain.compactMap { fleet.budgets[$0.offset].parent })
        return chain.contains { lowest in
            guard !parents.contains(lowest) else { return false }
            var here: BudgetIndex? = lowest
            while let domain = here {
                if failed.contains(domain.offset) { return false }
                here = fleet.budgets[domain.offset].parent
            }
            return true
        }
    }

    // MARK: Applying

    mutating func apply(_ failure: FeedFailure) {
        feeds.failures.append(failure)
        feeds.failures.sort(by: FeedFailure.isBefore)
    }

    mutating func restoreFeed(_ budget: String, _ source: String?) {
        feeds.failures.removeAll { $0.isOf(budget, source) }
    }

    mutating func darken(_ nodes: [Range<Int>]) {
        for node in nodes.joined() { feeds.darkNodes[UInt64(node)] = true }
    }

    /// A node that is something else than faulty is no longer dark.
    mutating func noteHealth(_ health: NodeHealth, of node: Int) {
        if health != .faulty && !feeds.darkNodes.isEmpty { feeds.darkNodes[UInt64(node)] = nil }
    }

    // MARK: Snapshots

    var darkNodes: [Range<Int>] {
        var nodes: [Range<Int>] = []
        feeds.darkNodes.forEach { node, _ in
            nodes.append(Int(node)..<Int(node) + 1)
            return true
        }
        return nodes.united()
    }

    /// Takes what a snapshot has; what is no longer in the fleet is left out.
    mutating func take(_ failures: [FeedFailure], dark: [IDRange]) {
        feeds.failures = failures.filter { failure in
            guard let budget = fleet.budget(named: failure.budget) else { return false }
            guard let source = failure.source else { return true }
            return fleet.budgets[budget.offset].sources.contains { $0.name == source }
        }
        darken(register.nodesLeft(of: dark))
    }
}

extension PowerSource {
    /// Whether it gives its power at all times: a grid, or a turbine that no permit limits.
    var isFirm: Bool { kind == .grid || kind == .turbine && permitHoursPerYear == nil }
}
