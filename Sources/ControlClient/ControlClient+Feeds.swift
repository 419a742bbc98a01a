// Feeds that fail and are restored.

public import ControlAPI

extension ControlClient {
    /// Says that a budget domain, or a source of it, carries nothing.
    public func failBudget(
        _ name: String, source: String? = nil, reason: String
    ) async throws(ClientError) -> FeedAnswer {
        let exchange = Exchange.post(Routes.failBudget(name), query: [("source", source)], FeedRequest(reason: reason))
        return try await answer(FeedAnswer.self, to: exchange)
    }

    /// Says that a budget domain, or a source of it, carries again.
    public func restoreBudget(
        _ name: String, source: String? = nil, reason: String
    ) async throws(ClientError) -> FeedAnswer {
        let exchange = Exchange.post(
            Routes.restoreBudget(name), query: [("source", source)], FeedRequest(reason: reason))
        return try await answer(FeedAnswer.self, to: exchange)
    }
}
