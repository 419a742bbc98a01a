// A cohort as it should be.

/// What PUT states of a cohort: the whole of it, not a change.
public struct CohortSpecification: Codable, Sendable, Equatable {
    /// The cohort that it belongs to; absent: none, it is a root.
    public var parent: String?
    /// What it has beside what its members lend; absent fields: nothing.
    public var quota: QuotaSpecification?
    /// The most that its members may use together beyond what they lend and it has; absent: as much as its parent has.
    public var borrowingLimit: QuotaSpecification?
    /// The most of it that others under its parent may use while it is idle; absent: all of it.
    public var lendingLimit: QuotaSpecification?
    /// What it is, at most 1,024 bytes.
    public var description: String?
    /// Why this is being written, for the audit log.
    public var reason: String?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case parent, quota, borrowingLimit, lendingLimit, description, reason
    }

    /// Every field; those left out are absent.
    public init(
        parent: String? = nil, quota: QuotaSpecification? = nil, borrowingLimit: QuotaSpecification? = nil,
        lendingLimit: QuotaSpecification? = nil, description: String? = nil, reason: String? = nil
    ) {
        self.parent = parent
        self.quota = quota
        self.borrowingLimit = borrowingLimit
        self.lendingLimit = lendingLimit
        self.description = description
        self.reason = reason
    }

    /// The same statement without the reason, and without limits that limit nothing.
    public var withoutReason: CohortSpecification {
        CohortSpecification(
            parent: parent, quota: quota.stated, borrowingLimit: borrowingLimit.stated,
            lendingLimit: lendingLimit.stated, description: description)
    }
}

extension CohortSpecification: CheckedOnDecoding {
    func check() throws(WireValueError) {
        try ResourceName.check(parent, field: "parent")
        try checkText(description, field: "description")
        try checkText(reason, field: "reason")
    }
}
