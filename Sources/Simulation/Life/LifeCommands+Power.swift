// Load targets of every kind, orders, feeds.

import FleetModel
import Leasing
import Packing

extension LifeCommands {
    /// Load targets of every kind, their removal, and what answers them.
    mutating func anyPower() -> Command {
        let budgets = book.fleet.budgets
        let budget = random.pick(0..<budgets.count)
        let key = LoadTargetKey(budget: budgets[budget].name, id: ["a", "b", "c"].randomElement(using: &random)!)
        switch random.pick(0..<10) {
        case 0, 1: return .removeLoadTarget(book.loadTargets.randomElement(using: &random)?.key ?? key)
        case 2:
            var orders: [UInt64] = []
            book.forEachOrder { order in
                orders.append(order.number)
                return true
            }
            return .acknowledgeOrders([orders.randomElement(using: &random) ?? 1])
        case 3: return .setFreeze(false)
        default:
            let start = now + [0, 0, 600, hour, day].randomElement(using: &random)!
            let committed = book.packing.committedWatts(of: BudgetIndex(budget), at: start)
            let measured = budgets[budget].measuredWatts(rackWatts: committed)
            let watts = min(budgets[budget].ratingWatts, measured * Int64.random(in: 55...110, using: &random) / 100)
            let length = random.isOne(in: 20) ? nil : [600, 600, hour, 9 * hour].randomElement(using: &random)!
            let ramp = length != nil && random.isOne(in: 2) ? Watts.random(in: 1_000...40_000, using: &random) : nil
            // Some wait for a second operator.
            return .setLoadTarget(
                LoadTarget(
                    key: key, kind: random.isOne(in: 3) ? .physical : .economic, watts: watts, start: start,
                    end: length.map { start + $0 }, restoreWattsPerMinute: ramp),
                approvalSeconds: watts % 3 == 0 ? hour : nil)
        }
    }
}
