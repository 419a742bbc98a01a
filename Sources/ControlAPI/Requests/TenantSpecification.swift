// A tenant as it should be.

/// The most that a tenant may hold at one instant.
public struct QuotaSpecification: Codable, Sendable, Equatable {
    /// GPUs; absent: no limit.
    public var gpus: Int?
    /// Committed watts at the rack; absent: no limit.
    public var watts: Int?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case gpus, watts
    }

    /// Every field; those left out are absent.
    public init(gpus: Int? = nil, watts: Int? = nil) {
        self.gpus = gpus
        self.watts = watts
    }
}

extension QuotaSpecification: CheckedOnDecoding {
    func check() throws(WireValueError) {
        try checkAmount(gpus, field: "gpus")
        try checkAmount(watts, field: "watts")
    }
}

/// What PUT states of a tenant: the whole of it, not a change.
public struct TenantSpecification: Codable, Sendable, Equatable {
    /// Limits; absent: none.
    public var quota: QuotaSpecification?
    /// The cohort whose idle quota it may borrow; absent: none.
    public var cohort: String?
    /// The most that it may hold beyond its quota; absent: as much as the cohort has.
    public var borrowingLimit: QuotaSpecification?
    /// The most of its quota that others of the cohort may use while it is idle; absent: all of it.
    public var lendingLimit: QuotaSpecification?
    /// Who it is, at most 1,024 bytes.
    public var description: String?
    /// Why this is being written, for the audit log.
    public var reason: String?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case quota, cohort, borrowingLimit, lendingLimit, description, reason
    }

    /// Every field; those left out are absent.
    public init(
        quota: QuotaSpecification? = nil, cohort: String? = nil, borrowingLimit: QuotaSpecification? = nil,
        lendingLimit: QuotaSpecification? = nil, description: String? = nil, reason: String? = nil
    ) {
        self.quota = quota
        self.cohort = cohort
        self.borrowingLimit = borrowingLimit
        self.lendingLimit = lendingLimit
        self.description = description
        self.reason = reason
    }
}

extension TenantSpecification: CheckedOnDecoding {
    func check() throws(WireValueError) {
        try ResourceName.check(cohort, field: "cohort")
        try checkText(description, field: "description")
        try checkText(reason, field: "reason")
    }

    /// The same statement without the reason, which describes the writing and not the tenant, and without a quota that
    /// limits nothing.
    public var withoutReason: TenantSpecification {
        TenantSpecification(
            quota: quota.stated, cohort: cohort, borrowingLimit: borrowingLimit.stated,
            lendingLimit: lendingLimit.stated, description: description)
    }
}

extension QuotaSpecification? {
    /// Nil where it limits nothing.
    public var stated: QuotaSpecification? { self == QuotaSpecification() ? nil : self }
}

/// Refuses an amount that is negative or beyond what sums can hold.
func checkAmount(_ amount: Int?, field: String) throws(WireValueError) {
    guard let amount, !(0...1_000_000_000_000).contains(amount) else { return }
    throw WireValueError(field: field, expected: "0 to 1000000000000", found: "\(amount)")
}
