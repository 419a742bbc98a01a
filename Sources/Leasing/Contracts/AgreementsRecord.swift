// What a snapshot says of agreements: every version of every contract, and which of them each lease is under.

import HashTreeCollections
import Packing

/// A book without contracts is written without this record.
struct AgreementsRecord: FieldCoded {
    struct Version: FieldCoded {
        var since: Int64?
        var terms = ContractTerms()

        static var blank: Version { Version() }

        mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
            try coder.code(&since)
            try coder.code(&terms)
            try coder.code(&terms.curtailmentClause)
            try coder.code(&terms.laterClauses)
        }
    }

    struct History: FieldCoded {
        var name = ""
        var isRemoved = false
        var versions: [Version] = []

        static var blank: History { History() }

        mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
            try coder.code(&name)
            try coder.code(&isRemoved)
            try coder.code(&versions)
            guard !versions.isEmpty else { throw coder.fault("a contract without a version") }
        }
    }

    struct LeaseVersion: FieldCoded {
        var lease: UInt64 = 0
        var version = 0

        static var blank: LeaseVersion { LeaseVersion() }

        mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
            try coder.code(&lease)
            try coder.code(&version)
        }
    }

    /// By name.
    var contracts: [History] = []
    /// Of leases that are not under version 1, by number.
    var leases: [LeaseVersion] = []
    /// By lease, then oldest first.
    var reclaims: [Reclaim] = []
    var approvals: [Approval] = []
    var nextApproval: UInt64 = 1

    static var blank: AgreementsRecord { AgreementsRecord() }

    var isBlank: Bool {
        contracts.isEmpty && leases.isEmpty && reclaims.isEmpty && approvals.isEmpty && nextApproval == 1
    }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&contracts)
        try coder.code(&leases)
        try coder.code(&reclaims)
        try coder.code(&approvals)
        try coder.code(&nextApproval)
    }

    /// Why it belongs to no book, or nil.
    var flaw: String? {
        let isSound =
            zip(contracts, contracts.dropFirst()).allSatisfy { $0.name < $1.name }
            && zip(leases, leases.dropFirst()).allSatisfy { $0.lease < $1.lease }
            && zip(approvals, approvals.dropFirst()).allSatisfy { $0.number < $1.number }
            && approvals.allSatisfy { $0.number < nextApproval }
            && zip(reclaims, reclaims.dropFirst()).allSatisfy { ($0.lease, $0.notice) < ($1.lease, $1.notice) }
        return isSound ? nil : "contracts are not in order"
    }

    /// The version that a lease is under, where it is not the first. O(log leases).
    func version(ofLease number: UInt64) -> Int? {
        var (low, high) = (0, leases.count)
        while low < high {
            let middle = (low + high) / 2
            if leases[middle].lease < number { low = middle + 1 } else { high = middle }
        }
        return low < leases.count && leases[low].lease == number ? leases[low].version : nil
    }
}

extension Book {
    var agreementsRecord: AgreementsRecord {
        var record = AgreementsRecord()
        record.contracts = contractsByName.keys.sorted().map { name in
            let contract = contractsByName[name]!
            return AgreementsRecord.History(
                name: name, isRemoved: contract.isRemoved,
                versions: contract.versions.map { AgreementsRecord.Version(since: $0.since, terms: $0.terms) })
        }
        forEachLease { lease in
            if lease.contract != nil && lease.contractVersion != 1 {
                record.leases.append(
                    AgreementsRecord.LeaseVersion(lease: lease.number, version: lease.contractVersion))
            }
            return true
        }
        reclaimsByLease.forEach { _, reclaims in
            record.reclaims += reclaims
            return true
        }
        (record.approvals, record.nextApproval) = (openApprovals, approvals.nextNumber)
        return record
    }

    /// Puts the contracts of a snapshot; one from before versions were kept says the last of each.
    mutating func takeContracts(_ record: BookRecord) {
        for item in record.agreements.reclaims {
            reclaimsByLease[item.lease] = (reclaimsByLease[item.lease] ?? []) + [item]
        }
        for item in record.agreements.approvals { apply(item) }
        approvals.nextNumber = record.agreements.nextApproval
        for item in record.agreements.contracts {
            let versions = item.versions.map { ContractVersion(since: $0.since, terms: $0.terms) }
            contractsByName[item.name] = Contract(versions: versions, isRemoved: item.isRemoved)
        }
        guard record.agreements.isBlank else { return }
        var terms: [String: ContractTerms] = [:]
        for item in record.contracts { terms[item.name] = item.terms }
        for item in record.power.clauses { terms[item.contract]?.curtailmentClause = item.clause }
        for item in record.contracts {
            contractsByName[item.name] = Contract(versions: [ContractVersion(since: nil, terms: terms[item.name]!)])
        }
    }
}
