// The stored form of facts and entries.

import FleetModel
import Packing

extension Entry {
    /// The version of the stored form that this program writes.
    public static let formatVersion: UInt64 = 1

    /// The bytes that the journal keeps.
    public func encoded() -> [UInt8] {
        var writer = FieldWriter(capacity: 256)
        var copy = self
        do { try copy.code(with: &writer) } catch { preconditionFailure("writing does not fail: \(error)") }
        return writer.bytes
    }

    /// Reads an entry back. Total: any bytes give an entry or a fault.
    public init(decoding bytes: [UInt8]) throws(CodingFault) {
        self = Entry(
            revision: 0, recordedAt: 0, actor: .blank, reason: "", requestID: "", idempotencyKey: nil, facts: [])
        var reader = FieldReader(bytes)
        try code(with: &reader)
        guard reader.isAtEnd else { throw reader.fault("more bytes than an entry has") }
    }

    private mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        var version = Entry.formatVersion
        try coder.code(&version)
        guard version == Entry.formatVersion else {
            throw coder.fault("entry of format \(version); this program reads format \(Entry.formatVersion)")
        }
        try coder.code(&revision)
        try coder.code(&recordedAt)
        try coder.code(&actor)
        try coder.code(&reason)
        try coder.code(&requestID)
        try coder.code(&idempotencyKey, blank: .blank) { (key, coder) throws(CodingFault) in try coder.code(&key) }
        try coder.code(&facts)
    }
}

extension Quota: FieldCoded {
    static var blank: Quota { Quota() }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&gpus)
        try coder.code(&watts)
    }
}

extension Fact: FieldCoded {
    static var blank: Fact { .tenantRemoved(name: "", endsName: false) }

    var storedNumber: UInt64 {
        switch self {
        case .bookOpened(_, _, let level): level > 1 ? 80 : 1
        case .fleetAdopted: 2
        case .tenantPut: 3
        case .tenantRemoved(_, let endsName): endsName ? 77 : 4
        case .contractPut(_, let terms): terms.storedAs
        case .contractRemoved: 6
        case .leaseGranted(let record): record.terms == nil ? 7 : 15
        case .leaseMoved: 8
        case .leaseMembersDown: 9
        case .memberReplaced(let replacement): replacement.parts == nil ? 10 : 16
        case .nodesSet: 11
        case .nodesCleaned: 12
        case .nodesReturned: 13
        case .nodesOverdue: 14
        case .loadTargetSet: 17
        case .leaseCurtailed: 18
        case .leasePowerSettled: 19
        case .orderAcknowledged: 20
        case .orderOverdue: 21
        case .noticeAcknowledged: 22
        case .frozen: 23
        case .unfrozen: 24
        case .clockConfirmed: 78
        case .backupBegun: 79
        case .upgradeFinalised: 81
        case .maintenanceSet: 40
        case .maintenanceRemoved: 41
        case .maintenanceOver: 42
        case .feedFailed: 43
        case .feedRestored: 44
        case .nodesDarkened: 45
        case .leasePartGranted: 30
        case .leasePartAmended: 31
        case .leaseCapStepped: 32
        case .leaseTermsRenewed: 51
        case .reclaimSet: 52
        case .approvalAsked: 53
        case .approvalEnded: 54
        case .tenantShared: 65
        case .cohortSet: 66
        case .cohortRemoved: 67
        case .gpusIdentified: 60
        case .faultReported: 61
        case .faultDecided: 62
        case .repairBegun: 63
        case .spareReturned: 64
        case .leaseSplit: 55
        case .leaseHandedOver: 56
        case .leaseTakenOver: 57
        case .transferNoted: 58
        case .subleaseNoted: 70
        case .tokenMade(let token): token.pepper == nil ? 75 : 82
        case .tokenRevoked: 76
        }
    }

