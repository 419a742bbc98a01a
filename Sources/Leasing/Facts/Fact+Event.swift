// The one table from facts to events: of which kind, and with which figures.

public import FleetModel
import Packing

/// What those who watch are told of a fact. Leases, notices and the like go by their numbers, hardware by permanent id.
public struct FactEvent: Equatable, Sendable {
    public var kind: EventKind
    /// The lease, or the part of one.
    public var lease: UInt64?
    /// The lease that came of it.
    public var newLease: UInt64?
    public var tenant: String?
    /// Who is to hold the lease, or to use it.
    public var receiver: String?
    public var contract: String?
    /// Of a cohort, a fleet, a maintenance or a token.
    public var name: String?
    public var budget: String?
    /// Of a budget domain's load targets.
    public var loadTarget: String?
    /// Of a budget domain's sources.
    public var source: String?
    public var nodes: [IDRange]?
    public var gpus: Int?
    public var watts: Watts?
    public var start: Int64?
    public var end: Int64?
    /// When it took effect, where that may be before it was recorded.
    public var at: Int64?
    public var leaseClass: LeaseClass?
    public var notice: UInt64?
    /// When the first of what a notice takes goes.
    public var deadline: Int64?
    public var order: UInt64?
    public var approval: UInt64?
    public var transfer: UInt64?
    public var sublease: UInt64?
    public var fault: UInt64?
    public var xid: Int64?

    init(_ kind: EventKind) { self.kind = kind }

    fileprivate init(_ kind: EventKind, _ fill: (inout FactEvent) -> Void) {
        self.kind = kind
        fill(&self)
    }

    /// What of it the tenant that the fact is about may see: whose call or gain it was is the provider's affair.
    public var forTenant: FactEvent {
        var event = self
        (event.budget, event.loadTarget, event.source, event.approval, event.order) = (nil, nil, nil, nil, nil)
        return event
    }
}

extension Fact {
    /// The event that a fact is, recorded at `time`.
    public func event(recordedAt time: Int64) -> FactEvent {
        switch self {
        case .bookOpened: FactEvent(.bookOpened)
        case .upgradeFinalised: FactEvent(.upgradeFinalised)
        case .fleetAdopted: FactEvent(.fleetAdopted)
        case .tenantPut(let name, _, _): FactEvent(.tenantPut) { $0.tenant = name }
        case .tenantRemoved(let name, _): FactEvent(.tenantRemoved) { $0.tenant = name }
        case .tenantShared(let name, let share):
            FactEvent(.tenantShared) { ($0.tenant, $0.name) = (name, share.cohort) }
        case .cohortSet(let cohort): FactEvent(.cohortPut) { $0.name = cohort.name }
        case .cohortRemoved(let name): FactEvent(.cohortRemoved) { $0.name = name }
        case .contractPut(let name, let terms):
            FactEvent(.contractPut) { ($0.contract, $0.tenant) = (name, terms.tenant) }
        case .contractRemoved(let name): FactEvent(.contractRemoved) { $0.contract = name }
        case .leaseGranted(let record): record.event(.leaseGranted)
        case .leasePartGranted(let record): record.event(.leasePartGranted)
        case .leasePartAmended(let record): record.event(.leaseAmended)
        case .leaseMoved(let number, let event, let at):
            FactEvent(event.kind) { ($0.lease, $0.at) = (number, at) }
        case .leaseMembersDown(let number, let nodes, _):
            FactEvent(nodes.isEmpty ? .leaseMembersUp : .leaseMembersDown) {
                ($0.lease, $0.nodes) = (number, nodes.isEmpty ? nil : nodes)
            }
        case .memberReplaced(let replacement):
            FactEvent(.leaseMemberReplaced) {
                $0.lease = replacement.lease
                $0.nodes = [replacement.old, replacement.new].map { IDRange(first: $0, count: 1) }
            }
        case .spareReturned(let spare):
            FactEvent(.leaseSpareReturned) {
                ($0.lease, $0.nodes) = (spare.lease, [IDRange(first: spare.node, count: 1)])
            }
        case .leaseTermsRenewed(let number): FactEvent(.leaseTermsRenewed) { $0.lease = number }
        case .leaseCapStepped(let number, let at): FactEvent(.leaseCapStepped) { ($0.lease, $0.at) = (number, at) }
        case .leaseSplit(let split):
            FactEvent(.leaseSplit) { ($0.lease, $0.newLease) = (split.lease, split.newLease) }
        case .leaseHandedOver(let number, let transfer, let at):
            FactEvent(.leaseHandedOver) { ($0.lease, $0.transfer, $0.at) = (number, transfer, at) }
        case .leaseTakenOver(let takeover):
            FactEvent(.leaseTakenOver) {
                ($0.lease, $0.transfer, $0.tenant) = (takeover.newLease, takeover.transfer, takeover.tenant)
            }
        case .transferNoted(let note): note.factEvent
        case .subleaseNoted(let note): note.factEvent
        case .tokenMade(let token):
            FactEvent(.tokenMade) {
                ($0.name, $0.tenant, $0.end) = (token.name, token.owner.tenantName, token.expiresAt)
            }
        case .tokenRevoked(_, let owner, let name):
            FactEvent(.tokenRevoked) { ($0.name, $0.tenant) = (name, owner.tenantName) }
        case .reclaimSet(let reclaim): reclaim.event(recordedAt: time)
        case .noticeAcknowledged(let lease, let notice):
            FactEvent(.noticeAcknowledged) { ($0.lease, $0.notice) = (lease, notice) }
        case .approvalAsked(let approval):
            FactEvent(.approvalAsked) { ($0.approval, $0.end) = (approval.number, approval.expiresAt) }
        case .approvalEnded(let number, let end): FactEvent(end.kind) { $0.approval = number }
        case .nodesSet, .nodesCleaned, .nodesReturned, .nodesOverdue, .nodesDarkened, .repairBegun, .gpusIdentified,
            .faultReported, .faultDecided, .loadTargetSet, .leaseCurtailed, .leasePowerSettled, .orderAcknowledged,
            .orderOverdue, .frozen, .unfrozen, .clockConfirmed, .backupBegun, .feedFailed, .feedRestored,
            .maintenanceSet, .maintenanceRemoved,
            .maintenanceOver:
            hardwareEvent(recordedAt: time)
        }
    }

