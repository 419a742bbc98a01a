// What a plan would do: the difference between the book with it and without it.

/// A figure without the plan and with it.
public struct Comparison<Value: Codable & Sendable & Equatable>: Codable, Sendable, Equatable {
    /// Without the plan.
    public var before: Value
    /// With it.
    public var after: Value

    /// A figure without the plan and with it.
    public init(_ before: Value, _ after: Value) {
        self.before = before
        self.after = after
    }
}

/// The difference that a plan makes, and the token that commits it. Nothing has changed, and nothing is held.
public struct PlanAnswer: Codable, Sendable, Equatable {
    /// When the plan takes effect.
    public var at: Timestamp
    /// What commits it with ``PlanCommitRequest`` as long as it would do the same.
    public var planToken: String
    /// Time taken on the fork, in microseconds.
    public var micros: Int
    /// What becomes of leases.
    public var leases: PlanLeaseCounts
    /// The leases touched, those that the plan grants first; as many as the limit allows.
    public var changes: [PlanLeaseChange]
    /// Where the list goes on; absent at its end. The same plan with this cursor gives the rest.
    public var cursor: String?
    /// What GPUs are doing.
    public var gpus: Comparison<GPUCounts>
    /// What is still whole and what is stranded.
    public var packing: Comparison<PlanPacking>
    /// The roots of the budget trees.
    public var budgets: [PlanBudget]
    /// The domain with the least left at any time, as a share of its limit.
    public var tightest: Comparison<PlanHeadroom>?
    /// By how much leases earn more or less in each month; months without a difference are left out.
    public var revenue: [PlanRevenue]
    /// A day at the watts that are committed then.
    public var day: Comparison<PlanDay>
    /// Load targets that the plan sets, with what they do.
    public var loadTargets: [LoadTargetAnswer]
    /// Sub-leases, and offers of some, that the plan ends or changes, as they stand after it; absent: none.
    public var subleases: [SubleaseAnswer]?

    /// Every field; those left out are absent.
    public init(
        at: Timestamp, planToken: String, micros: Int, leases: PlanLeaseCounts, changes: [PlanLeaseChange],
        cursor: String? = nil, gpus: Comparison<GPUCounts>, packing: Comparison<PlanPacking>, budgets: [PlanBudget],
        tightest: Comparison<PlanHeadroom>? = nil, revenue: [PlanRevenue], day: Comparison<PlanDay>,
        loadTargets: [LoadTargetAnswer], subleases: [SubleaseAnswer]? = nil
    ) {
        self.at = at
        self.planToken = planToken
        self.micros = micros
        self.leases = leases
        self.changes = changes
        self.cursor = cursor
        self.gpus = gpus
        self.packing = packing
        self.budgets = budgets
        self.tightest = tightest
        self.revenue = revenue
        self.day = day
        self.loadTargets = loadTargets
        self.subleases = subleases
    }
}

/// How many leases a plan touches, and how.
public struct PlanLeaseCounts: Codable, Sendable, Equatable {
    /// Granted.
    public var appear: Int
    /// Ended or cancelled.
    public var go: Int
    /// In another state otherwise.
    public var changeState: Int
    /// Lowered by load targets further, less or otherwise.
    public var curtailed: Int
    /// With nodes down that were not.
    public var loseNodes: Int
    /// With nodes replaced.
    public var moved: Int
    /// Nodes down in leases that were not.
    public var nodesLost: Int
    /// Nodes replaced in leases.
    public var nodesMoved: Int
    /// That end earlier or come to hold less, but for those that go at once.
    public var reduced: Int

    /// Every field.
    public init(
        appear: Int = 0, go: Int = 0, changeState: Int = 0, curtailed: Int = 0, loseNodes: Int = 0, moved: Int = 0,
        nodesLost: Int = 0, nodesMoved: Int = 0, reduced: Int = 0
    ) {
        self.reduced = reduced
        self.appear = appear
        self.go = go
        self.changeState = changeState
        self.curtailed = curtailed
        self.loseNodes = loseNodes
        self.moved = moved
        self.nodesLost = nodesLost
        self.nodesMoved = nodesMoved
    }
}

/// What becomes of one lease.
public struct PlanLeaseChange: Codable, Sendable, Equatable {
    /// Its id; absent for one that the plan grants, which has none yet.
    public var lease: String?
    /// The place, from 0, of the command that grants it; absent for others.
    public var command: Int?
    /// Who holds it.
    public var tenant: String
    /// Its holder's own name for it.
    public var label: String?
    /// Its state; `before` is absent for one that the plan grants.
    public var stateBefore: LeaseState?
    /// Its state with the plan.
    public var stateAfter: LeaseState
    /// When it ends with the plan.
    public var end: Timestamp
    /// What was promised.
    public var promised: Capacity
    /// GPUs delivered at the time of the plan.
    public var gpusDelivered: Comparison<Int>
    /// The lowest cap that load targets hold it to, in percent of each model's highest, 0 for stopped; absent: none.
    public var capPercentBefore: Int?
    /// The same with the plan.
    public var capPercentAfter: Int?
    /// Nodes that are down and were not, as paths; absent: none.
    public var nodesLost: [String]?
    /// Nodes that are replaced.
    public var nodesMoved: Int
    /// When it ends without the plan; absent for a lease that the plan grants.
    public var endBefore: Timestamp?
    /// What is promised from each later time on with the plan; absent: the same until the end.
    public var schedule: [ScheduleStep]?
    /// What it holds, of a lease that the plan grants.
    public var allocation: [String]?

    /// Every field; those left out are absent.
    public init(
        lease: String? = nil, command: Int? = nil, tenant: String, label: String? = nil, stateBefore: LeaseState? = nil,
        stateAfter: LeaseState, end: Timestamp, endBefore: Timestamp? = nil, promised: Capacity,
        gpusDelivered: Comparison<Int>,
        capPercentBefore: Int? = nil, capPercentAfter: Int? = nil, nodesLost: [String]? = nil, nodesMoved: Int = 0,
        schedule: [ScheduleStep]? = nil, allocation: [String]? = nil
    ) {
        self.lease = lease
        self.command = command
        self.tenant = tenant
        self.label = label
        self.stateBefore = stateBefore
        self.stateAfter = stateAfter
        self.end = end
        self.promised = promised
        self.gpusDelivered = gpusDelivered
        self.capPercentBefore = capPercentBefore
        self.capPercentAfter = capPercentAfter
        self.nodesLost = nodesLost
        self.nodesMoved = nodesMoved
        self.endBefore = endBefore
        self.schedule = schedule
        self.allocation = allocation
    }
}
