// Changes that wait for a second operator.

import Packing

/// A change that one operator has asked for and another one has to approve.
public struct Approval: Equatable, Sendable {
    public enum Subject: Equatable, Sendable {
        /// A notice on a lease, and what it would come to if it were served when it was asked for.
        case reclaim(ReclaimOrder, Reclaim)
        case loadTarget(LoadTarget)
    }

    public enum End: UInt8, CaseIterable, Sendable {
        case approved, declined, expired

        public var name: String {
            switch self {
            case .approved: "approved"
            case .declined: "declined"
            case .expired: "expired"
            }
        }
    }

    public let number: UInt64
    public let subject: Subject
    public let askedBy: String
    public let reason: String
    public let askedAt: Int64
    /// From when on it can no longer be approved.
    public let expiresAt: Int64
}

/// Approvals that are open, in order of numbers. A value on shared pages, as the book is.
struct ApprovalTable: Sendable {
    var open = RadixTable<Approval>()
    var nextNumber: UInt64 = 1
    /// Open at one time at most.
    static let openMax = 1_000
}

extension Book {
    /// What waits for a second operator, in the order in which it was asked for.
    public var openApprovals: [Approval] {
        var all: [Approval] = []
        approvals.open.forEach { _, approval in
            all.append(approval)
            return true
        }
        return all
    }

    /// The approval that a notice on a lease waits for, and what the notice would come to.
    public func openApproval(ofNoticeOn lease: UInt64) -> (approval: Approval, preview: Reclaim)? {
        for approval in openApprovals {
            if case .reclaim(_, let preview) = approval.subject, preview.lease == lease { return (approval, preview) }
        }
        return nil
    }

    public func approval(_ number: UInt64) -> Approval? { approvals.open[number] }

    mutating func apply(_ approval: Approval) {
        approvals.open[approval.number] = approval
        approvals.nextNumber = max(approvals.nextNumber, approval.number + 1)
        agenda.add(.approvalExpires(approval.number), at: approval.expiresAt)
    }

    mutating func endApproval(_ number: UInt64) {
        guard let approval = approvals.open[number] else { return }
        agenda.remove(.approvalExpires(number), at: approval.expiresAt)
        approvals.open[number] = nil
    }

    // MARK: Deciding

    /// Notes a change as one that waits.
    mutating func ask(for subject: Approval.Subject, within seconds: Int64, _ step: inout Step) throws(Refusal) {
        guard step.use == .alone else {
            throw Refusal(
                forbiddenBy: .approvals, "it needs a second operator's approval, which is asked for outside of plans")
        }
        guard openApprovals.count < ApprovalTable.openMax else {
            throw Refusal(.wrongState, "\(ApprovalTable.openMax) approvals are open; answer some first")
        }
        let approval = Approval(
            number: approvals.nextNumber, subject: subject, askedBy: step.actor.name, reason: step.reason,
            askedAt: step.now, expiresAt: step.now + seconds)
        commit(.approvalAsked(approval), &step)
        step.outcome.approval = approval.number
    }

    /// A second operator's answer. What is approved is decided now, and refused if it no longer goes.
    mutating func decideApproval(_ number: UInt64, approves: Bool, _ step: inout Step) throws(Refusal) {
        guard let approval = approval(number), approval.expiresAt > step.now else {
            throw Refusal(.notFound, "there is no such approval; it may have been answered or have expired")
        }
        step.outcome.approval = number
        guard approves else { return commit(.approvalEnded(number: number, end: .declined), &step) }
        guard approval.askedBy != step.actor.name else {
            throw Refusal(
                forbiddenBy: .approvals, "\(approval.askedBy) asked for it; another operator approves it")
        }
        commit(.approvalEnded(number: number, end: .approved), &step)
        switch approval.subject {
        case .reclaim(let order, let preview):
            try serveReclaim(order, of: preview.lease, by: approval.askedBy, because: approval.reason, &step)
        case .loadTarget(let target): try decideLoadTarget(target, approvalSeconds: nil, &step)
        }
    }
}
