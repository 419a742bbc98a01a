// Tenants that run already, with the hardware that they hold.

/// A tenant to be there.
public struct ImportedTenant: Codable, Sendable, Equatable {
    /// Its name.
    public var name: String
    /// All that is said of it.
    public var specification: TenantSpecification

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case name, specification
    }

    /// Every field.
    public init(name: String, specification: TenantSpecification) {
        self.name = name
        self.specification = specification
    }
}

extension ImportedTenant: CheckedOnDecoding {
    func check() throws(WireValueError) { try ResourceName.check(name, field: "name") }
}

/// A contract to be there.
public struct ImportedContract: Codable, Sendable, Equatable {
    /// Its name.
    public var name: String
    /// All that is said of it.
    public var specification: ContractSpecification

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case name, specification
    }

    /// Every field.
    public init(name: String, specification: ContractSpecification) {
        self.name = name
        self.specification = specification
    }
}

extension ImportedContract: CheckedOnDecoding {
    func check() throws(WireValueError) { try ResourceName.check(name, field: "name") }
}

/// Tenants, contracts, and leases whose lines say what they hold (`hold`): all of it, or nothing.
public struct ImportRequest: Codable, Sendable, Equatable {
    /// Tenants, stated whole as with PUT.
    public var tenants: [ImportedTenant]?
    /// Contracts, stated whole as with PUT.
    public var contracts: [ImportedContract]?
    /// Leases, at most 1,024.
    public var leases: [LeaseRequest]
    /// Why, for the audit log; at most 1,024 bytes.
    public var reason: String

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case tenants, contracts, leases, reason
    }

    /// Every field; those left out are absent.
    public init(
        tenants: [ImportedTenant]? = nil, contracts: [ImportedContract]? = nil, leases: [LeaseRequest], reason: String
    ) {
        self.tenants = tenants
        self.contracts = contracts
        self.leases = leases
        self.reason = reason
    }
}

extension ImportRequest: CheckedOnDecoding {
    func check() throws(WireValueError) {
        guard leases.count <= WireLimits.importLeasesMax else {
            throw WireValueError(
                field: "leases", expected: "at most \(WireLimits.importLeasesMax) leases", found: "\(leases.count)")
        }
        try checkText(reason, field: "reason")
    }
}
