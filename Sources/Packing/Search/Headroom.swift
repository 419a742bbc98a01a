// What is left of each budget domain while one request is being placed.

import FleetModel

/// Headroom over the request's whole window, found when first asked for and lowered by what is chosen.
///
/// Exact for whole nodes: they are free over the whole window, so what they add is the same at every instant.
struct Headroom {
    private let terms: BookingTerms
    private var left: ContiguousArray<Watts>
    private var taken: [(budget: BudgetIndex, watts: Watts)] = []

    private static var unknown: Watts { .min }

    init(terms: BookingTerms, budgetCount: Int) {
        self.terms = terms
        left = ContiguousArray(repeating: Self.unknown, count: budgetCount)
    }

    /// A point to return to with `undo(to:)`.
    var mark: Int { taken.count }

    mutating func undo(to mark: Int) {
        while taken.count > mark {
            let last = taken.removeLast()
            left[last.budget.offset] += last.watts
        }
    }

    mutating func watts(of budget: BudgetIndex, in state: PackingState) -> Watts {
        if left[budget.offset] == Self.unknown {
            left[budget.offset] = state.headroom(of: budget, from: terms.start, until: terms.until)
        }
        return left[budget.offset]
    }

    /// Takes `watts` in every domain above `rack`, or nothing; returns the first domain that has not enough.
    mutating func take(_ watts: Watts, at rack: RackIndex, in state: PackingState) -> BudgetIndex? {
        let chain = state.fleet.budgetChains[rack.offset]
        for budget in chain where self.watts(of: budget, in: state) < watts { return budget }
        for budget in chain {
            left[budget.offset] -= watts
            taken.append((budget, watts))
        }
        return nil
    }
}
