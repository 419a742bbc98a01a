// The commands of a plan that state the whole of something under its name.

/// A maintenance, as ``MaintenanceSpecification`` has it, with its name.
public struct PlanMaintenance: Codable, Sendable, Equatable {
    /// Its name.
    public var name: String
    /// A host list of nodes or domains.
    public var nodes: String
    /// When the one window begins; absent: when the plan takes effect.
    public var start: Timestamp?
    /// How long the one window lasts.
    public var duration: WireDuration?
    /// Windows by a rule instead.
    public var recurrence: RecurrenceRequest?
    /// Why; absent: the plan's reason.
    public var reason: String?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case name, nodes, start, duration, recurrence, reason
    }

    /// Every field; those left out are absent.
    public init(
        name: String, nodes: String, start: Timestamp? = nil, duration: WireDuration? = nil,
        recurrence: RecurrenceRequest? = nil, reason: String? = nil
    ) {
        self.name = name
        self.nodes = nodes
        self.start = start
        self.duration = duration
        self.recurrence = recurrence
        self.reason = reason
    }

    /// What is stated of it.
    public func specification(reason otherwise: String) -> MaintenanceSpecification {
        MaintenanceSpecification(
            nodes: nodes, start: start, duration: duration, recurrence: recurrence, reason: reason ?? otherwise)
    }
}

extension PlanMaintenance: CheckedOnDecoding {
    func check() throws(WireValueError) {
        try ResourceName.check(name, field: "name")
        try specification(reason: "a plan").check()
    }
}

/// A tenant with its name.
public struct PlanTenant: Codable, Sendable, Equatable {
    /// Its name.
    public var name: String
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
    /// Why; absent: the plan's reason.
    public var reason: String?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case name, quota, cohort, borrowingLimit, lendingLimit, description, reason
    }

    /// Every field; those left out are absent.
    public init(
        name: String, quota: QuotaSpecification? = nil, cohort: String? = nil,
        borrowingLimit: QuotaSpecification? = nil, lendingLimit: QuotaSpecification? = nil,
        description: String? = nil, reason: String? = nil
    ) {
        self.name = name
        self.quota = quota
        self.cohort = cohort
        self.borrowingLimit = borrowingLimit
        self.lendingLimit = lendingLimit
        self.description = description
        self.reason = reason
    }
}

extension PlanTenant: CheckedOnDecoding {
    func check() throws(WireValueError) {
        try ResourceName.check(name, field: "name")
        try ResourceName.check(cohort, field: "cohort")
        try checkText(description, field: "description")
        try checkText(reason, field: "reason")
    }
}

/// A contract with its name.
public struct PlanContract: Codable, Sendable, Equatable {
    /// Its name.
    public var name: String
    /// What is stated of it.
    public var terms: ContractSpecification

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case name, terms
    }

    /// Both fields.
    public init(name: String, terms: ContractSpecification) {
        self.name = name
        self.terms = terms
    }
}

extension PlanContract: CheckedOnDecoding {
    func check() throws(WireValueError) { try ResourceName.check(name, field: "name") }
}
