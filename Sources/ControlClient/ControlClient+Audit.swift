// The audit log and the record of access.

public import ControlAPI

extension ControlClient {
    /// Entries with numbers after `number`; of a tenant's log, or of the caller's. With `stored`, what leaves are made of.
    public func audit(
        of tenant: String? = nil, after number: Int = 0, limit: Int? = nil, stored: Bool = false
    ) async throws(ClientError) -> AuditEntryList {
        let query = [
            ("tenant", tenant), ("after", "\(number)"), ("limit", limit.map(String.init)),
            ("stored", stored ? "true" : nil),
        ]
        return try await answer(AuditEntryList.self, to: .get(Routes.audit, query: query))
    }

    /// The head of a log at its present size, or at an earlier one.
    public func auditHead(of tenant: String? = nil, size: Int? = nil) async throws(ClientError) -> AuditHeadAnswer {
        let query = [("tenant", tenant), ("size", size.map(String.init))]
        return try await answer(AuditHeadAnswer.self, to: .get(Routes.auditHead, query: query))
    }

    /// That an entry stands in a log.
    public func auditProof(
        of number: Int, tenant: String? = nil, size: Int? = nil
    ) async throws(ClientError) -> AuditProof {
        let query = [("tenant", tenant), ("number", "\(number)"), ("size", size.map(String.init))]
        return try await answer(AuditProof.self, to: .get(Routes.auditProof, query: query))
    }

    /// Who has read what a tenant holds, or all tenants, in hours that end after `since`; newest hour first.
    public func auditAccess(
        tenant: String? = nil, since: Timestamp? = nil, limit: Int? = nil
    ) async throws(ClientError) -> AccessList {
        let query = [("tenant", tenant), ("since", since?.description), ("limit", limit.map(String.init))]
        return try await answer(AccessList.self, to: .get(Routes.auditAccess, query: query))
    }

    /// That a log of one size is the beginning of a larger one.
    public func auditConsistency(
        from size: Int, to larger: Int? = nil, tenant: String? = nil
    ) async throws(ClientError) -> AuditConsistency {
        let query = [("tenant", tenant), ("from", "\(size)"), ("to", larger.map(String.init))]
        return try await answer(AuditConsistency.self, to: .get(Routes.auditConsistency, query: query))
    }
}
