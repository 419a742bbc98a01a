// What a snapshot says of accounts.

import HashTreeCollections
import Packing

/// A book in which nothing has been accounted for yet is written without this record.
struct LedgerRecord: FieldCoded {
    struct Part: FieldCoded {
        var number: UInt64 = 0
        var accountedUntil: Int64 = 0

        static var blank: Part { Part() }

        mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
            try coder.code(&number)
            try coder.code(&accountedUntil)
        }
    }

    struct Account: FieldCoded {
        var lease: UInt64 = 0
        var account = LeaseAccount()

        static var blank: Account { Account() }

        mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
            try coder.code(&lease)
            try coder.code(&account.rows)
            try coder.code(&account.earlier)
            try coder.code(&account.down)
        }
    }

    struct Overdue: FieldCoded {
        var node: UInt64 = 0
        var units: [OverdueUnit] = []

        static var blank: Overdue { Overdue() }

        mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
            try coder.code(&node)
            try coder.code(&units)
        }
    }

    struct Closed: FieldCoded {
        var tenant = ""
        var accounts: [ClosedAccount] = []

        static var blank: Closed { Closed() }

        mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
            try coder.code(&tenant)
            try coder.code(&accounts)
        }
    }

    /// Parts in their window that have been accounted for, by number.
    var parts: [Part] = []
    /// By lease.
    var accounts: [Account] = []
    /// By node.
    var overdue: [Overdue] = []
    /// By tenant.
    var closed: [Closed] = []

    static var blank: LedgerRecord { LedgerRecord() }

    var isBlank: Bool { parts.isEmpty && accounts.isEmpty && overdue.isEmpty && closed.isEmpty }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&parts)
        try coder.code(&accounts)
        try coder.code(&overdue)
        try coder.code(&closed)
    }

    private static let timeMax: Int64 = 1 << 48

    /// Why it belongs to no book, or nil. Sums are bounded so that adding them up stays within 64 bits.
    func flaw(leases: Set<UInt64>, at time: Int64) -> String? {
        let isInOrder =
            zip(parts, parts.dropFirst()).allSatisfy { $0.number < $1.number }
            && zip(accounts, accounts.dropFirst()).allSatisfy { $0.lease < $1.lease }
            && zip(overdue, overdue.dropFirst()).allSatisfy { $0.node < $1.node }
            && zip(closed, closed.dropFirst()).allSatisfy { $0.tenant < $1.tenant }
        let isOfLeases =
            parts.allSatisfy { leases.contains($0.number) && $0.accountedUntil <= time }
            && accounts.allSatisfy { leases.contains($0.lease) }
        let isInRange =
            accounts.allSatisfy { item in
                item.account.rows.areSound && item.account.earlier.allSatisfy { (0...time).contains($0.until) }
                    && item.account.down.allSatisfy { (0...time).contains($0.since) }
                    && zip(item.account.down, item.account.down.dropFirst()).allSatisfy { $0.node < $1.node }
            }
            && overdue.allSatisfy { item in
                item.node <= UInt64(UInt32.max)
                    && item.units.allSatisfy { (0...1 << 20).contains($0.milliGPUs) && (0...time).contains($0.since) }
            }
            && closed.allSatisfy {
                $0.accounts.allSatisfy { $0.rows.areSound && $0.cover.isSound(until: Self.timeMax) }
            }
        return isInOrder && isOfLeases && isInRange ? nil : "an account is of no lease, out of order or out of range"
    }
}

extension [LedgerRow] {
    fileprivate var areSound: Bool {
        zip(self, dropFirst()).allSatisfy { ($0.month, $0.version) < ($1.month, $1.version) }
            && allSatisfy { (0...1 << 24).contains($0.month) && $0.version >= 0 && $0.sums.areSound }
    }
}

extension LedgerSums {
    fileprivate var areSound: Bool {
        var sums = self
        var isSound = true
        sums.forEachField { if !(0...1 << 56).contains($0) { isSound = false } }
        return isSound
    }

