// What may be asked of the book.

public import FleetModel

/// A verb on nodes; the same word in route, CLI, command and log.
public enum NodeVerb: String, CaseIterable, Sendable {
    case cordon, uncordon, drain, undrain, fault, service, repair, cleaned, validated
}

/// One change that is asked for.
public enum Command: Sendable {
    /// The first change of a book.
    case open(bookID: String, secret: [UInt8], fleet: Fleet, level: UInt64 = FormatLevel.current.number)
    /// A proposed fleet; refused when it conflicts with leases.
    case adoptFleet(Fleet)
    case putTenant(name: String, quota: Quota, share: QuotaShare = QuotaShare(), description: String)
    case removeTenant(name: String)
    case putCohort(Cohort)
    case removeCohort(name: String)
    case putContract(name: String, terms: ContractTerms)
    case removeContract(name: String)
    /// All of these leases or none of them. A plan's token, where there is one, fixes the hardware.
    case requestLeases([LeaseOrder], planTokens: [[UInt8]?])
    /// A series: all of these leases of one tenant or none, labelled as `LeaseSeries` has it.
    case requestSeries(String, [LeaseOrder])
    /// Cancels or ends every lease of a tenant's series that is not over.
    case releaseSeries(String, tenant: String, by: Audience = .provider)
    /// Changes a lease as a whole or not at all.
    case amendLease(UInt64, Amendment)
    /// Cancels a lease before its start, ends it after.
    case releaseLease(UInt64, by: Audience = .provider)
    /// Serves a notice: capacity is taken back, or the lease ends.
    case serveReclaim(UInt64, ReclaimOrder)
    case withdrawReclaim(UInt64, byTenant: Bool)
    /// What the tenant wants to go first under the notice in force: dense, ascending ranges of nodes.
    case nominate(UInt64, nodes: [Range<Int>])
    /// A second operator's answer to what one has asked for.
    case answerApproval(UInt64, approves: Bool)
    /// Tenants, contracts, and leases on the hardware that is held already: all of it or nothing.
    case importBook(ImportOrder)
    /// Some of what a lease holds becomes a lease of its own.
    case splitLease(UInt64, LeaseSelection, by: Audience)
    /// Offers a lease, or a share of it, to another tenant.
    case proposeTransfer(UInt64, TransferOrder, by: Audience)
    /// One side's answer to what is offered; with the last one the lease is handed over.
    case answerTransfer(UInt64, TransferReply, by: Audience)
    case withdrawTransfer(UInt64, by: Audience)
    /// Offers to let a lease, or a share of it, to another tenant.
    case proposeSublease(UInt64, SubleaseOrder, by: Audience)
    /// One side's answer to what is offered; with the last one it is let.
    case answerSublease(UInt64, accepts: Bool, label: String? = nil, by: Audience)
    /// Takes an offer back, gives back what is let, or ends it as was agreed.
    case endSublease(UInt64, by: Audience)
    /// A bearer token, of which the book keeps a digest.
    case makeToken(TokenOrder)
    /// Ends a token with all that were made with it.
    case revokeToken(UInt64)
    /// Maintenance of a name; what it was before is replaced.
    case putMaintenance(String, Maintenance.Plan)
    case removeMaintenance(String)
    /// A budget domain carries nothing any more, or a source of a root nothing.
    case failFeed(String, source: String?)
    case restoreFeed(String, source: String?)
    /// `nodes` are dense, ascending ranges of the fleet in force.
    case setNodes(NodeVerb, nodes: [Range<Int>], until: Int64?)
    /// Notes which GPUs sit where.
    case identifyGPUs([GPUIdentification])
    case reportFault(FaultOrder)
    /// An operator's word on a report that is open; without an act, what the policy proposes.
    case decideFault(UInt64, accepts: Bool, act: FaultReport.Act?)
    /// Plans how a load target is met and puts it in force, in place of what was set under its key before.
    ///
    /// With `approvalSeconds` one that is under what is committed waits for a second operator, at most so long.
    case setLoadTarget(LoadTarget, approvalSeconds: Int64? = nil)
    /// Ends a load target now.
    case removeLoadTarget(LoadTargetKey)
    /// The actuator says that it has orders: all of them or none.
    case acknowledgeOrders([UInt64])
    /// A tenant says that it has read a notice to one of its leases.
    case acknowledgeNotice(UInt64, lease: UInt64)
    /// Stops every time-driven change, or lets them go on.
    case setFreeze(Bool)
    /// Notes that an operator has believed the clock after a jump.
    case confirmClock
    /// Has the book written at this program's format level from now on, which programs before it do not read.
    case finaliseUpgrade
    /// Notes that a copy of the book is being written there.
    case noteBackup(path: String)
    /// Carries commands out in order, all or none; with a commitment only when they decide what the plan said.
    case carryOut([PlannedCommand], PlanCommitment?)
    /// Applies what is due at the time of the step.
    case advance
    /// Changes nothing; answered like a change, so that it shows that changes get through.
    case heartbeat

