// A scenario: tenants, contracts and leases that are to be there.

import ControlAPI

/// What a scenario file says.
struct Scenario: Decodable {
    /// By which the leases of this scenario are known; absent: the file's name.
    var name: String?
    var cohorts: NamedEntries<CohortSpecification>?
    var tenants: NamedEntries<TenantSpecification>?
    var contracts: NamedEntries<ContractSpecification>?
    var leases: NamedEntries<LeaseRequest>?

    enum CodingKeys: String, CodingKey, CaseIterable {
        case name, cohorts, tenants, contracts, leases
    }
}

/// Entries under names, in the order of the file.
struct NamedEntries<Entry: Decodable>: Decodable {
    var entries: [(name: String, entry: Entry)]

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: EntryName.self)
        entries = try container.allKeys.map { ($0.stringValue, try container.decode(Entry.self, forKey: $0)) }
    }
}

/// A name that the user has chosen, as a key.
struct EntryName: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
}