    /// Calls `body` with every field in the order in which it is stored.
    mutating func forEachField<Failure: Error>(_ body: (inout Int64) throws(Failure) -> Void) throws(Failure) {
        try body(&gpus.promised)
        try body(&gpus.delivered)
        try body(&gpus.down)
        try body(&gpus.excused)
        try body(&gpus.late)
        try body(&gpus.stopped)
        try body(&gpus.curtailed)
        try body(&gpus.breach)
        try body(&gpus.breachStopped)
        try body(&gpus.handBack)
        try body(&rack.promised)
        try body(&rack.delivered)
        try body(&rack.curtailed)
        try body(&rack.breach)
        try body(&meter.promised)
        try body(&meter.delivered)
        try body(&meter.curtailed)
        try body(&meter.breach)
    }
}

extension ContractCover {
    fileprivate func isSound(until time: Int64) -> Bool {
        zip(pieces, pieces.dropFirst()).allSatisfy { $0.until <= $1.from }
            && pieces.allSatisfy { 0 <= $0.from && $0.from < $0.until && $0.until <= time && $0.version >= 0 }
    }
}

extension LedgerRow: FieldCoded {
    static var blank: LedgerRow { LedgerRow(month: 0, version: 0) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&month)
        try coder.code(&version)
        try sums.forEachField { (field) throws(CodingFault) in try coder.code(&field) }
    }
}

extension EarlierVersion: FieldCoded {
    static var blank: EarlierVersion { EarlierVersion(version: 0, until: 0) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&version)
        try coder.code(&until)
    }
}

extension DownUnit: FieldCoded {
    static var blank: DownUnit { DownUnit(node: 0, since: 0) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&node)
        try coder.code(&since)
    }
}

extension OverdueUnit: FieldCoded {
    static var blank: OverdueUnit {
        OverdueUnit(part: 0, lease: 0, tenant: "", contract: nil, version: 0, milliGPUs: 0, since: 0)
    }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&part)
        try coder.code(&lease)
        try coder.code(&tenant)
        try coder.code(&contract)
        try coder.code(&version)
        try coder.code(&milliGPUs)
        try coder.code(&since)
    }
}

extension CoverPiece: FieldCoded {
    static var blank: CoverPiece { CoverPiece(from: 0, until: 0, version: 0) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&from)
        try coder.code(&until)
        try coder.code(&version)
    }
}

extension ClosedAccount: FieldCoded {
    static var blank: ClosedAccount { ClosedAccount() }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        var pieces = cover.pieces
        try coder.code(&contract)
        try coder.code(&leaseCount)
        try coder.code(&rows)
        try coder.code(&pieces)
        cover = ContractCover(pieces: pieces)
    }
}

extension Book {
    var ledgerRecord: LedgerRecord {
        var record = LedgerRecord()
        forEachLease { part in
            if part.isInWindow && part.accountedUntil != .min {
                record.parts.append(LedgerRecord.Part(number: part.number, accountedUntil: part.accountedUntil))
            }
            return true
        }
        ledger.accounts.forEach { number, account in
            record.accounts.append(LedgerRecord.Account(lease: number, account: account))
            return true
        }
        ledger.overdue.forEach { node, units in
            record.overdue.append(LedgerRecord.Overdue(node: node, units: units))
            return true
        }
        record.closed = ledger.closed.keys.sorted().map { tenant in
            LedgerRecord.Closed(tenant: tenant, accounts: ledger.closed[tenant]!)
        }
        return record
    }

    /// Puts the accounts of a snapshot, whose leases are there already.
    mutating func take(_ record: LedgerRecord) {
        for item in record.parts {
            var part = known(item.number)
            part.accountedUntil = item.accountedUntil
            leaseBoxes[item.number] = LeaseBox(part)
        }
        for item in record.accounts { ledger.accounts[item.lease] = item.account }
        for item in record.overdue { ledger.overdue[item.node] = item.units }
        for item in record.closed { ledger.closed[item.tenant] = item.accounts }
        ledger.effectiveAt = time
    }
}
