// Budget domains that are alike: one line of the report instead of thousands.

struct BudgetGroup {
    private struct Key: Hashable {
        let kind: BudgetKind
        let depth: Int
        let ratingWatts: Watts
        let deratePercent: Int64
        let measuredAt: MeasuringPoint
    }

    private(set) var members: [BudgetIndex]
    let depth: Int

    /// The budgets of a site, those of one kind, depth and rating together, in order of first appearance.
    static func groups(of fleet: Fleet, siteOffset: Int) -> [BudgetGroup] {
        var groups: [BudgetGroup] = []
        var groupOfKey: [Key: Int] = [:]
        var depths = [Int](repeating: 0, count: fleet.budgets.count)
        for (offset, budget) in fleet.budgets.enumerated() where budget.siteOffset == siteOffset {
            depths[offset] = budget.parent.map { depths[$0.offset] + 1 } ?? 0
            let key = Key(
                kind: budget.kind, depth: depths[offset], ratingWatts: budget.ratingWatts,
                deratePercent: budget.deratePercent, measuredAt: budget.measuredAt)
            if let group = groupOfKey[key] {
                groups[group].members.append(BudgetIndex(offset))
            } else {
                groupOfKey[key] = groups.count
                groups.append(BudgetGroup(members: [BudgetIndex(offset)], depth: depths[offset]))
            }
        }
        return groups
    }

    /// The name of the only member, or what all members' names begin and end with around a star.
    func label(in fleet: Fleet) -> String {
        let names = members.map { Array(fleet.budgets[$0.offset].name) }
        guard let first = names.first, names.count > 1 else { return names.first.map { String($0) } ?? "" }
        let shortest = names.map(\.count).min() ?? 0
        var head = 0
        while head < shortest, names.allSatisfy({ $0[head] == first[head] }) { head += 1 }
        var tail = 0
        while head + tail < shortest, names.allSatisfy({ $0[$0.count - 1 - tail] == first[first.count - 1 - tail] }) {
            tail += 1
        }
        return String(first[..<head]) + "*" + String(first[(first.count - tail)...])
    }
}
