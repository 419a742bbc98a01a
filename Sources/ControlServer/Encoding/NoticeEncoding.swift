// Notices on the wire: what tenants must know by when.

import ControlAPI
import FleetModel
import Leasing

/// Encodes the notices of leases as they stand at a time.
struct NoticeEncoding {
    let book: Book
    let now: Int64

    /// Notices of what is to come or going on, soonest first.
    func notices(of leases: [Lease]) -> [NoticeAnswer] {
        (curtailments(of: leases) + reclaims(of: leases)).sorted { ($0.deadline, $0.id) < ($1.deadline, $1.id) }
    }

    private func curtailments(of leases: [Lease]) -> [NoticeAnswer] {
        let encoding = LoadTargetEncoding(book: book, now: now)
        var notices: [NoticeAnswer] = []
        for lease in leases {
            for curtailment in lease.curtailments where curtailment.isOpen(at: now) {
                // Parts of one lease that are lowered alike are one notice.
                let id = book.naming.id(of: lease.leaseNumber)
                let steps = encoding.steps(curtailment.steps)
                guard !notices.contains(where: { $0.lease == id && $0.steps == steps }) else { continue }
                notices.append(
                    NoticeAnswer(
                        id: book.noticeID(of: curtailment), kind: .curtailment,
                        deadline: Timestamp(curtailment.steps[0].start),
                        acknowledged: curtailment.acknowledgedAt != nil, tenant: lease.tenant, lease: id, steps: steps))
            }
        }
        return notices
    }

    private func reclaims(of leases: [Lease]) -> [NoticeAnswer] {
        leases.filter { $0.partOf == nil }.flatMap { lease in
            book.openReclaims(on: lease.number).map { reclaim in
                let kind: NoticeKind =
                    switch reclaim.clause {
                    case .cancellation: .termination
                    case .preemption: .preemption
                    case .cause, .convenience: .reclaim
                    }
                return NoticeAnswer(
                    id: book.noticeID(reclaim.notice), kind: kind,
                    deadline: Timestamp(reclaim.deadline), acknowledged: reclaim.acknowledgedAt != nil,
                    tenant: lease.tenant, lease: book.naming.id(of: lease.number), steps: [], offRamp: steps(reclaim))
            }
        }
    }

    private func steps(_ reclaim: Reclaim) -> [ControlAPI.ReclaimStep] {
        reclaim.steps.map { ControlAPI.ReclaimStep(at: Timestamp($0.at), gpus: $0.gpus) }
    }

    /// A notice with all that was served. The other side is told why, and not by whom.
    func answer(_ reclaim: Reclaim, to role: Role) -> ReclaimAnswer {
        var (clause, cause): (ReclaimClauseName, String?) = (.convenience, nil)
        var byTenant = false
        switch reclaim.clause {
        case .cause(let named): (clause, cause) = (.cause, named)
        case .convenience: break
        case .cancellation(let isTenants): (clause, byTenant) = (.cancellation, isTenants)
        case .preemption: clause = .preemption
        }
        let isTenant = if case .tenant = role { true } else { false }
        let nominated = book.nominated(by: reclaim)
        return ReclaimAnswer(
            id: book.noticeID(reclaim.notice), lease: book.naming.id(of: reclaim.lease), clause: clause, cause: cause,
            byTenant: byTenant, servedAt: Timestamp(reclaim.servedAt), deadline: Timestamp(reclaim.deadline),
            gpusBefore: reclaim.gpusBefore, steps: steps(reclaim),
            nominated: nominated.isEmpty ? nil : HardwarePaths(nominated, in: book.fleet).paths,
            acknowledgedAt: reclaim.acknowledgedAt.map { Timestamp($0) },
            withdrawnAt: reclaim.withdrawnAt.map { Timestamp($0) },
            actor: isTenant && !byTenant ? nil : reclaim.actor, reason: reclaim.reason)
    }
}

extension Book {
    /// What a notice is called: nothing that says how many others there are.
    func noticeID(of curtailment: Curtailment) -> String { noticeID(curtailment.notice) }

    func noticeID(_ number: UInt64) -> String { "n-" + naming.id(of: Self.noticeMark | number).dropFirst(2) }

    /// The number of a notice, or nil when its id is not spelt like one.
    func noticeNumber(of id: String) -> UInt64? {
        guard id.hasPrefix("n-"), let number = naming.number(of: "l-" + id.dropFirst(2)),
            number & Self.noticeMark != 0
        else { return nil }
        return number & ~Self.noticeMark
    }

    /// Tells notices from leases, whose numbers are smaller.
    private static let noticeMark: UInt64 = 1 << 60
}
