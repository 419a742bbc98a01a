// How many spares a promised availability needs.

/// What so many spares come to.
public struct SpareRow: Codable, Sendable, Equatable {
    /// Spare nodes in the domain.
    public var spares: Int
    /// Nodes that are promised then.
    public var nodes: Int
    /// GPUs that are promised then.
    public var gpus: Int
    /// How often all that is promised is up, in percent.
    public var allUpPercent: Double
    /// The share of the promised GPU-hours that is delivered on average, in percent.
    public var gpuHoursPercent: Double

    /// Every field.
    public init(spares: Int, nodes: Int, gpus: Int, allUpPercent: Double, gpuHoursPercent: Double) {
        self.spares = spares
        self.nodes = nodes
        self.gpus = gpus
        self.allUpPercent = allUpPercent
        self.gpuHoursPercent = gpuHoursPercent
    }
}

/// What the fleet itself has shown of a platform since its first failure that was noted.
public struct ReliabilityAnswer: Codable, Sendable, Equatable {
    /// Since when.
    public var since: Timestamp
    /// Failures after the first one.
    public var failures: Int
    /// For each 1,000 days of a node.
    public var failuresPer1000NodeDays: Double
    /// Nodes that came back into service.
    public var repairs: Int
    /// Hours from failure to service, on average; absent: none has come back.
    public var repairHours: Double?

    /// Every field; those left out are absent.
    public init(
        since: Timestamp, failures: Int, failuresPer1000NodeDays: Double, repairs: Int, repairHours: Double? = nil
    ) {
        self.since = since
        self.failures = failures
        self.failuresPer1000NodeDays = failuresPer1000NodeDays
        self.repairs = repairs
        self.repairHours = repairHours
    }
}

/// Where rates come from.
public enum RateBasis: String, WireEnumeration {
    /// The request.
    case given
    /// The catalogue, which names its sources.
    case catalogue
    /// The fleet's own failures and repairs.
    case fleet
}

/// Spares of one kind of domain against what they make of availability: nodes fail and are repaired each on its own.
public struct SpareAnswer: Codable, Sendable, Equatable {
    /// The platform; absent where only a number of nodes was asked for.
    public var platform: String?
    /// The domain; absent where a number of nodes was asked for.
    public var shape: Shape?
    /// Nodes in the domain.
    public var nodes: Int
    /// Failures for each 1,000 days of a node.
    public var failuresPer1000NodeDays: Double
    /// Where that comes from.
    public var failuresBasis: RateBasis
    /// Hours from failure to service.
    public var repairHours: Double
    /// Where that comes from.
    public var repairBasis: RateBasis
    /// The share of time that a node is down, in percent.
    public var downPercent: Double
    /// Where an availability was asked for: the fewest spares with which all is up so often; absent too: no number does.
    public var sparesForAllUp: Int?
    /// The fewest with which so much of the GPU-hours is delivered on average.
    public var sparesForGpuHours: Int?
    /// From no spares on.
    public var rows: [SpareRow]
    /// What the fleet itself has shown; for the provider, where something has failed.
    public var record: ReliabilityAnswer?

    /// Every field; those left out are absent.
    public init(
        platform: String? = nil, shape: Shape? = nil, nodes: Int, failuresPer1000NodeDays: Double,
        failuresBasis: RateBasis, repairHours: Double, repairBasis: RateBasis, downPercent: Double,
        sparesForAllUp: Int? = nil, sparesForGpuHours: Int? = nil, rows: [SpareRow], record: ReliabilityAnswer? = nil
    ) {
        self.platform = platform
        self.shape = shape
        self.nodes = nodes
        self.failuresPer1000NodeDays = failuresPer1000NodeDays
        self.failuresBasis = failuresBasis
        self.repairHours = repairHours
        self.repairBasis = repairBasis
        self.downPercent = downPercent
        self.sparesForAllUp = sparesForAllUp
        self.sparesForGpuHours = sparesForGpuHours
        self.rows = rows
        self.record = record
    }
}

/// A table for each kind of domain that was asked for.
public struct SpareList: Codable, Sendable, Equatable {
    /// In order of platforms.
    public var tables: [SpareAnswer]

    /// Every field.
    public init(tables: [SpareAnswer]) {
        self.tables = tables
    }
}
