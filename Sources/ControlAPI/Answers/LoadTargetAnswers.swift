// Load targets, what they do, and the orders that follow.

/// Where a load target is in its time.
public enum LoadTargetState: String, WireEnumeration {
    /// Its deadline is still to come.
    case scheduled
    /// It is in force.
    case live
    /// Its end is past.
    case over
}

/// Power that a source of the site gives for a load target.
public struct SourceUseAnswer: Codable, Sendable, Equatable {
    /// The source's name.
    public var source: String
    /// From when.
    public var start: Timestamp
    /// Until when, exclusive.
    public var end: Timestamp
    /// At the site's meter.
    public var watts: Int
    /// Energy given, in joules.
    public var joules: Int
    /// When a battery is full again; absent: there is no headroom to fill it from.
    public var rechargedAt: Timestamp?

    /// Every field; those left out are absent.
    public init(source: String, start: Timestamp, end: Timestamp, watts: Int, joules: Int, rechargedAt: Timestamp?) {
        self.source = source
        self.start = start
        self.end = end
        self.watts = watts
        self.joules = joules
        self.rechargedAt = rechargedAt
    }
}

/// A stretch in which a lease is held to a lower cap, or stopped.
public struct CurtailmentStepAnswer: Codable, Sendable, Equatable {
    /// From when.
    public var start: Timestamp
    /// Until when, exclusive; absent: until the load target is replaced or removed.
    public var end: Timestamp?
    /// Percent of each model's maximum, never under what the model takes; 0: stopped.
    public var capPercent: Int
    /// True when no clause allows it.
    public var breach: Bool

    /// Every field; those left out are absent.
    public init(start: Timestamp, end: Timestamp?, capPercent: Int, breach: Bool) {
        self.start = start
        self.end = end
        self.capPercent = capPercent
        self.breach = breach
    }
}

/// What one load target does to one lease.
public struct CurtailmentAnswer: Codable, Sendable, Equatable {
    /// The budget domain under which the lease's hardware is lowered.
    public var budget: String
    /// The load target's id.
    public var loadTarget: String
    /// In order of time.
    public var steps: [CurtailmentStepAnswer]
    /// The notice that tells the tenant.
    public var notice: String
    /// Whether the tenant has said that it knows.
    public var acknowledged: Bool

    /// Every field; those left out are absent.
    public init(
        budget: String, loadTarget: String, steps: [CurtailmentStepAnswer], notice: String, acknowledged: Bool
    ) {
        self.budget = budget
        self.loadTarget = loadTarget
        self.steps = steps
        self.notice = notice
        self.acknowledged = acknowledged
    }
}

/// The caps that load targets hold a lease to now, on the hardware under their domains.
public struct CapNowAnswer: Codable, Sendable, Equatable {
    /// The lowest on any of it, in percent of each model's maximum; 0: stopped.
    public var capPercent: Int
    /// The lowest cap of each GPU in watts, by model; 0: stopped.
    public var capWattsPerGpu: NamedCounts
    /// When that next changes; absent: no time is set.
    public var until: Timestamp?

    /// Every field; those left out are absent.
    public init(capPercent: Int, capWattsPerGpu: NamedCounts, until: Timestamp? = nil) {
        self.capPercent = capPercent
        self.capWattsPerGpu = capWattsPerGpu
        self.until = until
    }
}

/// Energy at the rack that a lease was entitled to and was told not to draw.
public struct CurtailedEnergyAnswer: Codable, Sendable, Equatable {
    /// All of it until now, in joules.
    public var joules: Int
    /// The part that no clause allows.
    public var breachJoules: Int
    /// Seconds in which some of the lease was lowered.
    public var seconds: Int
    /// Those in which some of it was lowered beyond its terms.
    public var breachSeconds: Int

    /// Every field.
    public init(joules: Int, breachJoules: Int, seconds: Int, breachSeconds: Int) {
        self.joules = joules
        self.breachJoules = breachJoules
        self.seconds = seconds
        self.breachSeconds = breachSeconds
    }
}

/// One lease that a load target lowers.
public struct LoweredLease: Codable, Sendable, Equatable {
    /// The lease.
    public var lease: String
    /// Whose.
    public var tenant: String
    /// The order of shedding that its terms give it, 1 to 9; tier 1 goes first.
    public var tier: Int
    /// What is done to it, in order of time.
    public var steps: [CurtailmentStepAnswer]
    /// By how many watts at the rack at the most.
    public var watts: Int
    /// Energy that it is lowered by over the whole of the load target, in joules at the rack.
    public var joules: Int

    /// Every field.
    public init(lease: String, tenant: String, tier: Int, steps: [CurtailmentStepAnswer], watts: Int, joules: Int) {
        self.lease = lease
        self.tenant = tenant
        self.tier = tier
        self.steps = steps
        self.watts = watts
        self.joules = joules
    }
}

