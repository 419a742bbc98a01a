// Names of tenants that were removed. Who is made under one of them is another tenant, and finds nothing of the one before.

import HashTreeCollections
import Packing

/// What is kept of a name that tenants have had before.
struct UsedName: Equatable, Sendable {
    var name: String
    /// How many tenants of that name have been removed.
    var endedCount: UInt64 = 0
    /// The last index that any of them had.
    var index: UInt64 = 0
    /// When the one that has the name now was made; nil while nobody has it.
    var since: Int64?
}

extension Book {
    /// What counts anew with a new tenant of a used name begins after a multiple of this: no count comes again, and none tells how
    /// far the one before came.
    private static let countStep: UInt64 = 1_000_000

    /// Where a count begins for the tenant that comes after one whose count ended at `last`.
    public static func firstCount(after last: UInt64) -> UInt64 { (last / countStep + 1) * countStep }

    /// What a tenant is called once it has been removed, as the `number`-th of its name. No tenant can be given such a name.
    public static func formerName(_ name: String, _ number: UInt64) -> String { "\(name)~\(number)" }

    /// Whether leases of a removed tenant may be kept under `name`, which is one that `formerName` gives.
    public func isFormerTenant(_ name: String) -> Bool {
        guard let former = Self.formerTenant(name), let used = usedNames[former.name] else { return false }
        return former.number <= used.endedCount
    }

    /// Reads what `formerName` gives; nil for any other text.
    public static func formerTenant(_ text: String) -> (name: String, number: UInt64)? {
        let parts = text.split(separator: "~", omittingEmptySubsequences: false)
        guard parts.count == 2, let number = UInt64(parts[1]), number > 0, parts[1] == String(number) else {
            return nil
        }
        return (String(parts[0]), number)
    }

    /// When the tenant that has a name now was made, where others had it before; nil for the first of its name.
    public func tenantBegan(_ name: String) -> Int64? { usedNames[name]?.since }

    /// A tenant that is new under its name.
    mutating func newTenant(_ name: String) -> Tenant {
        var tenant = Tenant(name: name, quota: Quota(), description: "")
        if let used = usedNames[name] {
            usedNames[name]!.since = time
            tenant.index = Self.firstCount(after: used.index) + 1
        }
        return tenant
    }

    /// Calls all that is kept of a tenant by a name of its own, and forgets what its name alone would open. O(leases that are
    /// over, and accounts).
    mutating func endName(of tenant: Tenant) {
        var used = usedNames[tenant.name] ?? UsedName(name: tenant.name)
        used.endedCount += 1
        (used.index, used.since) = (tenant.index, nil)
        usedNames[tenant.name] = used
        idempotencyKeys.removeAll(scope: TokenOwner.tenant(tenant.name).name)
        let former = Book.formerName(tenant.name, used.endedCount)
        finalLeases.forEach { _, number in
            for var part in parts(of: number) where part.tenant == tenant.name {
                part.tenant = former
                leaseBoxes[part.number] = LeaseBox(part)
            }
            return true
        }
        renameContracts(of: tenant.name, to: former)
        ledger.rename(tenant.name, to: former)
        subleases.rename(tenant.name, to: former)
    }

    /// Versions of contracts that were the tenant's alone stay its own.
    private mutating func renameContracts(of name: String, to former: String) {
        for contract in contractsByName.keys.sorted() {
            for index in contractsByName[contract]!.versions.indices
            where contractsByName[contract]!.versions[index].terms.tenant == name {
                contractsByName[contract]!.versions[index].terms.tenant = former
            }
        }
    }
}

extension LedgerState {
    fileprivate mutating func rename(_ name: String, to former: String) {
        if let accounts = closed[name] { (closed[name], closed[former]) = (nil, accounts) }
        for (id, units) in overdueUnitsByNode where units.contains(where: { $0.tenant == name }) {
            overdue[id] = units.map { unit in
                var unit = unit
                if unit.tenant == name { unit.tenant = former }
                return unit
            }
        }
    }

    private var overdueUnitsByNode: [(id: UInt64, units: [OverdueUnit])] {
        var all: [(UInt64, [OverdueUnit])] = []
        overdue.forEach { id, units in
            all.append((id, units))
            return true
        }
        return all
    }
}

extension SubleaseTable {
    /// Those in force and offered are between tenants that are there, so that only what is over changes.
    fileprivate mutating func rename(_ name: String, to former: String) {
        for var sublease in overSubleases where sublease.from == name || sublease.to == name {
            sublease.rename(name, to: former)
            over[sublease.number] = sublease
        }
        for index in closed.indices {
            if closed[index].from == name { closed[index].from = former }
            if closed[index].to == name { closed[index].to = former }
        }
        closed.sort { ($0.from, $0.to) < ($1.from, $1.to) }
    }

    private var overSubleases: [Sublease] {
        var all: [Sublease] = []
        over.forEach { _, sublease in
            all.append(sublease)
            return true
        }
        return all
    }
}

extension Sublease {
    /// Calls a tenant that was removed by the name that it has since.
    mutating func rename(_ name: String, to former: String) {
        if from == name { from = former }
        if to == name { to = former }
    }
}

/// What a snapshot says of names that were used before. A book in which no name ever ended is written without this record.
struct UsedNamesRecord: FieldCoded {
    /// By name.
    var names: [UsedName] = []

    static var blank: UsedNamesRecord { UsedNamesRecord() }

    var isBlank: Bool { names.isEmpty }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) { try coder.code(&names) }

    /// Why it belongs to no book with those tenants, or nil.
    func flaw(tenants: [TenantRecord], numberMax: UInt64, at time: Int64) -> String? {
        let indexes = Dictionary(tenants.map { ($0.name, $0.index) }) { $1 }
        let isSound =
            zip(names, names.dropFirst()).allSatisfy { $0.name < $1.name }
            && names.allSatisfy { used in
                used.endedCount > 0 && used.endedCount <= numberMax && used.index <= numberMax
                    && (used.since == nil) == (indexes[used.name] == nil) && (0...time).contains(used.since ?? 0)
                    && indexes[used.name].map { $0 > used.index } ?? true
            }
        return isSound ? nil : "a name that was used before is out of order or out of range"
    }
}

extension UsedName: FieldCoded {
    static var blank: UsedName { UsedName(name: "") }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&name)
        try coder.code(&endedCount)
        try coder.code(&index)
        try coder.code(&since)
    }
}

extension Book {
    var usedNamesRecord: UsedNamesRecord {
        UsedNamesRecord(names: usedNames.keys.sorted().map { usedNames[$0]! })
    }

    mutating func take(_ record: UsedNamesRecord) {
        for used in record.names { usedNames[used.name] = used }
    }
}
