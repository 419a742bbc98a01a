// What one rule made of a stream of gangs.

/// Sums and means over one run; equal for equal inputs apart from the decision times.
public struct GangOutcome: Sendable {
    public var asked = 0
    public var placed = 0
    public var askedGPUs = 0
    public var placedGPUs = 0
    /// Refused although the platforms asked for had as many GPUs free.
    public var refusedThoughFree = 0
    /// Of those, refused for power: the rule's choice was free, but its watts were not.
    public var refusedForPower = 0
    /// GPUs in use per thousand when the first gang was refused although enough were free; nil when none was.
    public var usedPermilleAtFirstRefusal: Int?
    /// Seconds waited by all gangs, where they queue.
    public var waitedSeconds: Int64 = 0
    /// GPU-seconds from the first to the last arrival: of the whole fleet, asked for then, and in use.
    public var capacityGPUSeconds: Int64 = 0
    public var offeredGPUSeconds: Int64 = 0
    public var usedGPUSeconds: Int64 = 0
    /// Blocks and racks that placed gangs of whole nodes touch, and the fewest that could hold them.
    public var groupsSpanned = 0
    public var groupsLeast = 0
    public var racksSpanned = 0
    public var racksLeast = 0
    /// One for each sample, in order of time.
    public var samples: [GangSample] = []
    /// Nanoseconds for each decision, ascending.
    public var decisionNanoseconds: [Int64] = []

    public func decisionNanoseconds(percentile: Int) -> Int64 {
        decisionNanoseconds.isEmpty ? 0 : decisionNanoseconds[(decisionNanoseconds.count - 1) * percentile / 100]
    }

    /// The mean of a number over the samples, in thousandths.
    public func meanThousandths(_ value: (GangSample) -> Int) -> Int {
        samples.isEmpty ? 0 : samples.reduce(0) { $0 + value($1) } * 1_000 / samples.count
    }
}

/// The fleet at one moment of a run.
public struct GangSample: Equatable, Sendable {
    /// Seconds.
    public let at: Int64
    public let freeGPUs: Int
    public let wholeBlocks: Int
    public let wholeNVL72: Int
    public let wholeNodes: Int
    /// GPUs of the most whole nodes that are free together in one block or NVLink rack.
    public let largestGPUs: Int
    /// Free GPUs per thousand that lie on nodes of which others are taken.
    public let brokenPermille: Int
    /// Free GPUs that no watts are left for at their lowest cap.
    public let strandedGPUs: Int
    /// Watts that all free GPUs at their highest cap could not use.
    public let strandedWatts: Int64
}