/// Watts over the ceiling that nothing could be found for.
public struct UnmetAnswer: Codable, Sendable, Equatable {
    /// From when.
    public var start: Timestamp
    /// Until when, exclusive; absent: without an end.
    public var end: Timestamp?
    /// Where the domain is measured.
    public var watts: Int

    /// Every field; those left out are absent.
    public init(start: Timestamp, end: Timestamp?, watts: Int) {
        self.start = start
        self.end = end
        self.watts = watts
    }
}

/// Why draw could not be lowered further.
public enum HoldoutKind: String, WireEnumeration {
    /// No clause allows it.
    case noClause = "no-clause"
    /// At the floor of its terms.
    case atFloor = "at-floor"
    /// The hours of the month are used up.
    case hoursUsed = "hours-used"
    /// The notice that the terms ask for is longer than what is left.
    case noticeTooShort = "notice-too-short"
    /// Instances of GPUs that others may share keep their cap.
    case instances
    /// What hardware draws idle.
    case idleDraw = "idle-draw"
}

/// Draw that could not be lowered, at the tightest instant.
public struct HoldoutAnswer: Codable, Sendable, Equatable {
    /// Why.
    public var kind: HoldoutKind
    /// How many leases.
    public var leases: Int
    /// Watts at the rack.
    public var watts: Int

    /// Every field.
    public init(kind: HoldoutKind, leases: Int, watts: Int) {
        self.kind = kind
        self.leases = leases
        self.watts = watts
    }
}

/// A load target with what it does.
public struct LoadTargetAnswer: Codable, Sendable, Equatable {
    /// The budget domain.
    public var budget: String
    /// Its id within the domain.
    public var id: String
    /// How far it is met.
    public var kind: LoadTargetKind
    /// Where it is in its time.
    public var state: LoadTargetState
    /// The ceiling, where the domain is measured.
    public var watts: Int
    /// The deadline.
    public var start: Timestamp
    /// When it ends; absent: until it is replaced or removed.
    public var end: Timestamp?
    /// Watts at the rack that may come back each minute after the end; absent: all at once.
    public var restoreWattsPerMinute: Int?
    /// Why it was set.
    public var reason: String
    /// By whom.
    public var actor: String
    /// When.
    public var setAt: Timestamp
    /// The most that leases are entitled to within its time, where the domain is measured; absent once it is over.
    public var entitledWatts: Int?
    /// The most that is committed within its time, by leases as they are lowered; absent once it is over.
    public var committedWatts: Int?
    /// What is drawn now, by readings; absent: none counts, or it is not live.
    public var observedWatts: Int?
    /// Whether that is within the ceiling and what sources give.
    public var compliant: Bool?
    /// What sources give, so that leases need not.
    public var spent: [SourceUseAnswer]
    /// The leases that are lowered, in order of tiers.
    public var lowered: [LoweredLease]
    /// What is not met.
    public var unmet: [UnmetAnswer]
    /// Why, where something is not met.
    public var holdouts: [HoldoutAnswer]
    /// Orders that are issued for it, and how many of them nobody has acknowledged in time.
    public var orders: OrderCounts
    /// The approval that it waits for; absent: none, and it is set. What it would do is what it would have done when it was asked
    /// for.
    public var approval: String?

    /// Every field; those left out are absent.
    public init(
        budget: String, id: String, kind: LoadTargetKind, state: LoadTargetState, watts: Int, start: Timestamp,
        end: Timestamp?, restoreWattsPerMinute: Int?, reason: String, actor: String, setAt: Timestamp,
        entitledWatts: Int?, committedWatts: Int?, observedWatts: Int? = nil, compliant: Bool? = nil,
        spent: [SourceUseAnswer], lowered: [LoweredLease],
        unmet: [UnmetAnswer], holdouts: [HoldoutAnswer], orders: OrderCounts, approval: String? = nil
    ) {
        self.budget = budget
        self.id = id
        self.kind = kind
        self.state = state
        self.watts = watts
        self.start = start
        self.end = end
        self.restoreWattsPerMinute = restoreWattsPerMinute
        self.reason = reason
        self.actor = actor
        self.setAt = setAt
        self.entitledWatts = entitledWatts
        self.committedWatts = committedWatts
        self.observedWatts = observedWatts
        self.compliant = compliant
        self.spent = spent
        self.lowered = lowered
        self.unmet = unmet
        self.holdouts = holdouts
        self.orders = orders
        self.approval = approval
    }
}

/// How far the orders of a load target have come.
public struct OrderCounts: Codable, Sendable, Equatable {
    /// All of them.
    public var issued: Int
    /// Those that the actuator has acknowledged.
    public var acknowledged: Int
    /// Those that were not acknowledged at half of their notice.
    public var overdue: Int

