// What-if plans.

public import ControlAPI

extension ControlClient {
    /// What commands would do; at most ten minutes, since the search waits for others before it.
    public func plan(
        _ request: PlanRequest, page: Page = Page()
    ) async throws(ClientError) -> PlanAnswer {
        var exchange = Exchange.post(Routes.plans, query: page.query, request)
        exchange.bodyBytesMax = WireLimits.batchBodyBytesMax
        exchange.timeoutSeconds = 600
        return try await answer(PlanAnswer.self, to: exchange)
    }

    /// The moves that would free whole domains; at most ten minutes.
    public func defragment(_ request: DefragmentRequest) async throws(ClientError) -> DefragmentAnswer {
        var exchange = Exchange.post(Routes.planDefragment, request)
        exchange.timeoutSeconds = 600
        return try await answer(DefragmentAnswer.self, to: exchange)
    }

    /// Carries out a plan that would still do the same.
    ///
    /// - Parameter key: under which a repetition gets the first one's success.
    public func commitPlan(
        _ request: PlanCommitRequest, key: String? = nil
    ) async throws(ClientError) -> PlanCommitAnswer {
        var exchange = Exchange.post(Routes.planCommit, request)
        exchange.bodyBytesMax = WireLimits.batchBodyBytesMax
        exchange.set(HeaderNames.idempotencyKey, to: key)
        return try await answer(PlanCommitAnswer.self, to: exchange)
    }
}
