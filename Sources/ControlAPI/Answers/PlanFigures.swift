// The figures that a plan is measured by.

/// What is still whole, and what is stranded.
public struct PlanPacking: Codable, Sendable, Equatable {
    /// Blocks that are wholly free.
    public var wholeBlocksLeft: Int
    /// NVL72 racks that are wholly free.
    public var wholeNvl72Left: Int
    /// Nodes that are wholly free.
    public var wholeNodesLeft: Int
    /// The largest shape still placeable; absent: none.
    public var largestShapeLeft: ShapeCount?
    /// GPUs free, but without watts to run them.
    public var strandedGpus: Int
    /// Watts free, but unusable.
    public var strandedWatts: Int

    /// Every field; those left out are absent.
    public init(
        wholeBlocksLeft: Int, wholeNvl72Left: Int, wholeNodesLeft: Int, largestShapeLeft: ShapeCount? = nil,
        strandedGpus: Int, strandedWatts: Int
    ) {
        self.wholeBlocksLeft = wholeBlocksLeft
        self.wholeNvl72Left = wholeNvl72Left
        self.wholeNodesLeft = wholeNodesLeft
        self.largestShapeLeft = largestShapeLeft
        self.strandedGpus = strandedGpus
        self.strandedWatts = strandedWatts
    }
}

/// One root of the budget trees, in watts where it is measured.
public struct PlanBudget: Codable, Sendable, Equatable {
    /// The domain.
    public var name: String
    /// Committed at the time of the plan.
    public var committedWatts: Comparison<Int>
    /// The least that is left at any time from then on; under 0 where a limit is exceeded.
    public var headroomWatts: Comparison<Int>

    /// Every field.
    public init(name: String, committedWatts: Comparison<Int>, headroomWatts: Comparison<Int>) {
        self.name = name
        self.committedWatts = committedWatts
        self.headroomWatts = headroomWatts
    }
}

/// What a domain has left.
public struct PlanHeadroom: Codable, Sendable, Equatable {
    /// The domain.
    public var budget: String
    /// The least that is left at any time, where it is measured.
    public var watts: Int

    /// Every field.
    public init(budget: String, watts: Int) {
        self.budget = budget
        self.watts = watts
    }
}

/// What leases earn more in a month.
public struct PlanRevenue: Codable, Sendable, Equatable {
    /// The month in UTC, as `2026-12`; the last one that can be listed has all that comes after it.
    public var month: String
    /// Under 0 when they earn less.
    public var change: Money

    /// Every field.
    public init(month: String, change: Money) {
        self.month = month
        self.change = change
    }
}

/// A day at what is committed.
public struct PlanDay: Codable, Sendable, Equatable {
    /// Energy at the meters.
    public var energyKWh: Int
    /// At the sites' prices.
    public var cost: Money
    /// Carbon dioxide.
    public var carbonGrams: Int

    /// Every field.
    public init(energyKWh: Int, cost: Money, carbonGrams: Int) {
        self.energyKWh = energyKWh
        self.cost = cost
        self.carbonGrams = carbonGrams
    }
}

/// What a committed plan did.
public struct PlanCommitAnswer: Codable, Sendable, Equatable {
    /// The number of the change.
    public var revision: Int
    /// The leases that it granted or released, in the order of its commands.
    public var leases: [String]
    /// Nodes that were changed.
    public var nodes: Int
    /// Nodes that were replaced in leases.
    public var replaced: [NodeReplacement]?
    /// Leases that now have less than promised.
    public var degraded: [String]?

    /// Every field; those left out are absent.
    public init(
        revision: Int, leases: [String], nodes: Int, replaced: [NodeReplacement]? = nil, degraded: [String]? = nil
    ) {
        self.revision = revision
        self.leases = leases
        self.nodes = nodes
        self.replaced = replaced
        self.degraded = degraded
    }
}
