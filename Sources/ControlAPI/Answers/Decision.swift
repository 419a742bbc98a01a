// What a decision cost, and what it left.

/// An amount of one shape.
public struct ShapeCount: Codable, Sendable, Equatable {
    /// The unit.
    public var shape: Shape
    /// How many.
    public var count: Int
    /// GPUs in each.
    public var gpus: Int?
    /// The GPU model.
    public var gpu: String?
    /// Where.
    public var domain: String?

    /// Every field; those left out are absent.
    public init(shape: Shape, count: Int, gpus: Int? = nil, gpu: String? = nil, domain: String? = nil) {
        self.shape = shape
        self.count = count
        self.gpus = gpus
        self.gpu = gpu
        self.domain = domain
    }
}

/// Why the cap could not be one percent higher.
public struct NextPercent: Codable, Sendable, Equatable {
    /// The percentage that does not fit.
    public var percent: Int
    /// What it would break.
    public var blockers: [Blocker]

    /// Every field; those left out are absent.
    public init(percent: Int, blockers: [Blocker]) {
        self.percent = percent
        self.blockers = blockers
    }
}

/// The cap that was found for a lease at the highest cap.
public struct HighestCap: Codable, Sendable, Equatable {
    /// The highest whole percentage at which it fits.
    public var percent: Int
    /// What one percent more would break; absent at 100.
    public var next: NextPercent?

    /// Every field; those left out are absent.
    public init(percent: Int, next: NextPercent? = nil) {
        self.percent = percent
        self.next = next
    }
}

/// How a decision came out for the fleet.
public struct Decision: Codable, Sendable, Equatable {
    /// Time taken to decide, in microseconds.
    public var micros: Int
    /// Blocks that are still wholly free.
    public var wholeBlocksLeft: Int
    /// The largest shape still placeable; absent: none.
    public var largestShapeLeft: ShapeCount?
    /// GPUs free, but unusable for any sellable shape.
    public var strandedGpus: Int
    /// Watts free, but unusable.
    public var strandedWatts: Int
    /// The cap that was found, where one was sought.
    public var highestCap: HighestCap?
    /// Ids of opportunistic leases that give way to it; absent: none.
    public var preempts: [String]?

    /// Every field; those left out are absent.
    public init(
        micros: Int, wholeBlocksLeft: Int, largestShapeLeft: ShapeCount? = nil, strandedGpus: Int, strandedWatts: Int,
        highestCap: HighestCap? = nil, preempts: [String]? = nil
    ) {
        self.preempts = preempts
        self.micros = micros
        self.wholeBlocksLeft = wholeBlocksLeft
        self.largestShapeLeft = largestShapeLeft
        self.strandedGpus = strandedGpus
        self.strandedWatts = strandedWatts
        self.highestCap = highestCap
    }
}

/// What the failure rates of the hardware take from a lease on average.
public struct ExpectedShortfall: Codable, Sendable, Equatable {
    /// Nodes down at any time.
    public var nodesDown: Double
    /// GPUs down at any time.
    public var gpusDown: Double
    /// Node failures each day.
    public var failuresPerDay: Double
    /// Days that a repair takes.
    public var repairDays: Double

    /// Every field; those left out are absent.
    public init(nodesDown: Double, gpusDown: Double, failuresPerDay: Double, repairDays: Double) {
        self.nodesDown = nodesDown
        self.gpusDown = gpusDown
        self.failuresPerDay = failuresPerDay
        self.repairDays = repairDays
    }
}