    /// The rest of the table: hardware, power and time.
    private func hardwareEvent(recordedAt time: Int64) -> FactEvent {
        switch self {
        case .nodesSet(let nodes, let health, let note):
            FactEvent(health.kind) { ($0.nodes, $0.end) = (nodes, note.until) }
        case .nodesCleaned(let nodes): FactEvent(.nodeCleaned) { $0.nodes = nodes }
        case .nodesReturned(let nodes): FactEvent(.nodeReturned) { $0.nodes = nodes }
        case .nodesOverdue(let nodes): FactEvent(.nodeOverdue) { $0.nodes = nodes }
        case .nodesDarkened(let nodes): FactEvent(.nodeDarkened) { $0.nodes = nodes }
        case .repairBegun(let nodes, let note):
            FactEvent(.nodeRepairBegun) { ($0.nodes, $0.end) = (nodes, note.until) }
        case .gpusIdentified(let identities):
            FactEvent(.nodeIdentified) { $0.nodes = identities.map { IDRange(first: $0.node, count: 1) } }
        case .faultReported(let report):
            FactEvent(.faultReported) {
                ($0.fault, $0.tenant, $0.lease, $0.xid) = (
                    report.number, report.tenant, report.leases.first, report.xid
                )
                $0.nodes = [IDRange(first: report.node, count: 1)]
            }
        case .faultDecided(let verdict):
            FactEvent(verdict.state == .accepted ? .faultAccepted : .faultRejected) {
                ($0.fault, $0.tenant) = (verdict.number, verdict.tenant)
            }
        case .loadTargetSet(let target):
            FactEvent(target.until <= time ? .loadTargetEnded : .loadTargetSet) {
                ($0.budget, $0.loadTarget, $0.watts) = (target.key.budget, target.key.id, target.watts)
                ($0.start, $0.end) = (target.start, target.end)
            }
        case .leaseCurtailed(let number, let target, let steps):
            FactEvent(.leaseCurtailed) {
                ($0.lease, $0.budget, $0.loadTarget) = (number, target.budget, target.id)
                $0.start = steps.first?.start
                $0.end = steps.last.flatMap { $0.until == .max ? nil : $0.until }
            }
        case .leasePowerSettled(let number, let at): FactEvent(.leasePowerSettled) { ($0.lease, $0.at) = (number, at) }
        case .orderAcknowledged(let number, _): FactEvent(.orderAcknowledged) { $0.order = number }
        case .orderOverdue(let number): FactEvent(.orderOverdue) { $0.order = number }
        case .frozen: FactEvent(.clockFrozen)
        case .unfrozen: FactEvent(.clockUnfrozen)
        case .clockConfirmed: FactEvent(.clockConfirmed)
        case .backupBegun: FactEvent(.backupBegun)
        case .feedFailed(let failure):
            FactEvent(.feedFailed) { ($0.budget, $0.source) = (failure.budget, failure.source) }
        case .feedRestored(let budget, let source):
            FactEvent(.feedRestored) { ($0.budget, $0.source) = (budget, source) }
        case .maintenanceSet(let record):
            FactEvent(.maintenanceSet) {
                ($0.name, $0.nodes) = (record.name, record.nodes)
                ($0.start, $0.end) = (record.windows.first?.start, record.windows.first?.end)
            }
        case .maintenanceRemoved(let name): FactEvent(.maintenanceRemoved) { $0.name = name }
        case .maintenanceOver(let name, let at): FactEvent(.maintenanceOver) { ($0.name, $0.at) = (name, at) }
        default: preconditionFailure("a fact is in one half of the table of events")
        }
    }
}

