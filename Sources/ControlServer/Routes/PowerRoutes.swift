// Budgets and feeds, load targets, and the orders to the actuator.

import ControlAPI
import HTTPTypes

extension Route {
    private static let source = QueryParameter(
        "source", .name, "A source of the domain, which must be a root; absent: the domain itself.")

    static let power: [Route] = [
        Route(
            "listBudgets", .get, Routes.budgets,
            "Budget domains: limit in force, committed, observed, headroom; parents before children.",
            for: Audiences.provider,
            query: [
                QueryParameter("kind", BudgetKind.self, "Only trees of this kind."),
                QueryParameter("depth", .integer(1...Int.max), "Only so many levels from the roots, which are one."),
            ] + QueryParameter.page, answers: .ok(BudgetList.self), BudgetHandlers.list),
        Route(
            "budgetTimeline", .get, Routes.budgetTimelinePattern, "Limit and committed watts as step functions.",
            for: Audiences.provider, query: [.start("now"), .end("when nothing changes any more")],
            answers: .ok(BudgetTimeline.self), BudgetHandlers.timeline),
        Route(
            "budgetHistory", .get, Routes.budgetHistoryPattern, "What a domain has drawn, beside what was committed.",
            for: Audiences.provider,
            query: [
                .start("a day before the end"), .end("now"),
                QueryParameter("step", HistoryInterval.self, "The length of a step; absent: quarter."),
            ], answers: .ok(BudgetHistory.self), HistoryHandlers.history),
        Route(
            "failFeed", .post, Routes.budgetFailPattern, "A budget domain, or a source of it, carries nothing.",
            for: Audiences.operators, query: [source], takes: .json(FeedRequest.self), answers: .ok(FeedAnswer.self),
            FeedHandlers.fail),
        Route(
            "restoreFeed", .post, Routes.budgetRestorePattern, "It carries again.", for: Audiences.operators,
            query: [source], takes: .json(FeedRequest.self), answers: .ok(FeedAnswer.self), FeedHandlers.restore),
    ]

    static let loadTargets: [Route] = [
        Route(
            "listLoadTargets", .get, Routes.loadTargets,
            "Load targets that are scheduled or live; with `state` others.",
            for: Audiences.provider,
            query: [QueryParameter("state", LoadTargetState.self, "Only those in this state.")]
                + QueryParameter.page,
            answers: .ok(LoadTargetList.self), LoadTargetHandlers.list),
        Route(
            "loadTarget", .get, Routes.loadTargetPattern, "One load target.", for: Audiences.provider,
            answers: .ok(LoadTargetAnswer.self), LoadTargetHandlers.show),
        Route(
            "setLoadTarget", .put, Routes.loadTargetPattern,
            "Set a ceiling in watts: what is spent, curtailed and shed for it, and by when.", for: Audiences.operators,
            query: [.dryRun], takes: .json(LoadTargetRequest.self),
            answers: .put(LoadTargetAnswer.self).or(
                .accepted(ApprovalAnswer.self, "It waits for a second operator's approval")),
            LoadTargetHandlers.put),
        Route(
            "removeLoadTarget", .delete, Routes.loadTargetPattern, "End a load target, or withdraw one to come.",
            for: Audiences.operators, query: [.requiredReason], answers: .ok(LoadTargetAnswer.self),
            LoadTargetHandlers.remove),
        Route(
            "listOrders", .get, Routes.orders,
            "Caps and power states to apply, with their deadlines. A long poll with `?index=` and `?wait=`.",
            for: Audiences.provider, query: QueryParameter.poll + QueryParameter.page,
            answers: .ok(OrderList.self, headers: [.index, .entityTag]), OrderHandlers.list),
        Route(
            "acknowledgeOrders", .post, Routes.orders, "Say that orders have been received.", for: Audiences.reporters,
            takes: .json(OrderAcknowledgement.self), answers: .ok(OrderList.self, "Those orders"),
            refusals: [.notFound],
            OrderHandlers.acknowledge),
    ]

    static let telemetry: [Route] = [
        Route(
            "reportReadings", .post, Routes.telemetry, "Take a batch of observed readings.", for: Audiences.reporters,
            takes: .batch(TelemetryRequest.self), answers: .ok(TelemetryAnswer.self),
            refusals: [.overloaded, .journalFull], effect: Effect.beside, TelemetryHandlers.take),
        Route(
            "listAlerts", .get, Routes.alerts, "Budget domains whose observed draw is near their limit.",
            for: Audiences.provider, query: QueryParameter.page, answers: .ok(DrawAlertList.self),
            TelemetryHandlers.alerts),
        Route(
            "forecast", .get, Routes.forecast, "What will be committed and drawn, and what that costs.",
            for: Audiences.readers,
            query: [
                QueryParameter("site", .name, "One site; absent: all."), .start("now"),
                .end("two days, two weeks or a year from the start, by the step"),
                QueryParameter("step", ForecastInterval.self, "The length of a step; absent: day."),
            ], answers: .ok(ForecastAnswer.self), ForecastHandlers.forecast),
    ]
}
