// What splits and handovers store.

import Packing

/// One lease became two of the same tenant.
public struct LeaseSplit: Equatable, Sendable {
    public var lease: UInt64
    /// Parts of the lease that hold less from now on.
    var kept: [LeaseRecord] = []
    /// What they no longer hold: the new lease first, then its further parts.
    var split: [LeaseRecord] = []
    /// The part that each of these was taken from.
    var sources: [UInt64] = []

    /// The lease that was split off.
    public var newLease: UInt64 { split[0].number }
}

/// A lease is held by another tenant from now on.
public struct LeaseTakeover: Equatable, Sendable {
    public var transfer: UInt64
    /// The lease that the former tenant held.
    public var from: UInt64
    /// The version of the contract that it is under; 0 without a contract.
    var contractVersion = 0
    /// Whether the clauses count on as they did.
    var keepsTerms = false
    /// The new lease first, then its further parts.
    var records: [LeaseRecord] = []
    /// The part of the former tenant's lease that each of these was.
    var sources: [UInt64] = []
    /// Since when nodes in use have been down, by id.
    var down: [DownUnit] = []

    public var newLease: UInt64 { records[0].number }
    public var tenant: String { records[0].tenant }
}

extension LeaseSplit: FieldCoded {
    static var blank: LeaseSplit { LeaseSplit(lease: 0) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&lease)
        try coder.codeParts(&kept)
        try coder.codeParts(&split)
        try coder.code(&sources)
        guard !split.isEmpty, split.count == sources.count, split[0].part.partOf == nil,
            split.dropFirst().allSatisfy({ $0.part.partOf == split[0].number }),
            kept.allSatisfy({ $0.leaseNumber == lease })
        else { throw coder.fault("a lease that is split into something else") }
    }
}

extension LeaseTakeover: FieldCoded {
    static var blank: LeaseTakeover { LeaseTakeover(transfer: 0, from: 0) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&transfer)
        try coder.code(&from)
        try coder.code(&contractVersion)
        try coder.code(&keepsTerms)
        try coder.codeParts(&records)
        try coder.code(&sources)
        try coder.code(&down)
        guard !records.isEmpty, records.count == sources.count, records[0].part.partOf == nil,
            records.dropFirst().allSatisfy({ $0.part.partOf == records[0].number })
        else { throw coder.fault("a lease that is taken over as something else") }
    }
}

extension LeaseSelection.Units: FieldCoded {
    static var blank: LeaseSelection.Units { LeaseSelection.Units(line: "", count: 0) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&line)
        try coder.code(&count)
    }
}

extension Transfer: FieldCoded {
    static var blank: Transfer {
        Transfer(
            number: 0, lease: 0, from: "", to: "", proposedBy: "", reason: "", proposedAt: 0, expiresAt: 0,
            offered: .blank, needsProvider: false)
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
        try coder.code(&holderAgreed)
        try coder.code(&receiverAgreed)
        try coder.code(&providerAgreed)
        try coder.code(&needsProvider)
        try coder.code(&contract)
        try coder.code(&keepsTerms)
        try coder.code(&label)
    }
}

extension TransferNote: FieldCoded {
    static var blank: TransferNote { TransferNote(tenant: "", event: .proposed, transfer: .blank) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&tenant)
        try coder.code(&event)
        try coder.code(&transfer)
    }
}

extension FieldCoder {
    /// Records of leases and parts with all that they say.
    fileprivate mutating func codeParts(_ records: inout [LeaseRecord]) throws(CodingFault) {
        try code(&records, blank: .blank) { (record, coder) throws(CodingFault) in try record.codeAsPart(with: &coder) }
    }
}

/// What a snapshot says of transfers: a book without any, and without leases that come from others, is written without it.
struct TransfersRecord: FieldCoded {
    struct Origin: FieldCoded {
        var lease: UInt64 = 0
        var origin = LeaseOrigin.blank

        static var blank: Origin { Origin() }

        mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
            try coder.code(&lease)
            try coder.code(&origin)
        }
    }

    struct ContractClause: FieldCoded {
        var contract = ""
        var version = 1
        var clause = TransferClause.blank

        static var blank: ContractClause { ContractClause() }

        mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
            try coder.code(&contract)
            try coder.code(&version)
            try coder.code(&clause)
        }
    }

    /// By lease.
    var origins: [Origin] = []
    /// By number.
    var open: [Transfer] = []
    var nextNumber: UInt64 = 1
    /// By contract, then version.
    var clauses: [ContractClause] = []

    static var blank: TransfersRecord { TransfersRecord() }

    var isBlank: Bool { origins.isEmpty && open.isEmpty && nextNumber == 1 && clauses.isEmpty }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&origins)
        try coder.code(&open)
        try coder.code(&nextNumber)
        try coder.code(&clauses)
    }

    /// Why it belongs to no book, or nil.
    func flaw(leases: Set<UInt64>, versions: [String: Int], at time: Int64) -> String? {
        let isSound =
            zip(origins, origins.dropFirst()).allSatisfy { $0.lease < $1.lease }
            && origins.allSatisfy { leases.contains($0.lease) && (0...time).contains($0.origin.at) }
            && origins.allSatisfy { (0...1 << 48).contains($0.origin.termStart) }
            && zip(open, open.dropFirst()).allSatisfy { $0.number < $1.number }
            && open.allSatisfy { $0.number < nextNumber }
            && clauses.allSatisfy { $0.version >= 1 && $0.version <= versions[$0.contract] ?? 0 }
        return isSound ? nil : "a transfer is of no lease, out of order or out of range"
    }
}
