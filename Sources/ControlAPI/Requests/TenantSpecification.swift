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
    /// Who it is, at most 1,024 bytes.
    public var description: String?
    /// Why this is being written, for the audit log.
    public var reason: String?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case quota, description, reason
    }

    /// Every field; those left out are absent.
    public init(quota: QuotaSpecification? = nil, description: String? = nil, reason: String? = nil) {
        self.quota = quota
        self.description = description
        self.reason = reason
    }
}

extension TenantSpecification: CheckedOnDecoding {
    func check() throws(WireValueError) {
        try checkText(description, field: "description")
        try checkText(reason, field: "reason")
    }

    /// The same statement without the reason, which describes the writing and not the tenant, and without a quota that
    /// limits nothing.
    public var withoutReason: TenantSpecification {
        TenantSpecification(quota: quota == QuotaSpecification() ? nil : quota, description: description)
    }
}

/// Refuses an amount that is negative or beyond what sums can hold.
func checkAmount(_ amount: Int?, field: String) throws(WireValueError) {
    guard let amount, !(0...1_000_000_000_000).contains(amount) else { return }
    throw WireValueError(field: field, expected: "0 to 1000000000000", found: "\(amount)")
}
