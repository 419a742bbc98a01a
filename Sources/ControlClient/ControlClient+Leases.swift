// Leases: request, list, show, release, and what they hold.

internal import AsyncHTTPClient
public import ControlAPI
internal import NIOCore

extension ControlClient {
    /// Requests a lease.
    ///
    /// - Parameter isDryRun: decide without taking; the answer carries a plan token.
    /// - Parameter idempotencyKey: with the same key and request the same success is given for a day.
    public func createLease(
        _ request: LeaseRequest, isDryRun: Bool = false, idempotencyKey: String? = nil
    ) async throws(ClientError) -> LeaseAnswer {
        let query: [(name: String, value: String?)] = [("dryRun", isDryRun ? "plan" : nil)]
        var exchange = Exchange.post(Routes.leases, query: query, request)
        exchange.set(HeaderNames.idempotencyKey, to: idempotencyKey)
        return try await answer(LeaseAnswer.self, to: exchange)
    }

    /// Requests a series: a lease for each window of the request's recurrence.
    public func createSeries(
        _ request: LeaseRequest, isDryRun: Bool = false, idempotencyKey: String? = nil
    ) async throws(ClientError) -> LeaseSeriesAnswer {
        var exchange = Exchange.post(Routes.leases, query: [("dryRun", isDryRun ? "plan" : nil)], request)
        exchange.set(HeaderNames.idempotencyKey, to: idempotencyKey)
        return try await answer(LeaseSeriesAnswer.self, to: exchange)
    }

    /// Cancels or releases every lease of a series that is not over.
    ///
    /// - Parameter tenant: whose it is; may be left out where only one has a series of that name.
    public func releaseSeries(
        _ series: String, tenant: String? = nil, reason: String? = nil
    ) async throws(ClientError) -> LeaseSeriesAnswer {
        let query = [("series", Optional(series)), ("tenant", tenant), ("reason", reason)]
        return try await answer(LeaseSeriesAnswer.self, to: .delete(Routes.leases, query: query))
    }

    /// Requests several leases.
    public func createLeases(
        _ request: LeaseBatchRequest, idempotencyKey: String? = nil
    ) async throws(ClientError) -> LeaseBatchAnswer {
        var exchange = Exchange.post(Routes.leaseBatch, request)
        exchange.bodyBytesMax = WireLimits.batchBodyBytesMax
        exchange.set(HeaderNames.idempotencyKey, to: idempotencyKey)
        return try await answer(LeaseBatchAnswer.self, to: exchange)
    }

    /// A page of leases, by tenant and state.
    public func leases(
        tenant: String? = nil, state: LeaseState? = nil, page: Page = Page()
    ) async throws(ClientError) -> LeaseList {
        let query = [("tenant", tenant), ("state", state?.rawValue)] + page.query
        return try await answer(LeaseList.self, to: .get(Routes.leases, query: query))
    }

    /// One lease.
    public func lease(_ id: String) async throws(ClientError) -> LeaseAnswer {
        try await answer(LeaseAnswer.self, to: .get(Routes.lease(id)))
    }

    /// Changes a lease as a whole or not at all.
    ///
    /// - Parameter ifMatch: the revision that the lease must still be at.
    /// - Parameter isDryRun: decide without applying; the answer is the lease as it would be.
    public func amendLease(
        _ id: String, _ request: AmendmentRequest, ifMatch: Int? = nil, isDryRun: Bool = false,
        idempotencyKey: String? = nil
    ) async throws(ClientError) -> LeaseAnswer {
        let query: [(name: String, value: String?)] = [("dryRun", isDryRun ? "plan" : nil)]
        var exchange = Exchange.post(Routes.leaseAmendments(id), query: query, request)
        exchange.set(HeaderNames.ifMatch, to: ifMatch.map { "\"\($0)\"" })
        exchange.set(HeaderNames.idempotencyKey, to: idempotencyKey)
        return try await answer(LeaseAnswer.self, to: exchange)
    }

    /// Cancels a lease before its start, or releases it after.
    ///
    /// - Parameter reason: why, for the audit log.
    public func releaseLease(
        _ id: String, reason: String? = nil, idempotencyKey: String? = nil
    ) async throws(ClientError) -> LeaseAnswer {
        var exchange = Exchange.delete(Routes.lease(id), query: [("reason", reason)])
        exchange.set(HeaderNames.idempotencyKey, to: idempotencyKey)
        return try await answer(LeaseAnswer.self, to: exchange)
    }

    /// Serves a notice on a lease: capacity is taken back, or the lease ends.
    ///
    /// - Parameter isDryRun: decide without serving.
    public func serveNotice(
        on id: String, _ request: ReclaimRequest, isDryRun: Bool = false, idempotencyKey: String? = nil
    ) async throws(ClientError) -> ReclaimAnswer {
        let query: [(name: String, value: String?)] = [("dryRun", isDryRun ? "plan" : nil)]
        var exchange = Exchange.post(Routes.leaseReclaim(id), query: query, request)
        exchange.set(HeaderNames.idempotencyKey, to: idempotencyKey)
        return try await answer(ReclaimAnswer.self, to: exchange)
    }

    /// Takes back the notice that is in force on a lease.
    public func withdrawNotice(on id: String, reason: String) async throws(ClientError) -> ReclaimAnswer {
        try await answer(ReclaimAnswer.self, to: .delete(Routes.leaseReclaim(id), query: [("reason", reason)]))
    }

