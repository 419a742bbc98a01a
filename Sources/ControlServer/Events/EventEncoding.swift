// From an accepted change to a line of the stream, for the provider's people and for the tenant that it is about.

import ControlAPI
import FleetModel
import Leasing
import Scheduling

/// Writes changes as the stream has them.
struct EventEncoding {
    /// Names are made with its key; hardware is named as its fleet has it.
    let book: Book

    /// A change as operators and auditors see it; nil when nothing of it was asked for.
    func line(_ change: AcceptedChange, _ query: EventQuery) -> ChangeLine? {
        let entry = change.entry
        let events = zip(entry.facts, change.subjects).compactMap { fact, subject -> ChangeEvent? in
            guard query.tenant == nil || subject?.tenant == query.tenant else { return nil }
            let event = fact.event(recordedAt: entry.recordedAt)
            guard query.takes(event.kind) else { return nil }
            let lease = (subject?.lease ?? event.lease).map { book.naming.id(of: $0) }
            return answer(event, lease: lease, subject, fact.words(lease: lease ?? ""))
        }
        guard !events.isEmpty else { return nil }
        return ChangeLine(
            revision: Int(entry.revision), at: Timestamp(entry.recordedAt), actor: entry.actor.name,
            role: entry.actor.role, requestId: entry.requestID, reason: entry.reason.isEmpty ? nil : entry.reason,
            events: events)
    }

    /// A tenant's share of a change, as the tenant sees it: nothing in it is about anybody else.
    func line(_ share: TenantChange, of tenant: String, at place: UInt64, _ query: EventQuery) -> ChangeLine? {
        let (entry, change) = (share.entry, share.change)
        let events = zip(change.entry.facts, change.subjects).compactMap { fact, subject -> ChangeEvent? in
            guard let subject, subject.tenant == tenant else { return nil }
            let event = fact.event(recordedAt: change.entry.recordedAt).forTenant
            guard query.takes(event.kind) else { return nil }
            let lease = subject.lease.map { book.naming.id(of: $0) }
            return answer(event, lease: lease, subject, fact.words(forTenantOf: lease ?? ""))
        }
        guard !events.isEmpty else { return nil }
        return ChangeLine(
            number: Int(place), at: Timestamp(entry.recordedAt), actor: entry.actor, role: entry.role,
            requestId: entry.requestID, reason: entry.reason.flatMap { $0.isEmpty ? nil : $0 }, events: events)
    }

    private func answer(
        _ event: FactEvent, lease: String?, _ subject: FactSubject?, _ words: String
    ) -> ChangeEvent {
        var answer = ChangeEvent(kind: event.kind.rawValue, what: words)
        answer.lease = lease
        answer.newLease = event.newLease.map { book.naming.id(of: $0) }
        answer.tenant = subject?.tenant ?? event.tenant
        (answer.receiver, answer.contract, answer.name) = (event.receiver, event.contract, event.name)
        (answer.budget, answer.loadTarget, answer.source) = (event.budget, event.loadTarget, event.source)
        if let nodes = event.nodes {
            answer.nodes = HardwarePaths(book.register.nodesLeft(of: nodes), in: book.fleet).paths
            answer.nodeCount = nodes.reduce(0) { $0 + Int($1.count) }
        }
        (answer.gpus, answer.watts) = (event.gpus, event.watts.map { Int($0) })
        (answer.start, answer.end) = (event.start.map { Timestamp($0) }, event.end.map { Timestamp($0) })
        answer.at = event.at.map { Timestamp($0) }
        answer.class = event.leaseClass.map { ControlAPI.LeaseClass($0) }
        answer.notice = event.notice.map { book.noticeID($0) }
        answer.deadline = event.deadline.map { Timestamp($0) }
        answer.order = event.order.map { OrderID.text($0) }
        answer.approval = event.approval.map { ApprovalID.text($0) }
        answer.transfer = event.transfer.map { book.transferID($0) }
        answer.sublease = event.sublease.map { book.subleaseID($0) }
        answer.fault = event.fault.map { book.faultID($0) }
        answer.xid = event.xid.map { Int($0) }
        return answer
    }
}