extension LeaseRecord {
    fileprivate func event(_ kind: EventKind) -> FactEvent {
        FactEvent(kind) {
            ($0.lease, $0.tenant, $0.contract) = (leaseNumber, tenant, contract)
            ($0.gpus, $0.watts, $0.start, $0.end) = (promised.gpus, promised.watts, start, end)
            $0.leaseClass = leaseClass
        }
    }
}

extension Reclaim {
    /// A notice is served once; what is set of it afterwards changes or withdraws it, or says that the tenant knows.
    fileprivate func event(recordedAt time: Int64) -> FactEvent {
        let kind: EventKind =
            if withdrawnAt != nil {
                .noticeWithdrawn
            } else if acknowledgedAt == time {
                .noticeAcknowledged
            } else {
                servedAt == time && acknowledgedAt == nil && nominated.isEmpty ? .noticeServed : .noticeChanged
            }
        return FactEvent(kind) {
            ($0.lease, $0.notice, $0.deadline, $0.gpus) = (lease, notice, deadline, steps.last?.gpus)
        }
    }
}

extension TransferNote {
    fileprivate var factEvent: FactEvent {
        let kind: EventKind =
            switch event {
            case .proposed: .transferProposed
            case .offered: .transferOffered
            case .holderAgreed: .transferHolderAgreed
            case .receiverAgreed: .transferReceiverAgreed
            case .providerAgreed: .transferProviderAgreed
            case .declined: .transferDeclined
            case .withdrawn: .transferWithdrawn
            case .expired: .transferExpired
            }
        return FactEvent(kind) {
            // The lease's name is its holder's.
            $0.lease = tenant == transfer.from ? transfer.lease : nil
            ($0.tenant, $0.receiver, $0.transfer) = (tenant, transfer.to, transfer.number)
            ($0.gpus, $0.watts) = (transfer.capacity.gpus, transfer.capacity.watts)
        }
    }
}

extension SubleaseNote {
    fileprivate var factEvent: FactEvent {
        let kind: EventKind =
            switch event {
            case .proposed: .subleaseProposed
            case .offered: .subleaseOffered
            case .holderAgreed: .subleaseHolderAgreed
            case .tenantAgreed: .subleaseTenantAgreed
            case .providerAgreed: .subleaseProviderAgreed
            case .declined: .subleaseDeclined
            case .withdrawn: .subleaseWithdrawn
            case .expired: .subleaseExpired
            case .begun: .subleaseBegun
            case .noticeGiven: .subleaseNoticeGiven
            case .over: .subleaseOver
            }
        return FactEvent(kind) {
            // The lease's name is its holder's.
            $0.lease = tenant == sublease.from ? sublease.lease : nil
            ($0.tenant, $0.receiver, $0.sublease) = (tenant, sublease.to, sublease.number)
            ($0.gpus, $0.watts, $0.end) = (sublease.capacity.gpus, sublease.capacity.watts, sublease.end)
        }
    }
}

extension LeaseEvent {
    fileprivate var kind: EventKind {
        switch self {
        case .start: .leaseStarted
        case .deliver: .leaseDelivered
        case .end: .leaseEnded
        case .release: .leaseReleased
        case .return: .leaseReturned
        case .takeBack: .leaseReclaimed
        case .giveWay: .leasePreempted
        case .handOver: .leaseHandedOver
        }
    }
}

extension Approval.End {
    fileprivate var kind: EventKind {
        switch self {
        case .approved: .approvalApproved
        case .declined: .approvalDeclined
        case .expired: .approvalExpired
        }
    }
}

extension NodeHealth {
    fileprivate var kind: EventKind {
        switch self {
        case .open: .nodeOpened
        case .cordoned: .nodeCordoned
        case .draining: .nodeDraining
        case .faulty: .nodeFaulty
        case .validating: .nodeValidating
        }
    }
}
