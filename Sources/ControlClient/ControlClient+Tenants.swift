// Tenants and contracts.

public import ControlAPI

extension ControlClient {
    /// A page of tenants.
    public func tenants(page: Page = Page()) async throws(ClientError) -> TenantList {
        try await answer(TenantList.self, to: .get(Routes.tenants, query: page.query))
    }

    /// One tenant.
    public func tenant(_ name: String) async throws(ClientError) -> TenantAnswer {
        try await answer(TenantAnswer.self, to: .get(Routes.tenant(name)))
    }

    /// Makes a tenant what the specification says, whether or not it was there.
    public func setTenant(
        _ name: String, to specification: TenantSpecification
    ) async throws(ClientError) -> TenantAnswer {
        try await answer(TenantAnswer.self, to: .put(Routes.tenant(name), specification))
    }

    /// The statement of a tenant for a month such as `2026-12`, or for the one that goes on.
    public func ledger(of tenant: String, month: String? = nil) async throws(ClientError) -> LedgerAnswer {
        try await answer(LedgerAnswer.self, to: .get(Routes.tenantLedger(tenant), query: [("month", month)]))
    }

    /// Removes a tenant that has no live leases.
    public func removeTenant(_ name: String, reason: String? = nil) async throws(ClientError) {
        try await send(.delete(Routes.tenant(name), query: [("reason", reason)]))
    }

    /// A page of cohorts.
    public func cohorts(page: Page = Page()) async throws(ClientError) -> CohortList {
        try await answer(CohortList.self, to: .get(Routes.cohorts, query: page.query))
    }

    /// One cohort.
    public func cohort(_ name: String) async throws(ClientError) -> CohortAnswer {
        try await answer(CohortAnswer.self, to: .get(Routes.cohort(name)))
    }

    /// Makes a cohort what the specification says, whether or not it was there.
    public func setCohort(
        _ name: String, to specification: CohortSpecification
    ) async throws(ClientError) -> CohortAnswer {
        try await answer(CohortAnswer.self, to: .put(Routes.cohort(name), specification))
    }

    /// Removes a cohort without members.
    public func removeCohort(_ name: String, reason: String? = nil) async throws(ClientError) {
        try await send(.delete(Routes.cohort(name), query: [("reason", reason)]))
    }

    /// A page of contracts.
    public func contracts(page: Page = Page()) async throws(ClientError) -> ContractList {
        try await answer(ContractList.self, to: .get(Routes.contracts, query: page.query))
    }

    /// One contract, at its newest version where none is named.
    public func contract(_ name: String, version: Int? = nil) async throws(ClientError) -> ContractAnswer {
        try await answer(
            ContractAnswer.self, to: .get(Routes.contract(name), query: [("version", version.map(String.init))]))
    }

    /// One contract in plain words.
    public func contractExplanation(
        _ name: String, version: Int? = nil
    ) async throws(ClientError) -> ContractExplanation {
        let query = [("version", version.map(String.init))]
        return try await answer(ContractExplanation.self, to: .get(Routes.contractExplanation(name), query: query))
    }

    /// Makes a contract what the specification says, whether or not it was there.
    public func setContract(
        _ name: String, to specification: ContractSpecification
    ) async throws(ClientError) -> ContractAnswer {
        try await answer(ContractAnswer.self, to: .put(Routes.contract(name), specification))
    }

    /// Removes a contract that no live lease refers to.
    public func removeContract(_ name: String, reason: String? = nil) async throws(ClientError) {
        try await send(.delete(Routes.contract(name), query: [("reason", reason)]))
    }
}
