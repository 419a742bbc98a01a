// What hangs below a budget domain, beside what it is built for.

import ControlAPI
import FleetModel

extension BudgetProvision {
    /// What a domain's nodes would draw, and the risk of what it is allowed beyond its derated rating; watts where it is
    /// measured.
    init(of budget: BudgetDomain, nameplateWatts: Watts, limitWatts: Watts, committedWatts: Watts) {
        let factor = budget.oversubscriptionPermille
        self.init(
            nameplateWatts: Int(nameplateWatts), provisionedWatts: Int(limitWatts),
            nameplatePermille: Int(nameplateWatts * 1_000 / max(1, limitWatts)),
            deratedWatts: Int(budget.deratedWatts),
            oversubscriptionPermille: factor == 1_000 ? nil : Int(factor),
            risk: OverloadRisk(committedWatts, on: budget), riskWhenFull: OverloadRisk(limitWatts, on: budget))
    }
}

extension OverloadRisk {
    /// What drawing `watts` is on a domain; nil within its derated rating.
    init?(_ watts: Watts, on budget: BudgetDomain) {
        guard watts > budget.deratedWatts else { return nil }
        let seconds = TripCurve.of(ratingWatts: budget.ratingWatts)
            .secondsCarried(watts, ratingWatts: budget.ratingWatts)
        self.init(
            overDeratedWatts: Int(watts - budget.deratedWatts),
            overRatingWatts: Int(max(0, watts - budget.ratingWatts)),
            carriedSeconds: seconds.map { Int($0) })
    }
}
