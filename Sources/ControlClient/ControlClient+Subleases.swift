// Calls about leases that are let to another tenant.

public import ControlAPI

extension ControlClient {
    /// Sub-leases that the caller has a part in, or that are in one state; without one those that are not over.
    public func subleases(
        state: SubleaseState? = nil, limit: Int? = nil, cursor: String? = nil
    ) async throws(ClientError) -> SubleaseList {
        try await answer(
            SubleaseList.self,
            to: .get(
                Routes.subleases,
                query: [("state", state?.rawValue), ("limit", limit.map(String.init)), ("cursor", cursor)]))
    }

    /// One sub-lease.
    public func sublease(_ id: String) async throws(ClientError) -> SubleaseAnswer {
        try await answer(SubleaseAnswer.self, to: .get(Routes.sublease(id)))
    }

    /// Offers to let a lease, or a share of one, to another tenant.
    public func proposeSublease(
        _ request: SubleaseRequest, idempotencyKey: String? = nil
    ) async throws(ClientError) -> SubleaseAnswer {
        var exchange = Exchange.post(Routes.subleases, request)
        exchange.set(HeaderNames.idempotencyKey, to: idempotencyKey)
        return try await answer(SubleaseAnswer.self, to: exchange)
    }

    /// Agrees to what is offered, or declines it.
    public func respond(
        toSublease id: String, _ request: SubleaseReplyRequest
    ) async throws(ClientError) -> SubleaseAnswer {
        try await answer(SubleaseAnswer.self, to: .post(Routes.sublease(id), request))
    }

    /// Takes an offer back, gives back what is used, or ends what is let.
    public func endSublease(_ id: String, reason: String) async throws(ClientError) -> SubleaseAnswer {
        try await answer(SubleaseAnswer.self, to: .delete(Routes.sublease(id), query: [("reason", reason)]))
    }

    /// Every node that is used under a sub-lease in one of the formats, as the bytes come; see
    /// ``allocationBytes(of:format:receive:)``.
    public func allocationBytes(
        ofSublease id: String, format: AllocationFormat, receive: ([UInt8]) async throws -> Void
    ) async throws(ClientError) {
        try await allocationBytes(at: Routes.subleaseAllocation(id), format: format, receive: receive)
    }
}
