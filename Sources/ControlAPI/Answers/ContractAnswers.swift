// Contracts as they stand.

/// One contract.
public struct ContractAnswer: Codable, Sendable, Equatable {
    /// Its name.
    public var name: String
    /// Live leases under it.
    public var leases: Int
    /// Its terms, without the reason.
    public var terms: ContractSpecification

    /// Every field; those left out are absent.
    public init(name: String, leases: Int, terms: ContractSpecification) {
        self.name = name
        self.leases = leases
        self.terms = terms
    }
}

/// A page of contracts.
public struct ContractList: Codable, Sendable, Equatable {
    /// In the order of their names.
    public var contracts: [ContractAnswer]
    /// Where the next page begins; absent: this is the last.
    public var cursor: String?

    /// Every field; those left out are absent.
    public init(contracts: [ContractAnswer], cursor: String? = nil) {
        self.contracts = contracts
        self.cursor = cursor
    }
}
