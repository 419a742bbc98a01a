// A contract with every version that it has had.

import HashTreeCollections

/// One statement of a contract's terms.
public struct ContractVersion: Equatable, Sendable {
    /// When it was put; nil in a book that was kept before versions were.
    public let since: Int64?
    public internal(set) var terms: ContractTerms
}

/// A contract as it was stated again and again. A lease keeps the version that it was made under until its tenant amends it.
public struct Contract: Equatable, Sendable {
    /// Version 1 first; at least one.
    public internal(set) var versions: [ContractVersion]
    /// One that was removed has no new leases; what refers to its versions still finds them.
    var isRemoved = false

    /// Every one is kept, in memory too.
    static let versionsMax = 1_000

    /// The number of the version that a new lease is made under.
    public var number: Int { versions.count }
    /// Its terms.
    public var terms: ContractTerms { versions[versions.count - 1].terms }
}

extension Book {
    /// The terms that a new lease under a contract is made under, or nil.
    public func contract(_ name: String) -> ContractTerms? { contractHistory(name)?.terms }

    /// A contract with all of its versions, or nil when there is none or it was removed.
    public func contractHistory(_ name: String) -> Contract? {
        contractsByName[name].flatMap { $0.isRemoved ? nil : $0 }
    }

    /// Ascending, without those that were removed. O(n log n).
    public var contractNames: [String] { contractsByName.keys.filter { !contractsByName[$0]!.isRemoved }.sorted() }

    /// The terms that hold for a lease: its version of its contract, or nil when it has none.
    public func terms(of lease: Lease) -> ContractTerms? {
        guard let name = lease.contract, let contract = contractsByName[name] else { return nil }
        guard contract.versions.indices.contains(lease.contractVersion - 1) else { return nil }
        return contract.versions[lease.contractVersion - 1].terms
    }

    mutating func applyContract(_ name: String, _ terms: ContractTerms) {
        let version = ContractVersion(since: time, terms: terms)
        if contractsByName[name] == nil {
            contractsByName[name] = Contract(versions: [version])
        } else {
            contractsByName[name]!.versions.append(version)
            contractsByName[name]!.isRemoved = false
        }
    }
}
