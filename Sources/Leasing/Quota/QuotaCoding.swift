// The stored form of cohorts.

import HashTreeCollections

extension QuotaShare: FieldCoded {
    static var blank: QuotaShare { QuotaShare() }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&cohort)
        try coder.code(&borrowing)
        try coder.code(&lending)
    }
}

extension Cohort: FieldCoded {
    static var blank: Cohort { Cohort(name: "") }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        var name = name
        var (quota, share, description) = (quota, share, description)
        try coder.code(&name)
        try coder.code(&quota)
        try coder.code(&share)
        try coder.code(&description)
        self = Cohort(name: name, quota: quota, share: share, description: description)
    }
}

/// What a snapshot says of cohorts, and of contracts whose opportunistic leases give way. A book without any is written without this record.
struct CohortsRecord: FieldCoded {
    /// The notice of a version of a contract.
    struct Notice: FieldCoded {
        var contract = ""
        var version = 0
        var seconds: Int64 = 0

        static var blank: Notice { Notice() }

        mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
            try coder.code(&contract)
            try coder.code(&version)
            try coder.code(&seconds)
        }
    }

    struct Member: FieldCoded {
        var tenant = ""
        var share = QuotaShare()

        static var blank: Member { Member() }

        mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
            try coder.code(&tenant)
            try coder.code(&share)
        }
    }

    /// By name.
    var cohorts: [Cohort] = []
    /// Tenants that are in one, by name.
    var members: [Member] = []
    /// By contract and version.
    var notices: [Notice] = []

    static var blank: CohortsRecord { CohortsRecord() }

    var isBlank: Bool { cohorts.isEmpty && members.isEmpty && notices.isEmpty }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&cohorts)
        try coder.code(&members)
        try coder.code(&notices)
    }

    /// Why it belongs to no book, or nil.
    func flaw(tenants: [TenantRecord]) -> String? {
        let names = Set(cohorts.map(\.name))
        guard zip(cohorts, cohorts.dropFirst()).allSatisfy({ $0.name < $1.name }),
            zip(members, members.dropFirst()).allSatisfy({ $0.tenant < $1.tenant }),
            zip(notices, notices.dropFirst()).allSatisfy({ ($0.contract, $0.version) < ($1.contract, $1.version) }),
            notices.allSatisfy({ $0.version > 0 && $0.seconds >= 0 })
        else { return "cohorts are not in order" }
        let known = Set(tenants.map(\.name))
        guard members.allSatisfy({ known.contains($0.tenant) && $0.share.cohort.map(names.contains) ?? false }),
            cohorts.allSatisfy({ $0.share.cohort.map(names.contains) ?? true })
        else { return "a cohort or a member of one is not there" }
        // Whoever is above a cohort is reached in fewer steps than there are cohorts.
        var parents: [String: String] = [:]
        for cohort in cohorts { parents[cohort.name] = cohort.share.cohort }
        for cohort in cohorts {
            var (next, steps) = (parents[cohort.name], 0)
            while let name = next {
                steps += 1
                guard steps < cohorts.count else { return "cohort \(cohort.name) is above itself" }
                next = parents[name]
            }
        }
        return nil
    }
}

extension Book {
    var cohortsRecord: CohortsRecord {
        CohortsRecord(
            cohorts: cohortNames.map { cohortsByName[$0]!.cohort },
            members: tenantNames.compactMap { name in
                let share = tenantsByName[name]!.share
                return share.cohort == nil ? nil : CohortsRecord.Member(tenant: name, share: share)
            },
            notices: contractsByName.keys.sorted().flatMap { name in
                contractsByName[name]!.versions.enumerated().compactMap { index, version in
                    version.terms.preemptionNoticeSeconds.map {
                        CohortsRecord.Notice(contract: name, version: index + 1, seconds: $0)
                    }
                }
            })
    }

    /// Puts the cohorts of a snapshot and the notices of its contracts, before any lease.
    mutating func take(_ record: CohortsRecord) {
        for notice in record.notices {
            guard contractsByName[notice.contract].map({ notice.version <= $0.versions.count }) ?? false else {
                continue
            }
            contractsByName[notice.contract]!.versions[notice.version - 1].terms.preemptionNoticeSeconds =
                notice.seconds
        }
        for cohort in record.cohorts { cohortsByName[cohort.name] = CohortState(cohort: cohort) }
        for member in record.members { tenantsByName[member.tenant]!.share = member.share }
        recountCohorts()
    }
}
