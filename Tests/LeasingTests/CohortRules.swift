// What cohorts have and use, worked out the slow way: at one instant, from leases alone, from the leaves up.

import FleetModel
import Packing

@testable import Leasing

/// Usage and limits of all tenants and cohorts of a book at one instant.
struct CohortPicture {
    let book: Book
    let instant: Int64
    /// What is held, of all tenants, and the firm part of it.
    private var held: [String: [QuotaResource: Int64]] = [:]
    private var firm: [String: [QuotaResource: Int64]] = [:]

    /// Of the leases that `book` has; `more` is held besides by a tenant.
    init(
        _ book: Book, at instant: Int64,
        with more: (tenant: String, leaseClass: LeaseClass, gpus: Int64, watts: Int64)? = nil
    ) {
        (self.book, self.instant) = (book, instant)
        book.forEachLease { lease in
            guard !lease.state.isFinal, lease.start <= instant, instant < lease.end else { return true }
            var cap = lease.cap
            for step in lease.capSteps where step.at <= instant { cap = step.cap }
            let watts =
                cap == lease.cap
                ? lease.promised.watts : lease.lines.promise(cap: cap, in: book.fleet).capacity.watts
            add(lease.tenant, lease.leaseClass, Int64(MIGRules.quotaGPUs(lease, book.fleet)), watts)
            return true
        }
        if let more { add(more.tenant, more.leaseClass, more.gpus, more.watts) }
    }

    private mutating func add(_ tenant: String, _ leaseClass: LeaseClass, _ gpus: Int64, _ watts: Int64) {
        for (resource, amount) in [(QuotaResource.gpus, gpus), (.watts, watts)] {
            held[tenant, default: [:]][resource, default: 0] += amount
            if leaseClass != .opportunistic { firm[tenant, default: [:]][resource, default: 0] += amount }
        }
    }

    /// What a cohort's own quota and its members' loans come to.
    func capacity(of cohort: String, _ resource: QuotaResource) -> Int64 {
        var sum = book.cohort(cohort)!.quota[resource] ?? 0
        for name in book.tenantNames {
            let tenant = book.tenant(name)!
            guard tenant.share.cohort == cohort, let quota = tenant.quota[resource] else { continue }
            sum += min(quota, tenant.share.lending[resource] ?? quota)
        }
        for name in book.cohortNames where book.cohort(name)!.share.cohort == cohort {
            let below = capacity(of: name, resource)
            sum += min(below, book.cohort(name)!.share.lending[resource] ?? below)
        }
        return sum
    }

    /// What members of a cohort use beyond what they do not lend.
    func used(of cohort: String, _ resource: QuotaResource) -> Int64 {
        var sum: Int64 = 0
        for name in book.tenantNames {
            let tenant = book.tenant(name)!
            guard tenant.share.cohort == cohort, let quota = tenant.quota[resource] else { continue }
            let kept = quota - min(quota, tenant.share.lending[resource] ?? quota)
            sum += max(0, (held[name]?[resource] ?? 0) - kept)
        }
        for name in book.cohortNames where book.cohort(name)!.share.cohort == cohort {
            let quota = capacity(of: name, resource)
            let kept = quota - min(quota, book.cohort(name)!.share.lending[resource] ?? quota)
            sum += max(0, used(of: name, resource) - kept)
        }
        return sum
    }

    /// Whether a tenant is within its quota, and the cohorts above it within theirs, as far as they have more to give than
    /// `before`: what takes nothing of a cohort is not held up by it.
    func isWithin(_ name: String, firmly: Bool, after before: CohortPicture) -> Bool {
        let tenant = book.tenant(name)!
        return QuotaResource.allCases.allSatisfy { resource in
            guard let quota = tenant.quota[resource] else { return true }
            let all = held[name]?[resource] ?? 0
            guard let first = tenant.share.cohort else { return all <= quota }
            if let borrowed = tenant.share.borrowing[resource], all > quota + borrowed { return false }
            if firmly && (firm[name]?[resource] ?? 0) > quota { return false }
            var next: String? = first
            while let cohort = next {
                let share = book.cohort(cohort)!.share
                let limit = capacity(of: cohort, resource)
                let used = used(of: cohort, resource)
                if used == before.used(of: cohort, resource) { return true }
                if share.cohort == nil, used > limit { return false }
                if let borrowed = share.borrowing[resource], used > limit + borrowed { return false }
                next = share.cohort
            }
            return true
        }
    }
}

extension BookRules {
    /// What a book counts of its cohorts and cannot be, compared with the slow way at every instant at which something changes.
    static func cohortsWrong(_ live: [Lease], _ book: Book) -> [String] {
        guard !book.cohortNames.isEmpty else { return [] }
        var result: [String] = []
        let instants = Set([book.time] + live.flatMap { [$0.start, $0.end] + $0.capSteps.map(\.at) })
        for instant in instants.filter({ $0 >= book.time }).sorted() {
            let picture = CohortPicture(book, at: instant)
            for cohort in book.cohortNames {
                let (usage, capacity) = (book.usage(ofCohort: cohort, at: instant), book.capacity(ofCohort: cohort)!)
                for resource in QuotaResource.allCases {
                    let (used, has) = (picture.used(of: cohort, resource), picture.capacity(of: cohort, resource))
                    if usage[resource] != used || capacity[resource] != has {
                        result.append(
                            "cohort \(cohort) uses \(used) of \(has) \(resource) at \(instant) by hand, not "
                                + "\(usage[resource]!) of \(capacity[resource]!)")
                    }
                }
            }
        }
        return result
    }
}
