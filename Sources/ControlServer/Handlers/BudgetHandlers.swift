// Budget domains: what they are built for, what they may carry, what is promised and what is drawn.

import ControlAPI
import FleetModel
import Hummingbird
import Leasing
import Packing
import Scheduling
import Telemetry

enum BudgetHandlers {
    static func list(_ exchange: Exchange) async throws -> Response {
        let kind = try exchange.query("kind", "power or cooling") { ControlAPI.BudgetKind(rawValue: $0) }
        let depth = try exchange.query("depth", "a number of levels, 1 or more") {
            Int($0).flatMap { $0 >= 1 ? $0 : nil }
        }
        let (view, now) = exchange.present
        let conditions = DrawConditions(view, at: now)
        let report = exchange.services.observatory.report(conditions, at: now)
        let fleet = view.book.fleet
        let failures = FailedFeed.all(in: view.book)
        let upper = depth.map { fleet.budgets(ofLevels: $0) } ?? Array(fleet.budgets.indices)
        let wanted = upper.filter { kind == nil || fleet.budgets[$0].kind.rawValue == kind!.rawValue }
        let (page, cursor) = try exchange.page(of: wanted, in: view)
        let budgets = page.map { index in
            var answer = answer(BudgetIndex(index), conditions, report)
            answer.failures = failures?.filter { $0.budget == answer.name }
            if answer.failures?.isEmpty == true { answer.failures = nil }
            return answer
        }
        return exchange.answer(BudgetList(budgets: budgets, cursor: cursor), view: view)
    }

    private static func answer(
        _ index: BudgetIndex, _ conditions: DrawConditions, _ report: DrawReport
    ) -> BudgetAnswer {
        let budgets = conditions.fleet.budgets
        let budget = budgets[index.offset]
        let (limit, committed) = (conditions.limitWatts(index), conditions.committedWatts(index))
        let draw = report.draws[index.offset]
        return BudgetAnswer(
            name: budget.name, kind: ControlAPI.BudgetKind(rawValue: budget.kind.rawValue)!,
            measuredAt: MeasurePoint(rawValue: budget.measuredAt.rawValue)!,
            parent: budget.parent.map { budgets[$0.offset].name }, ratingWatts: Int(budget.ratingWatts),
            limitWatts: Int(limit), committedWatts: Int(committed), headroomWatts: Int(limit - committed),
            provision: BudgetProvision(
                of: budget, nameplateWatts: report.nameplateWatts[index.offset], limitWatts: limit,
                committedWatts: committed),
            observedWatts: draw.map { Int($0.watts) }, observedAt: draw.map { Timestamp($0.at) },
            observedShare: draw.map(\.share), observedBasis: draw.map { ControlAPI.ObservedBasis($0.basis) },
            observedHeadroomWatts: draw.map { Int(limit - $0.watts) })
    }

    static func timeline(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        let name = try exchange.parameter("name")
        guard let index = view.book.fleet.budget(named: name) else {
            throw Problem(.notFound, detail: "there is no budget domain \(name)")
        }
        // What was committed before the present is not kept.
        let present = max(view.time, exchange.scheduler.now)
        let start = max(
            present,
            try exchange.query("start", "a time like 2029-06-01T00:00:00Z") { Timestamp($0)?.epochSeconds } ?? present)
        let end =
            try exchange.query("end", "a time like 2029-06-01T00:00:00Z") { Timestamp($0)?.epochSeconds }
            ?? start + 366 * 86_400
        guard start < end else { throw Problem(.badRequest, detail: "?end must be after ?start and after now") }
        let budget = view.book.fleet.budgets[index.offset]
        let limits = view.book.packing.limitSteps(of: index)
        let first = limits.last { $0.at <= start }!
        let limit =
            [WattsStep(at: Timestamp(start), watts: Int(first.watts))]
            + limits.filter { $0.at > start && $0.at < end }.map {
                WattsStep(at: Timestamp($0.at), watts: Int($0.watts))
            }
        let committed = view.book.packing.committedSteps(of: index, from: start, until: end).map {
            WattsStep(at: Timestamp($0.at), watts: Int(budget.measuredWatts(rackWatts: $0.watts)))
        }
        return exchange.answer(BudgetTimeline(name: name, limit: limit, committed: committed), view: view)
    }
}

extension Fleet {
    /// The places of budgets that are at most so many levels from a root, roots being one. O(budgets).
    fileprivate func budgets(ofLevels depth: Int) -> [Int] {
        // Parents come before children, so that their levels are known.
        var levels: [Int] = []
        levels.reserveCapacity(budgets.count)
        for budget in budgets { levels.append(budget.parent.map { levels[$0.offset] + 1 } ?? 1) }
        return budgets.indices.filter { levels[$0] <= depth }
    }
}

extension ObservedDraw {
    /// Nodes observed, in percent.
    var share: Percentage { Percentage(hundredths: min(10_000, sharePermille * 10)) }
}

extension ControlAPI.ObservedBasis {
    init(_ basis: Telemetry.ObservedBasis) { self = ControlAPI.ObservedBasis(rawValue: basis.rawValue)! }
}
