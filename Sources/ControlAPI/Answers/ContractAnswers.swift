// Contracts as they stand.

/// One contract at one of its versions.
public struct ContractAnswer: Codable, Sendable, Equatable {
    /// Its name.
    public var name: String
    /// The version that this is, from 1. A lease keeps the one that it was made under until its tenant amends it.
    public var version: Int
    /// Since when new leases came under it; absent where that is not known.
    public var since: Timestamp?
    /// How many versions it has had.
    public var versions: Int
    /// Live leases under this version.
    public var leases: Int
    /// Its terms, without the reason.
    public var terms: ContractSpecification

    /// Every field; those left out are absent.
    public init(
        name: String, version: Int, since: Timestamp? = nil, versions: Int, leases: Int, terms: ContractSpecification
    ) {
        self.name = name
        self.version = version
        self.since = since
        self.versions = versions
        self.leases = leases
        self.terms = terms
    }
}

/// A page of contracts.
public struct ContractList: Codable, Sendable, Equatable {
    /// In the order of their names, each at its newest version.
    public var contracts: [ContractAnswer]
    /// Where the next page begins; absent: this is the last.
    public var cursor: String?

    /// Every field; those left out are absent.
    public init(contracts: [ContractAnswer], cursor: String? = nil) {
        self.contracts = contracts
        self.cursor = cursor
    }
}

/// One clause in plain words.
public struct ClauseExplanation: Codable, Sendable, Equatable {
    /// The clause, as the contract's document spells it.
    public var clause: String
    /// What it says.
    public var text: String

    /// Every field; those left out are absent.
    public init(clause: String, text: String) {
        self.clause = clause
        self.text = text
    }
}

/// A version of a contract in plain words.
public struct ContractExplanation: Codable, Sendable, Equatable {
    /// Its name.
    public var name: String
    /// The version that this is.
    public var version: Int
    /// Every clause, and what no clause allows.
    public var clauses: [ClauseExplanation]

    /// Every field; those left out are absent.
    public init(name: String, version: Int, clauses: [ClauseExplanation]) {
        self.name = name
        self.version = version
        self.clauses = clauses
    }
}
