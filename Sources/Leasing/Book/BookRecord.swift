// The form in which a snapshot keeps a book.

import Packing

/// Everything of a book that cannot be derived, in a fixed order.
struct BookRecord: FieldCoded {
    var version: UInt64 = 1
    var level = FormatLevel.all[0].number
    var bookID = ""
    var secret: [UInt8] = []
    var revision: UInt64 = 0
    var time: Int64 = 0
    var fleetSource = ""
    var fleetVersion = 0
    var runs: [IDRun] = []
    var nextID: UInt32 = 0
    var tenants: [TenantRecord] = []
    var contracts: [ContractRecord] = []
    var leases: [LeaseRecord] = []
    var nextLeaseNumber: UInt64 = 1
    var finalLeases: [UInt64] = []
    var nodes: [NodeRecord] = []
    var kept: [KeptRecord] = []
    var power = PowerRecord()
    var operations = OperationsRecord()
    var energies: [NumberedEnergy] = []
    var agreements = AgreementsRecord()
    var ledger = LedgerRecord()
    var cohorts = CohortsRecord()
    var health = HealthRecord()
    var transfers = TransfersRecord()
    var subleases = SubleasesRecord()
    var tokens = TokensRecord()
    var usedNames = UsedNamesRecord()

    static var blank: BookRecord { BookRecord() }

    /// Format 2 says more of some leases, format 3 of power, format 4 of operations, format 5 of parts and caps and format 6 of
    /// energy that was taken on fleets before, format 7 of agreements, format 8 of accounts, format 9 of the health of hardware,
    /// format 10 of transfers, format 11 of cohorts, format 12 of sub-leases, format 13 of tokens and format 14 of names that were
    /// used before; a book without any of that is written in format 1, which it always had. Format 15 begins with the level of a
    /// book that is not at the first, and format 16 ends with the peppers of tokens.
    private static let versions: ClosedRange<UInt64> = 1...16

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        if !coder.isReading {
            let needsTerms = leases.contains { $0.terms != nil }
            let hasParts = leases.contains { $0.part != .blank }
            version =
                [
                    (16, tokens.tokens.contains { $0.pepper != nil }), (15, level > FormatLevel.all[0].number),
                    (14, !usedNames.isBlank), (13, !tokens.isBlank), (12, !subleases.isBlank), (11, !cohorts.isBlank),
                    (10, !transfers.isBlank),
                    (9, !health.isBlank),
                    (8, !ledger.isBlank),
                    (7, !agreements.isBlank), (6, !energies.isEmpty),
                    (5, hasParts), (4, !operations.isBlank), (3, !power.isBlank), (2, needsTerms),
                ].first(where: \.1)?.0 ?? 1
        }
        try coder.code(&version)
        if version >= 15 { try FormatLevel.code(&level, with: &coder) }
        guard Self.versions.contains(version), let implied = FormatLevel.level(ofSnapshot: version) else {
            throw coder.fault("snapshot of format \(version); this program reads formats 1 to 16")
        }
        level = max(level, implied)
        try coder.code(&bookID)
        try coder.code(&secret)
        try coder.code(&revision)
        try coder.code(&time)
        try coder.code(&fleetSource)
        try coder.code(&fleetVersion)
        try coder.code(&runs)
        try coder.code(&nextID)
        try coder.code(&tenants)
        try coder.code(&contracts)
        try coder.code(&leases)
        try coder.code(&nextLeaseNumber)
        try coder.code(&finalLeases)
        try coder.code(&nodes)
        try coder.code(&kept)
        if version >= 2 { try codeTerms(with: &coder) }
        if version >= 3 { try coder.code(&power) }
        if version >= 4 { try coder.code(&operations) }
        if version >= 5 { try codeParts(with: &coder) }
        if version >= 6 { try coder.code(&energies) }
        if version >= 7 { try coder.code(&agreements) }
        if version >= 8 { try coder.code(&ledger) }
        if version >= 9 { try coder.code(&health) }
        if version >= 10 { try coder.code(&transfers) }
        if version >= 11 { try coder.code(&cohorts) }
        if version >= 12 { try coder.code(&subleases) }
        if version >= 13 { try coder.code(&tokens) }
        if version >= 14 { try coder.code(&usedNames) }
        if version >= 16 { try tokens.codePeppers(with: &coder) }
    }

    /// What makes some leases parts of others, and their later caps, with their numbers.
    private mutating func codeParts(with coder: inout some FieldCoder) throws(CodingFault) {
        var parts = leases.filter { $0.part != .blank }.map { NumberedPartTerms(number: $0.number, terms: $0.part) }
        try coder.code(&parts)
        guard coder.isReading else { return }
        var next = 0
        for item in parts {
            while next < leases.count, leases[next].number < item.number { next += 1 }
            guard next < leases.count, leases[next].number == item.number, item.terms != .blank else {
                throw coder.fault("parts of a lease that is not there")
            }
            leases[next].part = item.terms
        }
    }

    /// The terms of those leases that have some, with their numbers.
    private mutating func codeTerms(with coder: inout some FieldCoder) throws(CodingFault) {
        var terms = leases.compactMap { lease in lease.terms.map { NumberedTerms(number: lease.number, terms: $0) } }
        try coder.code(&terms)
        guard coder.isReading else { return }
        var next = 0
        for item in terms {
            while next < leases.count, leases[next].number < item.number { next += 1 }
            guard next < leases.count, leases[next].number == item.number, leases[next].take(item.terms) else {
                throw coder.fault("terms of a lease that is not there")
            }
        }
    }
}

/// What a snapshot says of a lease besides its record.
struct NumberedTerms: FieldCoded {
    var number: UInt64 = 0
    var terms = LeaseTerms.blank

    static var blank: NumberedTerms { NumberedTerms() }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&number)
        try coder.code(&terms)
    }
}

struct TenantRecord: FieldCoded {
    var name = ""
    var quota = Quota()
    var description = ""
    var index: UInt64 = 0

    static var blank: TenantRecord { TenantRecord() }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&name)
        try coder.code(&quota)
        try coder.code(&description)
        try coder.code(&index)
    }
}

struct ContractRecord: FieldCoded {
    var name = ""
    var terms = ContractTerms()

    static var blank: ContractRecord { ContractRecord() }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&name)
        try coder.code(&terms)
    }
}

/// A node of which something is out of the ordinary.
struct NodeRecord: FieldCoded {
    var id: UInt32 = 0
    var health = NodeHealth.open
    var note = NodeNote.blank
    var notReadyModules: UInt8 = 0
    var isClean = false

    static var blank: NodeRecord { NodeRecord() }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&id)
        try coder.code(&health)
        try coder.code(&note)
        try coder.code(&notReadyModules)
        try coder.code(&isClean)
    }
}

struct KeptRecord: FieldCoded {
    var key = IdempotencyKey.blank
    var revision: UInt64 = 0
    var leases: [UInt64] = []
    var at: Int64 = 0

    static var blank: KeptRecord { KeptRecord() }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&key)
        try coder.code(&revision)
        try coder.code(&leases)
        try coder.code(&at)
    }
}
