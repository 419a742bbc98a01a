// The tenant's poll.

internal import AsyncHTTPClient
public import ControlAPI
internal import NIOHTTP1

/// What a poll gave.
public struct PollAnswer: Sendable, Equatable {
    /// The tenant's index: what to wait on next.
    public let index: Int
    /// The version of the answer, with the book's epoch: what to make the next poll conditional on.
    public let entityTag: String?
    /// What the tenant holds; absent: nothing has changed since the version that the poll was conditional on.
    public let allocation: TenantAllocation?
}

extension ControlClient {
    /// Asks what a tenant holds.
    ///
    /// - Parameters:
    ///   - index: wait while the tenant's index is still this; absent: answer at once.
    ///   - wait: how long to wait for a change, at most 300 s.
    ///   - entityTag: give no allocation when it is still this version.
    public func poll(
        tenant: String, index: Int? = nil, wait: WireDuration? = nil, ifNoneMatch entityTag: String? = nil
    ) async throws(ClientError) -> PollAnswer {
        let query = [("index", index.map(String.init)), ("wait", wait?.description)]
        var exchange = Exchange.get(Routes.tenantAllocation(tenant), query: query)
        exchange.set(HeaderNames.ifNoneMatch, to: entityTag)
        // The server spreads its answers over wait/16 more; the rest is for the way.
        exchange.timeoutSeconds = Int(wait?.seconds ?? 0) * 17 / 16 + 30

        let response = try await open(exchange)
        let newTag = response.headers.first(name: HeaderNames.entityTag)
        let newIndex = response.headers.first(name: HeaderNames.index).flatMap { Int($0) }
        let bytes = try await collect(response, exchange)
        guard response.status != .notModified else {
            return PollAnswer(index: newIndex ?? index ?? 0, entityTag: newTag ?? entityTag, allocation: nil)
        }
        let allocation = try decode(TenantAllocation.self, from: bytes, status: response.status)
        return PollAnswer(index: newIndex ?? allocation.index, entityTag: newTag, allocation: allocation)
    }
}
