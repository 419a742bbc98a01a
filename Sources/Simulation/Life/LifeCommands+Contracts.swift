// Contracts of every clause, and the notices that they allow.

import FleetModel
import Leasing
import Packing

extension LifeCommands {
    mutating func anyTerms() -> ContractTerms {
        var terms = ContractTerms()
        terms.tenant = random.isOne(in: 2) ? nil : tenant()
        terms.curtailmentNoticeSeconds = [nil, 0, 1_800].randomElement(using: &random)!
        terms.curtailmentFloorPercent = [nil, 30, 80].randomElement(using: &random)!
        terms.curtailmentHoursPerMonth = [nil, 0, 5].randomElement(using: &random)!
        terms.curtailmentMayStop = [nil, true].randomElement(using: &random)!
        terms.shedTier = [nil, 1, 4].randomElement(using: &random)!
        addReclaim(to: &terms)
        terms.preemptionNoticeSeconds = [nil, 0, 600].randomElement(using: &random)!
        if !random.isOne(in: 4) {
            terms.transfers = TransferClause(needsApproval: random.isOne(in: 2), expirySeconds: 9 * day)
        }
        if !random.isOne(in: 4) {
            terms.subleases = SubleaseClause(
                needsApproval: random.isOne(in: 2), expirySeconds: 9 * day,
                maxPercent: [40, 100, 100].randomElement(using: &random)!)
        }
        return terms
    }

    /// Clauses that let either side give notice.
    mutating func addReclaim(to terms: inout ContractTerms) {
        terms.noticeSeconds = [nil, 0, hour, day].randomElement(using: &random)!
        terms.minimumTermSeconds = [nil, nil, hour].randomElement(using: &random)!
        if terms.noticeSeconds != nil && !random.isOne(in: 4) { terms.cancellationAfter = now }
        if !random.isOne(in: 4) { terms.reclaimCauses = ["misuse"] }
        guard !random.isOne(in: 4) else { return }
        terms.convenience = ConvenienceClause(
            maxPercent: [30, 60, 100].randomElement(using: &random)!, maxTimes: Int64.random(in: 1...3, using: &random),
            periodSeconds: day, noticeSeconds: [0, 600, day].randomElement(using: &random)!)
        if random.isOne(in: 2) { terms.offRamp = OffRampClause(steps: 3, intervalSeconds: hour) }
    }

    /// Notices of every kind, what a tenant says of them, and their withdrawal; most of them on a lease that has a contract.
    mutating func notice() -> Command {
        var (bound, noticed) = ([Lease](), [Lease]())
        book.forEachLease { lease in
            guard lease.partOf == nil, lease.contract != nil, lease.isInWindow || lease.state == .scheduled else {
                return true
            }
            bound.append(lease)
            if book.openReclaim(on: lease.number) != nil { noticed.append(lease) }
            return true
        }
        if let lease = noticed.randomElement(using: &random), random.isOne(in: 2) {
            let reclaim = book.openReclaim(on: lease.number)!
            switch random.pick(0..<3) {
            case 0: return .acknowledgeNotice(reclaim.notice, lease: lease.number)
            case 1:
                let nodes = lease.lines.flatMap(\.holdings.bookedNodes).coalesced()
                return .nominate(lease.number, nodes: nodes.first.map { [$0.lowerBound..<$0.lowerBound + 1] } ?? [])
            default:
                return .withdrawReclaim(lease.number, byTenant: reclaim.clause == .cancellation(byTenant: true))
            }
        }
        let number = bound.randomElement(using: &random)?.number ?? anyLease()
        var clauses: [ReclaimClause] = [.cause("misuse"), .convenience, .cancellation(byTenant: false)]
        if let lease = book.lease(number), !random.isOne(in: 5) {
            let allowed = book.verdicts(on: lease, now: now).filter(\.isAllowed).map(\.verb)
            let verbs: [LandlordVerb] = [.reclaimForCause, .reclaimForConvenience, .cancel]
            clauses = zip(clauses, verbs).filter { allowed.contains($0.1) }.map(\.0)
        }
        clauses.append(.cancellation(byTenant: true))
        let clause = clauses.randomElement(using: &random)!
        let gpus = clause == .convenience && random.isOne(in: 2) ? random.pick(1...40) : nil
        return .serveReclaim(number, ReclaimOrder(clause: clause, gpus: gpus))
    }

    /// A tenant that already holds more than its new quota is marked, since nothing is taken from it.
    mutating func putTenant(_ quota: Quota) -> Command {
        let name = tenant()
        var isLowered = false
        if let tenant = book.tenant(name) {
            let gpus = tenant.gpuTimeline.peak(from: now, until: .max)
            let watts = tenant.wattTimeline.peak(from: now, until: .max)
            isLowered = quota.gpus.map { $0 < gpus } ?? false || quota.watts.map { $0 < watts } ?? false
        }
        var share = QuotaShare()
        if random.isOne(in: 3) {
            share = QuotaShare(
                cohort: ["labs", "all"].randomElement(using: &random)!, borrowing: anyLimit(), lending: anyLimit())
        }
        return .putTenant(name: name, quota: quota, share: share, description: isLowered ? "lowered" : "kept")
    }

    mutating func anyLimit() -> Quota {
        Quota(
            gpus: random.isOne(in: 2) ? nil : random.pick(0...80),
            watts: random.isOne(in: 2) ? nil : Int64.random(in: 0...200_000, using: &random))
    }

    mutating func cohort() -> Command {
        let name = ["labs", "all"].randomElement(using: &random)!
        if random.isOne(in: 5) { return .removeCohort(name: name) }
        let share = random.isOne(in: 2) ? QuotaShare(cohort: "all", lending: anyLimit()) : QuotaShare()
        return .putCohort(Cohort(name: name, quota: anyLimit(), share: share))
    }
}
