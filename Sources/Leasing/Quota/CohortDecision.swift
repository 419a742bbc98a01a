// Stating tenants and cohorts.

import HashTreeCollections

extension Book {
    /// Cohorts above one another at most, and cohorts in all.
    private static let cohortDepthMax = 16
    private static let cohortsMax = 10_000

    /// States a tenant with its place in a cohort.
    mutating func decideTenant(
        _ name: String, _ quota: Quota, _ share: QuotaShare, _ description: String, _ step: inout Step
    ) throws(Refusal) {
        try checkShare(share, above: nil)
        let old = tenant(name)
        if old.map({ $0.quota != quota || $0.description != description }) ?? true {
            commit(.tenantPut(name: name, quota: quota, description: description), &step)
        }
        if share != old?.share ?? QuotaShare() { commit(.tenantShared(name: name, share: share), &step) }
    }

    mutating func decideCohort(_ cohort: Cohort, _ step: inout Step) throws(Refusal) {
        guard self.cohort(cohort.name) != cohort else { return }
        guard self.cohort(cohort.name) != nil || cohortsByName.count < Self.cohortsMax else {
            throw Refusal(.wrongState, "there are \(Self.cohortsMax) cohorts already; remove some first")
        }
        try checkShare(cohort.share, above: cohort.name)
        commit(.cohortSet(cohort), &step)
    }

    mutating func decideRemoval(ofCohort name: String, _ step: inout Step) throws(Refusal) {
        guard cohort(name) != nil else { throw Refusal(.notFound, "there is no cohort \(name)") }
        let (tenants, cohorts) = members(ofCohort: name)
        if let member = tenants.first ?? cohorts.first {
            throw Refusal(
                .inUse,
                "\(tenants.isEmpty ? "cohort" : "tenant") \(member) belongs to cohort \(name); let its members leave first"
            )
        }
        commit(.cohortRemoved(name: name), &step)
    }

    /// Refuses a place in a cohort that is not there, or under itself.
    private func checkShare(_ share: QuotaShare, above name: String?) throws(Refusal) {
        let pointer = name == nil ? "/cohort" : "/parent"
        guard let cohort = share.cohort else {
            for (limit, field) in [(share.borrowing, "borrowingLimit"), (share.lending, "lendingLimit")]
            where limit != Quota() {
                throw Refusal(
                    .invalid, "without a cohort nothing is lent or borrowed", pointer: "/\(field)")
            }
            return
        }
        guard self.cohort(cohort) != nil else {
            throw Refusal(
                .invalid, "there is no cohort \(cohort); add one with `berth cohort set`", pointer: pointer)
        }
        guard let name else { return }
        let above = cohorts(from: cohort)
        if cohort == name || above.contains(where: { $0.cohort.name == name }) {
            throw Refusal(.invalid, "cohort \(name) would be above itself", pointer: pointer)
        }
        guard above.count + height(of: name) <= Self.cohortDepthMax else {
            throw Refusal(
                .invalid, "more than \(Self.cohortDepthMax) cohorts would be above one another", pointer: pointer)
        }
    }

    /// How many cohorts are below one another from a cohort on, itself included.
    private func height(of name: String) -> Int {
        let own = cohorts(from: name).count - 1
        let below = cohortNames.filter { cohorts(from: $0).contains { $0.cohort.name == name } }
        return max(1, below.reduce(0) { max($0, cohorts(from: $1).count - own) })
    }
}