    /// Whether a refusal can come after part of it has been applied.
    var isBatch: Bool {
        switch self {
        // What a plan's token fixes can make others give way.
        case .requestLeases(_, let tokens) where tokens.contains { $0 != nil }: true
        case .requestLeases(let orders, _), .requestSeries(_, let orders):
            orders.count > 1 || orders.contains { order in order.lines.contains { !$0.ramp.isEmpty } }
        case .amendLease, .carryOut, .serveReclaim, .withdrawReclaim, .nominate, .answerApproval, .splitLease,
            .proposeTransfer, .answerTransfer, .proposeSublease, .answerSublease, .importBook:
            true
        default: false
        }
    }
}

extension Command {
    /// Whether it names nodes by their places in the fleet in force, which another fleet gives to other nodes.
    var namesNodes: Bool {
        switch self {
        case .setNodes, .nominate, .putMaintenance, .identifyGPUs, .importBook: true
        case .requestLeases(let orders, _), .requestSeries(_, let orders):
            orders.contains { order in order.lines.contains { $0.claim != nil } }
        case .amendLease(_, let amendment):
            amendment.lines.contains { line in
                guard case .added(let added) = line.change else { return false }
                return added.claim != nil
            }
        case .splitLease(_, let selection, _): !selection.nodes.isEmpty
        case .proposeTransfer(_, let order, _): order.selection.map { !$0.nodes.isEmpty } ?? false
        case .proposeSublease(_, let order, _): order.selection.map { !$0.nodes.isEmpty } ?? false
        case .carryOut(let commands, _): commands.contains { $0.command.namesNodes }
        default: false
        }
    }
}

/// Who asks, why, and when.
public struct CommandContext: Sendable {
    public var actor: Actor
    public var reason: String
    public var requestID: String
    public var idempotencyKey: IdempotencyKey?
    /// The time of the step, seconds since 1970.
    public var now: Int64
    /// The version of the fleet whose nodes the command names; nil where nothing can come in between.
    public var fleetVersion: Int?

    public init(
        actor: Actor, reason: String, requestID: String, idempotencyKey: IdempotencyKey? = nil, now: Int64,
        fleetVersion: Int? = nil
    ) {
        self.fleetVersion = fleetVersion
        self.actor = actor
        self.reason = reason
        self.requestID = requestID
        self.idempotencyKey = idempotencyKey
        self.now = now
    }
}

/// What an accepted change did.
public struct Outcome: Sendable {
    /// The leases it is about: granted, released, or granted before under the same key.
    public var leases: [UInt64] = []
    /// True when a kept success was given again.
    public var isRepeated = false
    /// Nodes that the change named.
    public var nodeCount = 0
    public var replacements: [Replacement] = []
    /// Leases that give way to what was granted.
    public var preempted: [UInt64] = []
    /// Leases that now get less than was promised.
    public var degraded: [UInt64] = []
    /// True when more is due than one step applies.
    public var hasMoreDue = false
    /// The load target that was set or removed.
    public var loadTarget: LoadTargetKey?
    /// What waits for a second operator, or was answered by one.
    public var approval: UInt64?
    /// The transfer that was proposed or answered.
    public var transfer: UInt64?
    /// The sub-lease that was proposed, answered or ended.
    public var sublease: UInt64?
    /// The last that was noted of either of them, also under the same key before.
    public var offer: OfferNote?
    /// The tokens that were made or revoked.
    public var tokens: [UInt64] = []

    public init() {}

    mutating func noteDegraded(_ lease: UInt64) {
        if !degraded.contains(lease) { degraded.append(lease) }
    }
}
