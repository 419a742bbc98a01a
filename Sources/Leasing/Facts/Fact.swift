// What was decided. Facts, not requests, are stored, so replaying them moves nobody.

import Crypto
import FleetModel
public import Packing

/// Why a node is not open, and who said so.
public struct NodeNote: Equatable, Sendable, FieldCoded {
    public var reason: String
    public var actor: String
    public var since: Int64
    /// When it ends by itself; nil when somebody has to say so.
    public var until: Int64?
    /// The cordon or drain that was there when the node failed, and is there again when it has been repaired.
    var beneath: Closure?

    static var blank: NodeNote { NodeNote(reason: "", actor: "", since: 0, until: nil) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&reason)
        try coder.code(&actor)
        try coder.code(&since)
        try coder.code(&until)
        try coder.code(&beneath, blank: .blank) { (closure, coder) throws(CodingFault) in try coder.code(&closure) }
    }
}

/// A cordon or drain as it was asked for.
struct Closure: Equatable, Sendable, FieldCoded {
    var health: NodeHealth
    var reason: String
    var actor: String
    var since: Int64
    var until: Int64?

    static var blank: Closure { Closure(health: .cordoned, reason: "", actor: "", since: 0, until: nil) }

    var note: NodeNote { NodeNote(reason: reason, actor: actor, since: since, until: until) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&health)
        try coder.code(&reason)
        try coder.code(&actor)
        try coder.code(&since)
        try coder.code(&until)
    }
}

/// One decision. Hardware is named by permanent ids.
///
/// The numbers in `Fact+Coding.swift` are the stored form: a case keeps its number for ever.
public enum Fact: Equatable, Sendable {
    /// The book's first fact: its id, the secret that lease ids and plan tokens are made with, and the format level at which it is
    /// written.
    case bookOpened(bookID: String, secret: [UInt8], level: UInt64)
    /// The book is written at a higher format level from now on.
    case upgradeFinalised(level: UInt64)
    /// A fleet file came into force; `runs` says which node carries which id.
    case fleetAdopted(source: String, runs: [IDRun], nextID: UInt32)
    case tenantPut(name: String, quota: Quota, description: String)
    /// With `endsName`, who is made under the name later is another tenant; without it, as it was written once, the same one.
    case tenantRemoved(name: String, endsName: Bool)
    /// A tenant's place in a cohort.
    case tenantShared(name: String, share: QuotaShare)
    case cohortSet(Cohort)
    case cohortRemoved(name: String)
    case contractPut(name: String, terms: ContractTerms)
    case contractRemoved(name: String)
    case leaseGranted(LeaseRecord)
    /// Something happened to a lease at `at`, which may be earlier than when it was recorded.
    case leaseMoved(number: UInt64, event: LeaseEvent, at: Int64)
    /// The nodes of a lease that are down from now on; empty when none is.
    case leaseMembersDown(number: UInt64, nodes: [IDRange], conditions: [Condition])
    case memberReplaced(Replacement)
    /// A lease was granted a further part; the record says which lease.
    case leasePartGranted(LeaseRecord)
    /// A part of a lease, or the lease itself, is from now on as the record says.
    case leasePartAmended(LeaseRecord)
    /// A notice was served on a lease, or has changed.
    case reclaimSet(Reclaim)
    /// A change waits for a second operator.
    case approvalAsked(Approval)
    case approvalEnded(number: UInt64, end: Approval.End)
    /// A lease comes under the newest version of its contract.
    case leaseTermsRenewed(number: UInt64)
    /// The next cap of a lease or part began at `at`, as it was agreed.
    case leaseCapStepped(number: UInt64, at: Int64)
    case nodesSet(nodes: [IDRange], health: NodeHealth, note: NodeNote)
    /// A provisioner reported nodes clean.
    case nodesCleaned([IDRange])
    /// Nodes are validated, or their turn-round is over.
    case nodesReturned([IDRange])
    /// The turn-round of nodes is over its time and nobody has reported them yet.
    case nodesOverdue([IDRange])
    case loadTargetSet(LoadTarget)
    /// All that one load target does to a lease, in place of what it did.
    case leaseCurtailed(number: UInt64, target: LoadTargetKey, steps: [CurtailmentStep])
    /// A curtailment of a lease has begun or ended at `at`.
    case leasePowerSettled(number: UInt64, at: Int64)
    case orderAcknowledged(number: UInt64, by: String)
    /// Half of an order's notice has gone by without an acknowledgement.
    case orderOverdue(number: UInt64)
    case noticeAcknowledged(lease: UInt64, notice: UInt64)
    /// Nothing starts or ends by time from now on.
    case frozen(Freeze)
    case unfrozen
    /// An operator has looked at a clock that had jumped. Changes nothing.
    case clockConfirmed
    /// A copy of the book is being written to a path on the daemon's machine. Changes nothing.
    case backupBegun(path: String)
    /// Maintenance of that name has these windows from now on, in place of those that it had.
    case maintenanceSet(MaintenanceRecord)
    case maintenanceRemoved(name: String)
    /// The first window of a maintenance was over at `at`; with the last one it is gone.
    case maintenanceOver(name: String, at: Int64)
    /// A budget domain, or a source of a root, carries nothing from now on.
    case feedFailed(FeedFailure)
    case feedRestored(budget: String, source: String?)
    /// Nodes that only lack a feed; they become faulty with it.
    case nodesDarkened([IDRange])
    /// What is known from now on of the GPUs of some nodes.
    case gpusIdentified([NodeIdentity])
    case faultReported(FaultReport)
    /// An operator accepted or rejected a report.
    case faultDecided(FaultVerdict)
    /// Somebody has begun to repair nodes that are faulty.
    case repairBegun(nodes: [IDRange], note: NodeNote)
    /// A lease has one of the spares again that it was granted.
    case spareReturned(SpareReturn)
    /// One lease became two of the same tenant.
    case leaseSplit(LeaseSplit)
    /// A lease left its tenant's hands at `at` by a transfer; what follows says in whose it is.
    case leaseHandedOver(number: UInt64, transfer: UInt64, at: Int64)
    case leaseTakenOver(LeaseTakeover)
    /// Something happened to a transfer, as one of the tenants has it in its log.
    case transferNoted(TransferNote)
    /// Something happened to a sub-lease, as one of the tenants has it in its log.
    case subleaseNoted(SubleaseNote)
    /// A bearer token counts from now on.
    case tokenMade(AccessToken)
    /// A bearer token counts no more.
    case tokenRevoked(number: UInt64, owner: TokenOwner, name: String)
}

