// What sub-leases store.

import FleetModel
import Packing

extension Sublease: FieldCoded {
    static var blank: Sublease {
        Sublease(
            number: 0, lease: 0, from: "", to: "", proposedBy: "", reason: "", proposedAt: 0, expiresAt: 0,
            offered: .blank, end: 0, needsProvider: false)
    }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&number)
        try coder.code(&lease)
        try coder.code(&from)
        try coder.code(&to)
        try coder.code(&nodes)
        try coder.code(&units)
        try coder.code(&proposedBy)
        try coder.code(&reason)
        try coder.code(&proposedAt)
        try coder.code(&expiresAt)
        try offered.codeAsPart(with: &coder)
        try coder.code(&end)
        try coder.code(&pricePerGPUHourMicros)
        try coder.code(&noticeSeconds)
        try coder.code(&holderAgreed)
        try coder.code(&tenantAgreed)
        try coder.code(&providerAgreed)
        try coder.code(&needsProvider)
        try coder.code(&label)
        try coder.code(&agreedAt)
        try coder.code(&noticeGivenAt)
        try coder.code(&endedAt)
        try coder.code(&ending, blank: .expired) { (ending, coder) throws(CodingFault) in try coder.code(&ending) }
    }
}

extension SubleaseNote: FieldCoded {
    static var blank: SubleaseNote { SubleaseNote(tenant: "", event: .proposed, sublease: .blank) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&tenant)
        try coder.code(&event)
        try coder.code(&sublease)
        guard (sublease.endedAt == nil) == (sublease.ending == nil), sublease.endedAt == nil || sublease.agreedAt != nil
        else { throw coder.fault("a sub-lease that is over and never began") }
    }
}

extension SubleaseRow: FieldCoded {
    static var blank: SubleaseRow { SubleaseRow(month: 0, delivered: 0) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&month)
        try coder.code(&delivered)
    }
}

extension ClosedSubleases: FieldCoded {
    static var blank: ClosedSubleases { ClosedSubleases(from: "", to: "") }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&from)
        try coder.code(&to)
        try coder.code(&count)
        try coder.code(&months)
    }
}

extension ClosedSubleases.Month: FieldCoded {
    static var blank: ClosedSubleases.Month { ClosedSubleases.Month(month: 0, delivered: 0, amountMicros: 0) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&month)
        try coder.code(&delivered)
        try coder.code(&amountMicros)
    }
}

/// What a snapshot says of sub-leases: a book without any is written without it.
struct SubleasesRecord: FieldCoded {
    struct Account: FieldCoded {
        var sublease: UInt64 = 0
        var rows: [SubleaseRow] = []

        static var blank: Account { Account() }

        mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
            try coder.code(&sublease)
            try coder.code(&rows)
        }
    }

    struct ContractClause: FieldCoded {
        var contract = ""
        var version = 1
        var clause = SubleaseClause.blank

        static var blank: ContractClause { ContractClause() }

        mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
            try coder.code(&contract)
            try coder.code(&version)
            try coder.code(&clause)
        }
    }

    /// Offered, in force, and over, each by number.
    var subleases: [Sublease] = []
    /// By sub-lease.
    var accounts: [Account] = []
    var closed: [ClosedSubleases] = []
    var nextNumber: UInt64 = 1
    /// By contract, then version.
    var clauses: [ContractClause] = []
    /// What successes that are kept under keys said of sub-leases and transfers, in the order of these.
    var kept: [KeptOffer] = []

    static var blank: SubleasesRecord { SubleasesRecord() }

    var isBlank: Bool { subleases.isEmpty && closed.isEmpty && nextNumber == 1 && clauses.isEmpty && kept.isEmpty }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&subleases)
        try coder.code(&accounts)
        try coder.code(&closed)
        try coder.code(&nextNumber)
        try coder.code(&clauses)
        try coder.code(&kept)
    }

    /// What was said, by scope and key.
    var offersByKey: [[String]: OfferNote] {
        Dictionary(kept.compactMap { item in item.note.map { ([item.scope, item.key], $0) } }) { $1 }
    }

    /// Why it belongs to no book, or nil.
    func flaw(leases: Set<UInt64>, tenants: Set<String>, versions: [String: Int], at time: Int64) -> String? {
        let inForce = subleases.filter(\.isInForce)
        let times: ClosedRange<Int64> = 0...1 << 48
        let isInOrder =
            zip(subleases, subleases.dropFirst()).allSatisfy { $0.number < $1.number }
            && subleases.allSatisfy { $0.number < nextNumber }
            && zip(accounts, accounts.dropFirst()).allSatisfy { $0.sublease < $1.sublease }
            && zip(closed, closed.dropFirst()).allSatisfy { ($0.from, $0.to) < ($1.from, $1.to) }
            && clauses.allSatisfy { $0.version >= 1 && $0.version <= versions[$0.contract] ?? 0 }
        let isOfLeases =
            inForce.allSatisfy { leases.contains($0.lease) && tenants.contains($0.from) && tenants.contains($0.to) }
            && Set(inForce.map(\.lease)).count == inForce.count
        let isInRange =
            subleases.allSatisfy { item in
                times.contains(item.end) && times.contains(item.proposedAt) && times.contains(item.expiresAt)
                    && (0...1 << 56).contains(item.pricePerGPUHourMicros ?? 0)
                    && times.contains(item.noticeSeconds ?? 0) && (item.agreedAt ?? 0) <= time
                    && (item.endedAt == nil || item.agreedAt != nil)
            }
            && accounts.allSatisfy { $0.rows.areSound }
            && closed.allSatisfy { $0.months.allSatisfy { (0...1 << 24).contains($0.month) && $0.delivered >= 0 } }
        return isInOrder && isOfLeases && isInRange ? nil : "a sub-lease is of no lease, out of order or out of range"
    }
}

extension [SubleaseRow] {
    fileprivate var areSound: Bool {
        zip(self, dropFirst()).allSatisfy { $0.month < $1.month }
            && allSatisfy { (0...1 << 24).contains($0.month) && (0...1 << 56).contains($0.delivered) }
    }
}
