// Budget domains that carry the same racks, taken together.

import FleetModel

/// The distinct sets of racks that budget domains carry.
///
/// A switchboard and a coolant loop of one hall carry the same racks, so they carry the same watts at every instant and one
/// step function serves both; the least of their limits holds. A fleet has little more than half as many loads as
/// budgets, and a booking changes that much less.
struct Loads: Sendable {
    /// By load: its racks, ascending.
    let racks: [[Int]]
    /// By load: its budgets, ascending.
    let budgets: [[BudgetIndex]]
    /// By load: the least limit at the rack of its budgets, from each time on.
    let limits: [[LimitStep]]
    /// By budget: its load.
    let ofBudget: [Int]
    /// By rack: the loads that its draw counts in.
    let chains: [[Int]]
    /// By rack: the roots of its power trees.
    let powerRoots: [[BudgetIndex]]

    var count: Int { racks.count }

    init(_ fleet: Fleet) {
        var racksOfBudget = [[Int]](repeating: [], count: fleet.budgets.count)
        for (rack, chain) in fleet.budgetChains.enumerated() {
            for budget in chain { racksOfBudget[budget.offset].append(rack) }
        }
        var known: [[Int]: Int] = [:]
        var racks: [[Int]] = []
        var budgets: [[BudgetIndex]] = []
        var ofBudget: [Int] = []
        for (budget, list) in racksOfBudget.enumerated() {
            let load = known[list] ?? racks.count
            if load == racks.count {
                known[list] = load
                racks.append(list)
                budgets.append([])
            }
            budgets[load].append(BudgetIndex(budget))
            ofBudget.append(load)
        }
        self.racks = racks
        self.budgets = budgets
        self.ofBudget = ofBudget
        limits = budgets.map { Self.least($0.map { fleet.budgets[$0.offset].rackLimitSteps }) }
        powerRoots = fleet.budgetChains.map { chain in
            chain.filter { fleet.budgets[$0.offset].parent == nil && fleet.budgets[$0.offset].kind == .power }
        }
        chains = fleet.budgetChains.map { chain in
            var loads: [Int] = []
            for budget in chain where !loads.contains(ofBudget[budget.offset]) { loads.append(ofBudget[budget.offset]) }
            return loads
        }
    }

    /// The least of several step functions that all begin at the beginning of time.
    static func least(_ functions: [[LimitStep]]) -> [LimitStep] {
        guard functions.count > 1 else { return functions[0] }
        var result: [LimitStep] = []
        for at in Set(functions.joined().map(\.at)).sorted() {
            let watts = functions.map { steps in steps.last { $0.at <= at }!.watts }.min()!
            if result.last?.watts != watts { result.append(LimitStep(at: at, watts: watts)) }
        }
        return result
    }
}