    /// Every field.
    public init(issued: Int, acknowledged: Int, overdue: Int) {
        self.issued = issued
        self.acknowledged = acknowledged
        self.overdue = overdue
    }
}

/// Load targets in the order of their domains and ids.
public struct LoadTargetList: Codable, Sendable, Equatable {
    /// Those that are scheduled or live; with `?state=` others.
    public var loadTargets: [LoadTargetAnswer]
    /// Where the next page begins; absent: this is the last.
    public var cursor: String?

    /// Every field; those left out are absent.
    public init(loadTargets: [LoadTargetAnswer], cursor: String? = nil) {
        self.loadTargets = loadTargets
        self.cursor = cursor
    }
}

/// What the actuator is to do.
public enum OrderAction: String, WireEnumeration {
    /// Hold GPUs to a cap.
    case cap
    /// Stop the hardware.
    case stop
    /// Lift what the load target ordered.
    case lift
}

/// One order to the actuator.
public struct OrderAnswer: Codable, Sendable, Equatable {
    /// Its id.
    public var id: String
    /// What to do.
    public var action: OrderAction
    /// By when; a cap is lifted not before.
    public var deadline: Timestamp
    /// For `cap`: percent of each model's maximum.
    public var capPercent: Int?
    /// For `cap`: the same in watts of each GPU, by model, never under what the model takes.
    public var capWattsPerGpu: NamedCounts?
    /// The lease.
    public var lease: String
    /// On which of its hardware, as compact paths.
    public var nodes: [String]
    /// The load target's budget domain.
    public var budget: String
    /// The load target's id.
    public var loadTarget: String
    /// When it was issued.
    public var issuedAt: Timestamp
    /// When the actuator said that it has it.
    public var acknowledgedAt: Timestamp?
    /// Half of its notice has gone by without that.
    public var overdue: Bool

    /// Every field; those left out are absent.
    public init(
        id: String, action: OrderAction, deadline: Timestamp, capPercent: Int?, capWattsPerGpu: NamedCounts?,
        lease: String, nodes: [String], budget: String, loadTarget: String, issuedAt: Timestamp,
        acknowledgedAt: Timestamp?, overdue: Bool
    ) {
        self.id = id
        self.action = action
        self.deadline = deadline
        self.capPercent = capPercent
        self.capWattsPerGpu = capWattsPerGpu
        self.lease = lease
        self.nodes = nodes
        self.budget = budget
        self.loadTarget = loadTarget
        self.issuedAt = issuedAt
        self.acknowledgedAt = acknowledgedAt
        self.overdue = overdue
    }
}

/// All orders that stand.
public struct OrderList: Codable, Sendable, Equatable {
    /// The number of changes to this list, from 1.
    public var index: Int
    /// In order of deadlines.
    public var orders: [OrderAnswer]
    /// Where the next page begins; absent: this is the last.
    public var cursor: String?

    /// Every field; those left out are absent.
    public init(index: Int, orders: [OrderAnswer], cursor: String? = nil) {
        self.index = index
        self.orders = orders
        self.cursor = cursor
    }
}

/// Notices in force, soonest first.
public struct NoticeList: Codable, Sendable, Equatable {
    /// The notices.
    public var notices: [NoticeAnswer]
    /// The signed head of the audit log in which they stand: the tenant's own, else the book's; absent while nothing is signed.
    public var auditHead: AuditHead?
    /// Where the next page begins; absent: this is the last.
    public var cursor: String?

    /// Every field; those left out are absent.
    public init(notices: [NoticeAnswer], auditHead: AuditHead? = nil, cursor: String? = nil) {
        self.notices = notices
        self.auditHead = auditHead
        self.cursor = cursor
    }
}

/// A notice with what it is about.
public struct NoticeAnswer: Codable, Sendable, Equatable {
    /// Its id.
    public var id: String
    /// What it announces.
    public var kind: NoticeKind
    /// By when.
    public var deadline: Timestamp
    /// Whether the tenant has said that it knows.
    public var acknowledged: Bool
    /// Whose.
    public var tenant: String
    /// Which lease.
    public var lease: String
    /// How watts are lowered, in order of time; empty when something else is announced.
    public var steps: [CurtailmentStepAnswer]
    /// GPUs that stay from when on, of a reclaim or a termination.
    public var offRamp: [ReclaimStep]?

    /// Every field; those left out are absent.
    public init(
        id: String, kind: NoticeKind, deadline: Timestamp, acknowledged: Bool, tenant: String, lease: String,
        steps: [CurtailmentStepAnswer], offRamp: [ReclaimStep]? = nil
    ) {
        self.id = id
        self.kind = kind
        self.deadline = deadline
        self.acknowledged = acknowledged
        self.tenant = tenant
        self.lease = lease
        self.steps = steps
        self.offRamp = offRamp
    }
}
