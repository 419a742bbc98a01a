// Fault reports, identities of GPUs, and spares.

public import ControlAPI

extension ControlClient {
    /// A page of fault reports: all, or those of one tenant.
    public func faults(
        tenant: String? = nil, state: FaultState? = nil, page: Page = Page()
    ) async throws(ClientError) -> FaultReportList {
        let query = [("state", state?.rawValue), ("tenant", tenant)] + page.query
        return try await answer(FaultReportList.self, to: .get(Routes.faults, query: query))
    }

    /// A page of a tenant's own fault reports, as the tenant may read them.
    public func faults(
        ofTenant tenant: String, state: FaultState? = nil, page: Page = Page()
    ) async throws(ClientError) -> FaultReportList {
        let query = [("state", state?.rawValue)] + page.query
        return try await answer(FaultReportList.self, to: .get(Routes.tenantFaults(tenant), query: query))
    }

    /// One fault report.
    public func fault(_ id: String) async throws(ClientError) -> FaultReportAnswer {
        try await answer(FaultReportAnswer.self, to: .get(Routes.fault(id)))
    }

    /// Reports hardware that a tenant holds.
    ///
    /// - Parameter idempotencyKey: with the same key and request the same success is given for a day.
    public func reportFault(
        of tenant: String, _ request: FaultReportRequest, idempotencyKey: String? = nil
    ) async throws(ClientError) -> FaultReportList {
        var exchange = Exchange.post(Routes.tenantFaults(tenant), request)
        exchange.set(HeaderNames.idempotencyKey, to: idempotencyKey)
        return try await answer(FaultReportList.self, to: exchange)
    }

    /// Accepts or rejects a report that is open.
    public func decideFault(
        _ id: String, _ request: FaultDecisionRequest
    ) async throws(ClientError) -> FaultReportAnswer {
        try await answer(FaultReportAnswer.self, to: .post(Routes.fault(id), request))
    }

    /// What each error number leads to.
    public func faultPolicy() async throws(ClientError) -> FaultPolicyAnswer {
        try await answer(FaultPolicyAnswer.self, to: .get(Routes.faultPolicy))
    }

    /// Says which GPUs sit where.
    public func identify(_ request: IdentifyRequest) async throws(ClientError) -> IdentifyAnswer {
        try await answer(IdentifyAnswer.self, to: .post(Routes.nodesIdentify, request))
    }

    /// Spares against availability.
    ///
    /// - Parameter failures: for each 1,000 days of a node.
    public func spares(
        shape: Shape? = nil, gpu: String? = nil, nodes: Int? = nil, availability: Double? = nil,
        failures: Double? = nil, repair: WireDuration? = nil
    ) async throws(ClientError) -> SpareList {
        let query: [(name: String, value: String?)] = [
            ("shape", shape?.rawValue), ("gpu", gpu), ("nodes", nodes.map(String.init)),
            ("availability", availability.map { "\($0)" }), ("failures", failures.map { "\($0)" }),
            ("repair", repair.map { "\($0)" }),
        ]
        return try await answer(SpareList.self, to: .get(Routes.spares, query: query))
    }
}
