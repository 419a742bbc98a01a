// Whether a tenant may hold more.
//
// Without a cohort a quota is a limit. In a cohort a tenant may hold beyond its quota what others of the cohort leave idle, with
// opportunistic leases alone: those give way, so that who has lent gets it back. What is guaranteed or standard is within
// the tenant's own quota at every instant.

import FleetModel
import HashTreeCollections
import Packing

extension Book {
    /// Refuses what would bring the tenant over its quota with one part of an order as it was placed.
    func checkQuota(of sound: SoundOrder, _ part: SoundPart, _ lines: [LeaseLine]) throws(Refusal) {
        let promised = lines.promise(cap: sound.order.cap, in: fleet).capacity
        let gpus = lines.reduce(promised.gpus) { $0 + $1.holdings.quotaGPUs(ofInstancesIn: fleet) }
        try checkQuota(
            of: sound.order.tenant, sound.order.leaseClass, gpus: gpus, watts: promised.watts, over: part.window)
    }

    /// Refuses what would bring a tenant over its quota, or its cohorts over theirs, at some instant of a window.
    func checkQuota(
        of name: String, _ leaseClass: LeaseClass, gpus: Int, watts: Watts, over window: Range<Int64>
    ) throws(Refusal) {
        let tenant = tenantsByName[name]!
        try check(.gpus, of: tenant, leaseClass, Int64(gpus), over: window)
        try check(.watts, of: tenant, leaseClass, watts, over: window)
    }

    private func check(
        _ resource: QuotaResource, of tenant: Tenant, _ leaseClass: LeaseClass, _ amount: Int64,
        over window: Range<Int64>
    ) throws(Refusal) {
        guard amount > 0, let quota = tenant.quota[resource] else { return }
        let (start, end) = (window.lowerBound, window.upperBound)
        func refusal(_ limit: Int64, _ held: Int64, _ how: String) -> Refusal {
            Refusal(
                .quotaExceeded,
                "tenant \(tenant.name) may hold \(resource.text(limit))\(how) and holds up to \(resource.number(held)) in this "
                    + "window; \(resource.number(amount)) more are too many")
        }
        let held = tenant.timeline(of: resource).peak(from: start, until: end)
        if let most = tenant.share.most(with: quota, resource), held + amount > most {
            throw refusal(most, held, tenant.share.cohort == nil ? "" : " with what it may borrow")
        }
        guard tenant.share.cohort != nil else { return }
        if leaseClass.isFirm {
            let firm = tenant.firm[resource].peak(from: start, until: end)
            guard firm + amount <= quota else {
                throw refusal(quota, firm, " as its own, beyond which it may borrow for opportunistic leases only,")
            }
        }
        var changes = [UsageChange(window: window, amount: amount)]
            .passedOn(keeping: tenant.share.kept(of: quota, resource), from: tenant.timeline(of: resource))
        for state in cohorts(from: tenant.share.cohort) {
            if let most = state.most(resource) {
                for change in changes {
                    let used = state.used[resource].peak(
                        from: change.window.lowerBound, until: change.window.upperBound)
                    // Others' use is not what a tenant is told of.
                    if used + change.amount > most { throw exhausted(state.cohort.name, resource.text(amount)) }
                }
            }
            changes = changes.passedOn(keeping: state.kept(resource), from: state.used[resource])
        }
    }

    /// Refuses when a tenant's quota, or that of a cohort above it, does not hold at some instant of a window as things stand.
    func checkQuota(of name: String, _ leaseClass: LeaseClass, over window: Range<Int64>) throws(Refusal) {
        let tenant = tenantsByName[name]!
        let (start, end) = (window.lowerBound, window.upperBound)
        for resource in QuotaResource.allCases {
            guard let quota = tenant.quota[resource] else { continue }
            func refusal(_ limit: Int64, _ held: Int64, _ how: String) -> Refusal {
                Refusal(
                    .quotaExceeded,
                    "tenant \(name) may hold \(resource.text(limit))\(how) and would hold \(resource.number(held)) with "
                        + "the change")
            }
            let held = tenant.timeline(of: resource).peak(from: start, until: end)
            if let most = tenant.share.most(with: quota, resource), held > most {
                throw refusal(most, held, tenant.share.cohort == nil ? "" : " with what it may borrow")
            }
            guard tenant.share.cohort != nil else { continue }
            let firm = tenant.firm[resource].peak(from: start, until: end)
            if leaseClass.isFirm && firm > quota { throw refusal(quota, firm, " as its own") }
            for state in cohorts(from: tenant.share.cohort) {
                if let most = state.most(resource), state.used[resource].peak(from: start, until: end) > most {
                    throw exhausted(state.cohort.name, "the change")
                }
            }
        }
    }

    private func exhausted(_ cohort: String, _ what: String) -> Refusal {
        Refusal(.quotaExceeded, "cohort \(cohort) has too little left in this window for \(what)")
    }
}

extension QuotaResource {
    /// An amount for people, as `4,096 GPUs`.
    func text(_ amount: Int64) -> String {
        switch self {
        case .gpus: "\(WattsText.grouped(Int(amount))) GPUs"
        case .watts: "\(WattsText.grouped(Int(amount))) W at the rack"
        }
    }

    /// The same where it has been said of what.
    func number(_ amount: Int64) -> String {
        WattsText.grouped(Int(amount)) + (self == .watts ? " W" : "")
    }
}
