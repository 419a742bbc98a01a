// Cohorts as they stand.

/// One cohort.
public struct CohortAnswer: Codable, Sendable, Equatable {
    /// Its name.
    public var name: String
    /// The cohort that it belongs to; absent: none.
    public var parent: String?
    /// What it has beside what its members lend; absent: nothing.
    public var quota: QuotaSpecification?
    /// The most that its members may use together beyond what they lend and it has; absent: as much as its parent has.
    public var borrowingLimit: QuotaSpecification?
    /// The most of it that others under its parent may use; absent: all of it.
    public var lendingLimit: QuotaSpecification?
    /// What it is.
    public var description: String?
    /// Its own quota and what its members lend.
    public var capacity: QuotaSpecification
    /// What its members use now beyond what each keeps for itself.
    public var used: QuotaSpecification
    /// Tenants that belong to it.
    public var tenants: [String]
    /// Cohorts that belong to it.
    public var cohorts: [String]

    /// Every field; those left out are absent.
    public init(
        name: String, specification: CohortSpecification, capacity: QuotaSpecification, used: QuotaSpecification,
        tenants: [String], cohorts: [String]
    ) {
        self.name = name
        parent = specification.parent
        quota = specification.quota
        borrowingLimit = specification.borrowingLimit
        lendingLimit = specification.lendingLimit
        description = specification.description
        self.capacity = capacity
        self.used = used
        self.tenants = tenants
        self.cohorts = cohorts
    }

    /// What PUT would state to leave the cohort as it is.
    public var specification: CohortSpecification {
        CohortSpecification(
            parent: parent, quota: quota, borrowingLimit: borrowingLimit, lendingLimit: lendingLimit,
            description: description
        ).withoutReason
    }
}

/// A page of cohorts.
public struct CohortList: Codable, Sendable, Equatable {
    /// In the order of their names.
    public var cohorts: [CohortAnswer]
    /// Where the next page begins; absent: this is the last.
    public var cursor: String?

    /// Both fields.
    public init(cohorts: [CohortAnswer], cursor: String? = nil) {
        self.cohorts = cohorts
        self.cursor = cursor
    }
}
