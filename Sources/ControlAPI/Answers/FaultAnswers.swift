// Fault reports and the policy that they come under.

/// Where a report stands.
public enum FaultState: String, WireEnumeration {
    /// An operator has to decide.
    case open
    /// It was acted on.
    case accepted
    /// Nothing is wrong with the hardware, or so it was decided.
    case rejected
    /// The hardware has been put right since.
    case resolved
}

/// What an error says of the hardware.
public enum FaultClass: String, WireEnumeration {
    /// A program failed; the GPU is sound.
    case application
    /// The GPU goes on, and is reset when its node is next turned round.
    case note
    /// The GPU has to be taken out, but not this minute.
    case drain
    /// The GPU is lost: out at once.
    case fault
    /// The policy does not know it: an operator decides.
    case unknown
}

/// One fault report. Fields that only the provider may see are absent for tenants.
public struct FaultReportAnswer: Codable, Sendable, Equatable {
    /// Its id.
    public var id: String
    /// Where it stands.
    public var state: FaultState
    /// What was done about it.
    public var act: FaultAct
    /// Why, in a few words.
    public var remark: String
    /// Who reported; absent: the provider measured it.
    public var tenant: String?
    /// The tenant's leases that held the hardware.
    public var leases: [String]?
    /// The node; absent: it has been retired.
    public var node: String?
    /// The GPUs, with their UUIDs as they were known then; absent: the node as such.
    public var gpus: [AllocatedGPU]?
    /// The driver's error number.
    public var xid: Int?
    /// What the number means, where the policy knows it.
    public var meaning: String?
    /// What the driver asked for.
    public var recoveryAction: RecoveryAction?
    /// What the error says of the hardware.
    public var faultClass: FaultClass
    /// What was seen.
    public var text: String?
    /// True: the tenant goes on with the hardware for now.
    public var keep: Bool?
    /// When it was reported.
    public var at: Timestamp
    /// When its state last changed.
    public var changedAt: Timestamp
    /// Who reported it.
    public var by: String?
    /// The operator who decided.
    public var decidedBy: String?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case id, state, act, remark, tenant, leases, node, gpus, xid, meaning, recoveryAction
        case faultClass = "class"
        case text, keep, at, changedAt, by, decidedBy
    }

    /// Every field; those left out are absent.
    public init(
        id: String, state: FaultState, act: FaultAct, remark: String, tenant: String? = nil, leases: [String]? = nil,
        node: String? = nil, gpus: [AllocatedGPU]? = nil, xid: Int? = nil, meaning: String? = nil,
        recoveryAction: RecoveryAction? = nil, faultClass: FaultClass, text: String? = nil, keep: Bool? = nil,
        at: Timestamp, changedAt: Timestamp, by: String? = nil, decidedBy: String? = nil
    ) {
        self.id = id
        self.state = state
        self.act = act
        self.remark = remark
        self.tenant = tenant
        self.leases = leases
        self.node = node
        self.gpus = gpus
        self.xid = xid
        self.meaning = meaning
        self.recoveryAction = recoveryAction
        self.faultClass = faultClass
        self.text = text
        self.keep = keep
        self.at = at
        self.changedAt = changedAt
        self.by = by
        self.decidedBy = decidedBy
    }
}

/// A page of fault reports.
public struct FaultReportList: Codable, Sendable, Equatable {
    /// Oldest first.
    public var faults: [FaultReportAnswer]
    /// Where the next page begins; absent: this is the last.
    public var cursor: String?

    /// Every field; those left out are absent.
    public init(faults: [FaultReportAnswer], cursor: String? = nil) {
        self.faults = faults
        self.cursor = cursor
    }
}

/// What one error number leads to.
public struct FaultRule: Codable, Sendable, Equatable {
    /// The number.
    public var xid: Int
    /// With XID 154: the recovery action that this is about.
    public var recoveryAction: RecoveryAction?
    /// What it means.
    public var meaning: String
    /// What it says of the hardware.
    public var faultClass: FaultClass
    /// What is done when a tenant reports hardware that it holds as a whole and gives it up.
    public var whenReported: FaultAct
    /// What is done when telemetry shows it.
    public var whenMeasured: FaultAct
    /// Where that comes from.
    public var source: String

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case xid, recoveryAction, meaning
        case faultClass = "class"
        case whenReported, whenMeasured, source
    }

    /// Every field; those left out are absent.
    public init(
        xid: Int, recoveryAction: RecoveryAction? = nil, meaning: String, faultClass: FaultClass,
        whenReported: FaultAct, whenMeasured: FaultAct, source: String
    ) {
        self.xid = xid
        self.recoveryAction = recoveryAction
        self.meaning = meaning
        self.faultClass = faultClass
        self.whenReported = whenReported
        self.whenMeasured = whenMeasured
        self.source = source
    }
}

/// The policy: numbers that are not in it are for an operator to decide.
public struct FaultPolicyAnswer: Codable, Sendable, Equatable {
    /// In order of numbers.
    public var rules: [FaultRule]

    /// Every field.
    public init(rules: [FaultRule]) {
        self.rules = rules
    }
}

/// What an identification changed.
public struct IdentifyAnswer: Codable, Sendable, Equatable {
    /// Nodes of which something else is known now.
    public var nodes: Int
    /// GPUs of the whole fleet whose UUIDs are known.
    public var identifiedGpus: Int
    /// The number of the change.
    public var revision: Int

    /// Every field.
    public init(nodes: Int, identifiedGpus: Int, revision: Int) {
        self.nodes = nodes
        self.identifiedGpus = identifiedGpus
        self.revision = revision
    }
}

/// A node of a lease that is down.
public struct DownNodeAnswer: Codable, Sendable, Equatable {
    /// The node.
    public var node: String
    /// Since when.
    public var since: Timestamp
    /// Until when the contract lets it be missing; from then on it counts against availability. Absent: it counts at once.
    public var replaceBy: Timestamp?
    /// True once that time has gone by. Not in polls, which change only with what is held.
    public var overdue: Bool?

    /// Every field; those left out are absent.
    public init(node: String, since: Timestamp, replaceBy: Timestamp? = nil, overdue: Bool? = nil) {
        self.node = node
        self.since = since
        self.replaceBy = replaceBy
        self.overdue = overdue
    }
}

/// The spares of a lease.
public struct SpareCounts: Codable, Sendable, Equatable {
    /// Spares that it was granted for the domains that it holds.
    public var granted: Int
    /// Those that it has: one that has taken over is missing until its node is repaired.
    public var held: Int
    /// Those of them that could take over now.
    public var ready: Int

    /// Every field.
    public init(granted: Int, held: Int, ready: Int) {
        self.granted = granted
        self.held = held
        self.ready = ready
    }
}