    /// Says what goes first.
    public func nominate(on id: String, _ request: NominationRequest) async throws(ClientError) -> ReclaimAnswer {
        try await answer(ReclaimAnswer.self, to: .post(Routes.leaseNomination(id), request))
    }

    /// Every notice that was served on a lease.
    public func notices(on id: String) async throws(ClientError) -> ReclaimList {
        try await allPages(of: Routes.leaseReclaim(id), \ReclaimList.reclaims, cursor: \.cursor)
    }

    /// Binds tenants to the hardware that they hold already: all of it or nothing.
    ///
    /// - Parameter isDryRun: change nothing, and say of each lease what is in its way.
    public func importLeases(
        _ request: ImportRequest, isDryRun: Bool = false, idempotencyKey: String? = nil
    ) async throws(ClientError) -> LeaseBatchAnswer {
        let query: [(name: String, value: String?)] = [("dryRun", isDryRun ? "plan" : nil)]
        var exchange = Exchange.post(Routes.imports, query: query, request)
        exchange.set(HeaderNames.idempotencyKey, to: idempotencyKey)
        exchange.timeoutSeconds = 600
        return try await answer(LeaseBatchAnswer.self, to: exchange)
    }

    /// Makes some of what a lease holds a lease of its own.
    ///
    /// - Parameter isDryRun: decide without splitting; the answer is both leases as they would be.
    public func splitLease(
        _ id: String, _ request: LeaseSplitRequest, isDryRun: Bool = false, idempotencyKey: String? = nil
    ) async throws(ClientError) -> LeaseSplitAnswer {
        let query: [(name: String, value: String?)] = [("dryRun", isDryRun ? "plan" : nil)]
        var exchange = Exchange.post(Routes.leaseSplit(id), query: query, request)
        exchange.set(HeaderNames.idempotencyKey, to: idempotencyKey)
        return try await answer(LeaseSplitAnswer.self, to: exchange)
    }

    /// Transfers that are open and that the caller has a part in.
    public func transfers() async throws(ClientError) -> TransferList {
        try await allPages(of: Routes.transfers, \TransferList.transfers, cursor: \.cursor)
    }

    /// One transfer that is open.
    public func transfer(_ id: String) async throws(ClientError) -> TransferAnswer {
        try await answer(TransferAnswer.self, to: .get(Routes.transfer(id)))
    }

    /// Offers a lease, or a share of one, to another tenant.
    public func proposeTransfer(
        _ request: TransferRequest, idempotencyKey: String? = nil
    ) async throws(ClientError) -> TransferAnswer {
        var exchange = Exchange.post(Routes.transfers, request)
        exchange.set(HeaderNames.idempotencyKey, to: idempotencyKey)
        return try await answer(TransferAnswer.self, to: exchange)
    }

    /// Agrees to a transfer, or declines it.
    public func respond(
        toTransfer id: String, _ request: TransferReplyRequest
    ) async throws(ClientError) -> TransferAnswer {
        try await answer(TransferAnswer.self, to: .post(Routes.transfer(id), request))
    }

    /// Takes an offer back.
    public func withdrawTransfer(_ id: String, reason: String) async throws(ClientError) -> TransferAnswer {
        try await answer(TransferAnswer.self, to: .delete(Routes.transfer(id), query: [("reason", reason)]))
    }

    /// What waits for a second operator.
    public func approvals() async throws(ClientError) -> ApprovalList {
        try await allPages(of: Routes.approvals, \ApprovalList.approvals, cursor: \.cursor)
    }

    /// Approves or declines what another operator has asked for.
    public func respond(
        toApproval id: String, _ request: ApprovalRequest
    ) async throws(ClientError) -> ApprovalAnswer {
        try await answer(ApprovalAnswer.self, to: .post(Routes.approval(id), request))
    }

    /// What the contract of a lease lets the provider do with it.
    public func guards(on id: String) async throws(ClientError) -> GuardList {
        try await allPages(of: Routes.leaseGuards(id), \GuardList.guards, cursor: \.cursor)
    }

    /// Every node of a lease. Some 20 MB for 27,500 nodes; see ``allocationBytes(of:format:receive:)`` to stream it.
    public func allocation(of id: String) async throws(ClientError) -> AllocationAnswer {
        try await answer(AllocationAnswer.self, to: allocationExchange(at: Routes.leaseAllocation(id), format: .json))
    }

    /// Every node of a lease in one of the formats, as the bytes come.
    ///
    /// - Parameter receive: takes each piece in order; the next is read when it returns, so that memory stays bounded.
    ///   What it throws ends the call as ``TransportCause/other(_:)``.
    public func allocationBytes(
        of id: String, format: AllocationFormat, receive: ([UInt8]) async throws -> Void
    ) async throws(ClientError) {
        try await allocationBytes(at: Routes.leaseAllocation(id), format: format, receive: receive)
    }

    func allocationBytes(
        at path: String, format: AllocationFormat, receive: ([UInt8]) async throws -> Void
    ) async throws(ClientError) {
        let exchange = allocationExchange(at: path, format: format)
        let response = try await open(exchange)
        do {
            for try await piece in response.body { try await receive(Array(piece.readableBytesView)) }
        } catch {
            throw unreachable(error, exchange)
        }
    }

    private func allocationExchange(at path: String, format: AllocationFormat) -> Exchange {
        var exchange = Exchange.get(path, query: [("format", format.rawValue)])
        exchange.timeoutSeconds = 600
        return exchange
    }
}
