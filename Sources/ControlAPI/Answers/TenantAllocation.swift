// The tenant's poll.

/// One lease as its tenant polls it.
public struct HeldLease: Codable, Sendable, Equatable {
    /// The lease.
    public var id: String
    /// Where it stands.
    public var state: LeaseState
    /// What is true besides.
    public var conditions: [Condition]
    /// When it begins.
    public var start: Timestamp
    /// When it ends, exclusive.
    public var end: Timestamp
    /// What it was granted.
    public var promised: Capacity
    /// What it has now, in watts less what load targets take.
    public var delivered: Capacity
    /// Power cap of each GPU in watts.
    public var capWattsPerGpu: Int?
    /// Power cap in percent of each model's maximum.
    public var capPercent: Int?
    /// Nodes of it that are down, at most 64 of them; absent: none.
    public var down: [DownNodeAnswer]?
    /// The lower cap that load targets hold it to now; absent: none.
    public var capNow: CapNowAnswer?
    /// What load targets do to it now or later, on the hardware under their domains; absent: nothing.
    public var curtailments: [CurtailmentAnswer]?
    /// What is held, as compact paths over all lines.
    public var allocation: [String]

    /// Every field; those left out are absent.
    public init(
        id: String, state: LeaseState, conditions: [Condition], start: Timestamp, end: Timestamp, promised: Capacity,
        delivered: Capacity, capWattsPerGpu: Int? = nil, capPercent: Int? = nil,
        down: [DownNodeAnswer]? = nil,
        capNow: CapNowAnswer? = nil, curtailments: [CurtailmentAnswer]? = nil, allocation: [String]
    ) {
        self.id = id
        self.state = state
        self.conditions = conditions
        self.start = start
        self.end = end
        self.promised = promised
        self.delivered = delivered
        self.capWattsPerGpu = capWattsPerGpu
        self.capPercent = capPercent
        self.down = down
        self.capNow = capNow
        self.curtailments = curtailments
        self.allocation = allocation
    }
}

/// What a notice announces.
public enum NoticeKind: String, WireEnumeration {
    /// Watts will be lowered.
    case curtailment
    /// Capacity will be taken back.
    case reclaim
    /// Capacity will go to a lease of higher class.
    case preemption
    /// Hardware will be worked on.
    case maintenance
    /// The contract will end.
    case termination
    /// A lease is offered to another tenant, or to this one.
    case transfer
    /// A lease is offered to be let to another tenant, or to this one.
    case sublease
}

/// What a tenant must know by when.
public struct Notice: Codable, Sendable, Equatable {
    /// Its id.
    public var id: String
    /// What it announces.
    public var kind: NoticeKind
    /// By when.
    public var deadline: Timestamp
    /// Whether the tenant has said that it knows.
    public var acknowledged: Bool

    /// Every field; those left out are absent.
    public init(id: String, kind: NoticeKind, deadline: Timestamp, acknowledged: Bool) {
        self.id = id
        self.kind = kind
        self.deadline = deadline
        self.acknowledged = acknowledged
    }
}

/// All that one tenant holds.
public struct TenantAllocation: Codable, Sendable, Equatable {
    /// Whose.
    public var tenant: String
    /// The number of changes to this answer, from 1.
    public var index: Int
    /// When it next changes by itself.
    public var nextChangeAt: Timestamp?
    /// Live leases, in the order of their ids.
    public var leases: [HeldLease]
    /// Notices in force, soonest first.
    public var notices: [Notice]
    /// Its fault reports that are open or acted on, oldest first; absent: none.
    public var faults: [FaultReportAnswer]?
    /// What it uses of other tenants' leases, and what it lets of its own; absent: nothing.
    public var subleases: [HeldSublease]?

    /// Every field; those left out are absent.
    public init(
        tenant: String, index: Int, nextChangeAt: Timestamp? = nil, leases: [HeldLease], notices: [Notice],
        faults: [FaultReportAnswer]? = nil, subleases: [HeldSublease]? = nil
    ) {
        self.subleases = subleases
        self.faults = faults
        self.tenant = tenant
        self.index = index
        self.nextChangeAt = nextChangeAt
        self.leases = leases
        self.notices = notices
    }
}
