// Tenants as they stand.

/// One tenant.
public struct TenantAnswer: Codable, Sendable, Equatable {
    /// Its name.
    public var name: String
    /// Changes to the tenant's answer so far: the index of its poll.
    public var index: Int
    /// Limits; absent: none.
    public var quota: QuotaSpecification?
    /// The cohort whose idle quota it may borrow; absent: none.
    public var cohort: String?
    /// The most that it may hold beyond its quota; absent: as much as the cohort has.
    public var borrowingLimit: QuotaSpecification?
    /// The most of its quota that others of the cohort may use; absent: all of it.
    public var lendingLimit: QuotaSpecification?
    /// Who it is.
    public var description: String?
    /// What its live leases are promised now.
    public var holds: Capacity
    /// What its live leases commit at the meter; absent: not for you to see.
    public var wattsAtMeter: Int?
    /// Its live leases.
    public var leases: Int

    /// Every field; those left out are absent.
    public init(
        name: String, index: Int, quota: QuotaSpecification? = nil, cohort: String? = nil,
        borrowingLimit: QuotaSpecification? = nil, lendingLimit: QuotaSpecification? = nil,
        description: String? = nil, holds: Capacity, wattsAtMeter: Int? = nil, leases: Int
    ) {
        self.cohort = cohort
        self.borrowingLimit = borrowingLimit
        self.lendingLimit = lendingLimit
        self.name = name
        self.index = index
        self.quota = quota
        self.description = description
        self.holds = holds
        self.wattsAtMeter = wattsAtMeter
        self.leases = leases
    }
}

extension TenantAnswer {
    /// What PUT would state to leave the tenant as it is.
    public var specification: TenantSpecification {
        TenantSpecification(
            quota: quota, cohort: cohort, borrowingLimit: borrowingLimit, lendingLimit: lendingLimit,
            description: description
        ).withoutReason
    }
}

/// A page of tenants.
public struct TenantList: Codable, Sendable, Equatable {
    /// In the order of their names.
    public var tenants: [TenantAnswer]
    /// Where the next page begins; absent: this is the last.
    public var cursor: String?

    /// Every field; those left out are absent.
    public init(tenants: [TenantAnswer], cursor: String? = nil) {
        self.tenants = tenants
        self.cursor = cursor
    }
}