    static func blank(storedAs number: UInt64) -> Fact? {
        switch number {
        case 1: .bookOpened(bookID: "", secret: [], level: 1)
        // A book that is not written at the first level.
        case 80: .bookOpened(bookID: "", secret: [], level: 0)
        case 81: .upgradeFinalised(level: 0)
        case 2: .fleetAdopted(source: "", runs: [], nextID: 0)
        case 3: .tenantPut(name: "", quota: Quota(), description: "")
        case 4: .tenantRemoved(name: "", endsName: false)
        case 77: .tenantRemoved(name: "", endsName: true)
        case 5: .contractPut(name: "", terms: ContractTerms())
        case 6: .contractRemoved(name: "")
        case 7: .leaseGranted(.blank)
        case 8: .leaseMoved(number: 0, event: .start, at: 0)
        case 9: .leaseMembersDown(number: 0, nodes: [], conditions: [])
        case 10: .memberReplaced(.blank)
        case 11: .nodesSet(nodes: [], health: .open, note: .blank)
        case 12: .nodesCleaned([])
        case 13: .nodesReturned([])
        case 14: .nodesOverdue([])
        // The same facts with more to say.
        case 15: .leaseGranted(.blank)
        case 16: .memberReplaced(Replacement(lease: 0, line: 0, old: 0, new: 0, wasSpare: false, parts: .blank))
        case 17: .loadTargetSet(.blank)
        case 18: .leaseCurtailed(number: 0, target: .blank, steps: [])
        case 19: .leasePowerSettled(number: 0, at: 0)
        case 20: .orderAcknowledged(number: 0, by: "")
        case 21: .orderOverdue(number: 0)
        case 22: .noticeAcknowledged(lease: 0, notice: 0)
        case 23: .frozen(.blank)
        case 24: .unfrozen
        case 78: .clockConfirmed
        case 79: .backupBegun(path: "")
        // A contract that says more of curtailment.
        case 25: .contractPut(name: "", terms: ContractTerms())
        case 40: .maintenanceSet(.blank)
        case 41: .maintenanceRemoved(name: "")
        case 42: .maintenanceOver(name: "", at: 0)
        case 43: .feedFailed(.blank)
        case 44: .feedRestored(budget: "", source: nil)
        case 45: .nodesDarkened([])
        case 30: .leasePartGranted(.blank)
        case 31: .leasePartAmended(.blank)
        case 32: .leaseCapStepped(number: 0, at: 0)
        // A contract with clauses that came later still.
        case 50: .contractPut(name: "", terms: ContractTerms())
        case 51: .leaseTermsRenewed(number: 0)
        case 52: .reclaimSet(.blank)
        case 53: .approvalAsked(.blank)
        case 54: .approvalEnded(number: 0, end: .approved)
        case 65: .tenantShared(name: "", share: .blank)
        case 66: .cohortSet(.blank)
        case 67: .cohortRemoved(name: "")
        // A contract whose opportunistic leases give way.
        case 68: .contractPut(name: "", terms: ContractTerms())
        // One with both.
        case 69: .contractPut(name: "", terms: ContractTerms())
        case 60: .gpusIdentified([])
        case 61: .faultReported(.blank)
        case 62: .faultDecided(.blank)
        case 63: .repairBegun(nodes: [], note: .blank)
        case 64: .spareReturned(.blank)
        case 55: .leaseSplit(.blank)
        case 56: .leaseHandedOver(number: 0, transfer: 0, at: 0)
        case 57: .leaseTakenOver(.blank)
        case 58: .transferNoted(.blank)
        case 70: .subleaseNoted(.blank)
        // A contract with a clause on sub-leases, and whatever else there is.
        case 71: .contractPut(name: "", terms: ContractTerms())
        case 75: .tokenMade(.blank)
        // One that was made under a pepper.
        case 82: .tokenMade(.blank)
        case 76: .tokenRevoked(number: 0, owner: .auditor, name: "")
        // A contract with a clause on transfers.
        case 59: .contractPut(name: "", terms: ContractTerms())
        default: nil
        }
    }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        var number = storedNumber
        try coder.code(&number)
        if coder.isReading {
            guard let blank = Fact.blank(storedAs: number) else { throw coder.fault("unknown fact \(number)") }
            self = blank
        }
        try codeFields(storedAs: number, with: &coder)
    }

    private mutating func codeFields(
        storedAs number: UInt64, with coder: inout some FieldCoder
    ) throws(CodingFault) {
        switch self {
        case .bookOpened(var bookID, var secret, var level):
            // The level first, so that a program that does not reach it says so before it fails at what came with it.
            if number != 1 { try FormatLevel.code(&level, with: &coder) }
            try coder.code(&bookID)
            try coder.code(&secret)
            self = .bookOpened(bookID: bookID, secret: secret, level: level)
        case .upgradeFinalised(var level):
            try FormatLevel.code(&level, with: &coder)
            self = .upgradeFinalised(level: level)
        case .fleetAdopted(var source, var runs, var nextID):
            try coder.code(&source)
            try coder.code(&runs)
            try coder.code(&nextID)
            self = .fleetAdopted(source: source, runs: runs, nextID: nextID)
        case .tenantPut(var name, var quota, var description):
            try coder.code(&name)
            try coder.code(&quota)
            try coder.code(&description)
            self = .tenantPut(name: name, quota: quota, description: description)
        case .tenantRemoved(var name, let endsName):
            try coder.code(&name)
            self = .tenantRemoved(name: name, endsName: endsName)
        case .tenantShared(var name, var share):
            try coder.code(&name)
            try coder.code(&share)
            self = .tenantShared(name: name, share: share)
        case .cohortSet(var cohort):
            try coder.code(&cohort)
            self = .cohortSet(cohort)
        case .cohortRemoved(var name):
            try coder.code(&name)
            self = .cohortRemoved(name: name)
        case .contractPut(var name, var terms):
            try coder.code(&name)
            try coder.code(&terms)
            if number != 5 { try coder.code(&terms.curtailmentClause) }
            if number >= 50 { try coder.code(&terms.laterClauses) }
            if number >= 68 { try coder.code(&terms.preemptionNoticeSeconds) }
            if number == 59 || number == 69 {
                var clause = terms.transfers ?? .blank
                try coder.code(&clause)
                terms.transfers = clause
            }
            if number == 71 {
                var clause = terms.subleases ?? .blank
                try coder.code(&terms.transfers, blank: .blank) { (clause, coder) throws(CodingFault) in
                    try coder.code(&clause)
                }
                try coder.code(&clause)
                terms.subleases = clause
            }
            self = .contractPut(name: name, terms: terms)
        case .contractRemoved(var name):
            try coder.code(&name)
            self = .contractRemoved(name: name)
        case .leaseGranted(var record):
            if number == 15 { try record.codeWithTerms(with: &coder) } else { try coder.code(&record) }
            self = .leaseGranted(record)
        case .leasePartGranted(var record):
            try record.codeAsPart(with: &coder)
            self = .leasePartGranted(record)
        case .leasePartAmended(var record):
            try record.codeAsPart(with: &coder)
            self = .leasePartAmended(record)
        case .leaseSplit(var split):
            try coder.code(&split)
            self = .leaseSplit(split)
        case .leaseHandedOver(var number, var transfer, var at):
            try coder.code(&number)
            try coder.code(&transfer)
            try coder.code(&at)
            self = .leaseHandedOver(number: number, transfer: transfer, at: at)
        case .leaseTakenOver(var takeover):
            try coder.code(&takeover)
            self = .leaseTakenOver(takeover)
        case .transferNoted(var note):
            try coder.code(&note)
            self = .transferNoted(note)
        case .subleaseNoted(var note):
            try coder.code(&note)
            self = .subleaseNoted(note)
        case .tokenMade(var token):
            try coder.code(&token)
            if number == 82 {
                var pepper = token.pepper ?? []
                try coder.code(&pepper)
                guard pepper.count == TokenLimits.pepperIDBytes else {
                    throw coder.fault("a pepper's id of \(pepper.count) bytes")
                }
                token.pepper = pepper
            }
            self = .tokenMade(token)
        case .tokenRevoked(var number, let owner, var name):
            var ownerName = owner.name
            try coder.code(&number)
            try coder.code(&ownerName)
            try coder.code(&name)
            guard let owner = TokenOwner(name: ownerName) else { throw coder.fault("a token of nobody") }
            self = .tokenRevoked(number: number, owner: owner, name: name)
        case .approvalAsked(var approval):
            try coder.code(&approval)
            self = .approvalAsked(approval)
        case .approvalEnded(var number, var end):
            try coder.code(&number)
            try coder.code(&end)
            self = .approvalEnded(number: number, end: end)
        case .reclaimSet(var reclaim):
            try coder.code(&reclaim)
            self = .reclaimSet(reclaim)
        case .leaseTermsRenewed(var number):
            try coder.code(&number)
            self = .leaseTermsRenewed(number: number)
        case .leaseCapStepped(var number, var at):
            try coder.code(&number)
            try coder.code(&at)
            self = .leaseCapStepped(number: number, at: at)
        case .leaseMoved(var number, var event, var at):
            try coder.code(&number)
            try coder.code(&event)
            try coder.code(&at)
            self = .leaseMoved(number: number, event: event, at: at)
        case .leaseMembersDown(var number, var nodes, var conditions):
            try coder.code(&number)
            try coder.code(&nodes)
            try coder.code(&conditions)
            self = .leaseMembersDown(number: number, nodes: nodes, conditions: conditions)
        case .memberReplaced(var replacement):
            try coder.code(&replacement)
            self = .memberReplaced(replacement)
        case .nodesSet(var nodes, var health, var note):
            try coder.code(&nodes)
            try coder.code(&health)
            try coder.code(&note)
            self = .nodesSet(nodes: nodes, health: health, note: note)
        case .nodesCleaned(var nodes):
            try coder.code(&nodes)
            self = .nodesCleaned(nodes)
        case .nodesReturned(var nodes):
            try coder.code(&nodes)
            self = .nodesReturned(nodes)
        case .nodesOverdue(var nodes):
            try coder.code(&nodes)
            self = .nodesOverdue(nodes)
        case .maintenanceSet(var record):
            try coder.code(&record)
            self = .maintenanceSet(record)
        case .maintenanceRemoved(var name):
            try coder.code(&name)
            self = .maintenanceRemoved(name: name)
        case .maintenanceOver(var name, var at):
            try coder.code(&name)
            try coder.code(&at)
            self = .maintenanceOver(name: name, at: at)
        case .feedFailed(var failure):
            try coder.code(&failure)
            self = .feedFailed(failure)
        case .feedRestored(var budget, var source):
            try coder.code(&budget)
            try coder.code(&source)
            self = .feedRestored(budget: budget, source: source)
        case .nodesDarkened(var nodes):
            try coder.code(&nodes)
            self = .nodesDarkened(nodes)
        case .gpusIdentified(var identities):
            try coder.code(&identities)
            self = .gpusIdentified(identities)
        case .faultReported(var report):
            try coder.code(&report)
            self = .faultReported(report)
        case .faultDecided(var verdict):
            try coder.code(&verdict)
            self = .faultDecided(verdict)
        case .repairBegun(var nodes, var note):
            try coder.code(&nodes)
            try coder.code(&note)
            self = .repairBegun(nodes: nodes, note: note)
        case .spareReturned(var spare):
            try coder.code(&spare)
            self = .spareReturned(spare)
        default: try codePower(with: &coder)
        }
    }
}
