// Readings in; alerts and forecasts out.

public import ControlAPI

extension ControlClient {
    /// Gives the daemon a batch of readings.
    public func report(_ request: TelemetryRequest) async throws(ClientError) -> TelemetryAnswer {
        var exchange = Exchange.post(Routes.telemetry, request)
        exchange.bodyBytesMax = WireLimits.batchBodyBytesMax
        return try await answer(TelemetryAnswer.self, to: exchange)
    }

    /// The budget domains whose observed draw is near their limits.
    public func alerts() async throws(ClientError) -> DrawAlertList {
        try await allPages(of: Routes.alerts, \DrawAlertList.alerts, cursor: \.cursor)
    }

    /// What a budget domain of the upper levels has drawn; absent ends: the day before, and now.
    public func budgetHistory(
        _ name: String, start: Timestamp? = nil, end: Timestamp? = nil, step: HistoryInterval = .quarter
    ) async throws(ClientError) -> BudgetHistory {
        let query = [("start", start?.description), ("end", end?.description), ("step", step.rawValue)]
        return try await answer(BudgetHistory.self, to: .get(Routes.budgetHistory(name), query: query))
    }

    /// What sites will carry, draw, cost and emit; absent ends: from now, and two days, two weeks or a year on.
    public func forecast(
        site: String? = nil, start: Timestamp? = nil, end: Timestamp? = nil, step: ForecastInterval = .day
    ) async throws(ClientError) -> ForecastAnswer {
        let query = [
            ("site", site), ("start", start?.description), ("end", end?.description), ("step", step.rawValue),
        ]
        return try await answer(ForecastAnswer.self, to: .get(Routes.forecast, query: query))
    }
}