/// A `HardwareRun` as it is stored.
public struct IDRun: Equatable, Sendable, FieldCoded {
    public var firstNode: Int
    public var firstID: UInt32
    public var count: Int

    static var blank: IDRun { IDRun(firstNode: 0, firstID: 0, count: 0) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&firstNode)
        try coder.code(&firstID)
        try coder.code(&count)
    }
}

/// Who asked for a change, as the audit log keeps it.
public struct Actor: Equatable, Sendable, FieldCoded {
    /// For example `uid:1000 ada`, or `berthd` for what time brings.
    public var name: String
    public var role: String

    public init(name: String, role: String) {
        self.name = name
        self.role = role
    }

    public static var daemon: Actor { Actor(name: "berthd", role: "daemon") }

    static var blank: Actor { Actor(name: "", role: "") }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&name)
        try coder.code(&role)
    }
}

/// A key under which a repeated request gets the first one's success.
public struct IdempotencyKey: Hashable, Sendable, FieldCoded {
    /// Whose key it is.
    public var scope: String
    public var key: String
    /// Digest of what was asked.
    public var bodyDigest: [UInt8]

    public init(scope: String, key: String, bodyDigest: [UInt8]) {
        self.scope = scope
        self.key = key
        self.bodyDigest = bodyDigest
    }

    static var blank: IdempotencyKey { IdempotencyKey(scope: "", key: "", bodyDigest: []) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&scope)
        try coder.code(&key)
        try coder.code(&bodyDigest)
    }
}

/// One accepted change: what the journal holds under one sequence number, and the audit log as one line.
public struct Entry: Equatable, Sendable {
    public var revision: UInt64
    /// When it was recorded; never decreases.
    public var recordedAt: Int64
    public var actor: Actor
    public var reason: String
    public var requestID: String
    public var idempotencyKey: IdempotencyKey?
    public var facts: [Fact]

    public init(
        revision: UInt64, recordedAt: Int64, actor: Actor, reason: String, requestID: String,
        idempotencyKey: IdempotencyKey?, facts: [Fact]
    ) {
        self.revision = revision
        self.recordedAt = recordedAt
        self.actor = actor
        self.reason = reason
        self.requestID = requestID
        self.idempotencyKey = idempotencyKey
        self.facts = facts
    }
}

extension IdempotencyKey {
    /// A key for one request as it came: the same method, path and body give the same digest.
    public init(scope: String, key: String, method: String, path: String, body: [UInt8]) {
        self.init(scope: scope, key: key, bodyDigest: Self.digest(method: method, path: path, body: body))
    }

    /// What tells one request from another under the same key. O(bytes).
    public static func digest(method: String, path: String, body: [UInt8]) -> [UInt8] {
        var hash = SHA256()
        hash.update(data: Array("\(method) \(path)\n".utf8))
        hash.update(data: body)
        return Array(hash.finalize())
    }
}
