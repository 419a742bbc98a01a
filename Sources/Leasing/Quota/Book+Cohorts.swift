// What cohorts have and what is used of it, kept in step with what tenants are promised.

import FleetModel
import HashTreeCollections
import Packing

extension Book {
    /// The cohort of that name, or nil.
    public func cohort(_ name: String) -> Cohort? { cohortsByName[name]?.cohort }

    /// Ascending. O(n log n).
    public var cohortNames: [String] { cohortsByName.keys.sorted() }

    /// What a cohort's own quota and its members' loans come to; nil when there is no such cohort.
    public func capacity(ofCohort name: String) -> Quota? { cohortsByName[name]?.capacity }

    /// What the members of a cohort use at a time beyond what they keep for themselves. O(changes of it).
    public func usage(ofCohort name: String, at time: Int64) -> Quota {
        guard let used = cohortsByName[name]?.used else { return Quota(gpus: 0, watts: 0) }
        return Quota(gpus: Int(used.gpus.value(at: time)), watts: used.watts.value(at: time))
    }

    /// What a tenant holds at a time. O(changes of it).
    public func usage(of tenant: Tenant, at time: Int64) -> Quota {
        Quota(gpus: Int(tenant.gpuTimeline.value(at: time)), watts: tenant.wattTimeline.value(at: time))
    }

    /// The tenants and cohorts that belong to a cohort, ascending. O(all of them).
    public func members(ofCohort name: String) -> (tenants: [String], cohorts: [String]) {
        (
            tenantNames.filter { tenantsByName[$0]!.share.cohort == name },
            cohortNames.filter { cohortsByName[$0]!.cohort.share.cohort == name }
        )
    }

    /// The cohort of a name and those above it, from below.
    func cohorts(from name: String?) -> [CohortState] {
        var (result, next) = ([CohortState](), name)
        while let name = next, let state = cohortsByName[name] {
            result.append(state)
            next = state.cohort.share.cohort
        }
        return result
    }

    // MARK: Facts

    mutating func apply(_ cohort: Cohort) {
        cohortsByName[cohort.name] = CohortState(cohort: cohort)
        recountCohorts()
    }

    mutating func removeCohort(_ name: String) {
        cohortsByName[name] = nil
        recountCohorts()
    }

    mutating func share(_ share: QuotaShare, of name: String) {
        tenantsByName[name]!.share = share
        tenantsByName[name]!.firm = UsageTimelines()
        if share.cohort != nil {
            tenantsByName[name]!.leases.forEach { number, _ in
                for part in liveParts(of: number) where part.start < part.end && part.leaseClass.isFirm {
                    for resource in QuotaResource.allCases {
                        for change in usage(resource, of: part) { tenantsByName[name]!.firm[resource].add(change) }
                    }
                }
                return true
            }
        }
        recountCohorts()
    }

    /// Adds to what a tenant of a cohort holds, or takes off, all the way up its cohorts.
    mutating func count(_ resource: QuotaResource, of name: String, _ changes: [UsageChange], isFirm: Bool) {
        let share = tenantsByName[name]!.share
        let (quota, before) = (tenantsByName[name]!.quota[resource], tenantsByName[name]!.timeline(of: resource))
        for change in changes {
            tenantsByName[name]!.add(change, of: resource)
            if isFirm { tenantsByName[name]!.firm[resource].add(change) }
        }
        guard let quota else { return }
        passOn(changes.passedOn(keeping: share.kept(of: quota, resource), from: before), resource, to: share.cohort)
    }

    private mutating func passOn(_ changes: [UsageChange], _ resource: QuotaResource, to first: String?) {
        var (changes, next) = (changes, first)
        while let name = next, !changes.isEmpty, let state = cohortsByName[name] {
            for change in changes { cohortsByName[name]!.used[resource].add(change) }
            changes = changes.passedOn(keeping: state.kept(resource), from: state.used[resource])
            next = state.cohort.share.cohort
        }
    }

    /// Works out anew what every cohort has and uses. O(everything that their members hold).
    mutating func recountCohorts() {
        guard !cohortsByName.isEmpty else { return }
        // From the leaves up: a cohort's depth is how many are above it.
        let names = cohortNames.sorted { (depth(of: $0), $1) > (depth(of: $1), $0) }
        for name in names {
            cohortsByName[name]!.used = UsageTimelines()
            cohortsByName[name]!.capacity = Quota(
                gpus: cohortsByName[name]!.cohort.quota.gpus ?? 0, watts: cohortsByName[name]!.cohort.quota.watts ?? 0)
        }
        for name in tenantNames {
            let tenant = tenantsByName[name]!
            lend(tenant.quota, tenant.share)
        }
        for name in names { lend(cohortsByName[name]!.capacity, cohortsByName[name]!.cohort.share) }
        let always: Range<Int64> = 0..<Int64.max / 2
        for name in tenantNames {
            let tenant = tenantsByName[name]!
            guard let cohort = tenant.share.cohort else { continue }
            for resource in QuotaResource.allCases {
                guard let quota = tenant.quota[resource] else { continue }
                let kept = tenant.share.kept(of: quota, resource)
                let steps = tenant.timeline(of: resource).steps(from: always.lowerBound, until: always.upperBound)
                let taken = steps.indices.compactMap { index -> UsageChange? in
                    let until = index + 1 < steps.count ? steps[index + 1].at : always.upperBound
                    let amount = max(0, steps[index].watts - kept)
                    return amount > 0 && steps[index].at < until
                        ? UsageChange(window: steps[index].at..<until, amount: amount) : nil
                }
                passOn(taken, resource, to: cohort)
            }
        }
    }

    private func depth(of name: String) -> Int { cohorts(from: name).count }

    /// Adds what a member lends to what its cohort has.
    private mutating func lend(_ quota: Quota, _ share: QuotaShare) {
        guard let cohort = share.cohort, cohortsByName[cohort] != nil else { return }
        if let gpus = quota.gpus { cohortsByName[cohort]!.capacity.gpus! += min(gpus, share.lending.gpus ?? gpus) }
        if let watts = quota.watts {
            cohortsByName[cohort]!.capacity.watts! += min(watts, share.lending.watts ?? watts)
        }
    }
}

extension CohortState {
    /// What it keeps for its own members of a resource.
    func kept(_ resource: QuotaResource) -> Int64 { cohort.share.kept(of: capacity[resource]!, resource) }

    /// The most that its members may use of a resource together; nil where only those above it limit that.
    func most(_ resource: QuotaResource) -> Int64? { cohort.share.most(with: capacity[resource]!, resource) }
}
