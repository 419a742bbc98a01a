// The inflation experiment of FGD (Weng et al., ATC'23): tasks arrive and never leave, until far more is asked for
// than the cluster has.

import Packing

/// What one policy made of one run.
public struct InflationOutcome: Sendable {
    /// What was allocated when that much had been asked for.
    public struct Point: Sendable {
        /// Requested GPU thousandths over the capacity, in percent.
        public let loadPercent: Int
        /// GPU thousandths allocated.
        public let allocatedMilli: Int
    }

    public let capacityMilli: Int
    /// At loads of 95, 100, 110 and 130 percent; those that the arrivals reach.
    public internal(set) var points: [Point] = []
    /// GPU thousandths requested up to and with the first task with GPUs that was refused; nil: none was.
    public internal(set) var firstRefusalMilli: Int?
    /// Free GPU thousandths at a load of 100 percent that a popular task could not use, after FGD.
    public internal(set) var fragmentedMilli = 0.0
    public internal(set) var arrivalCount = 0
    public internal(set) var acceptedCount = 0
    /// Nanoseconds of each decision, ascending; empty when they were not timed.
    public internal(set) var nanoseconds: [Int] = []

    /// The allocated share of the capacity in percent at a load, or nil.
    public func allocatedPercent(at loadPercent: Int) -> Double? {
        points.first { $0.loadPercent == loadPercent }.map { percent($0.allocatedMilli) }
    }

    /// The load in percent at which a task with GPUs was first refused, or nil.
    public var firstRefusalPercent: Double? { firstRefusalMilli.map(percent) }

    /// A number of GPU thousandths in percent of the capacity.
    public func percent(_ milli: Int) -> Double { 100 * Double(milli) / Double(capacityMilli) }

    /// Nanoseconds that the given share of decisions took at most.
    public func nanoseconds(percentile: Int) -> Int? {
        nanoseconds.isEmpty ? nil : nanoseconds[(nanoseconds.count - 1) * percentile / 100]
    }

    public var nanosecondsMean: Int? {
        nanoseconds.isEmpty ? nil : nanoseconds.reduce(0, +) / nanoseconds.count
    }
}

/// One run of the experiment.
public struct InflationRun: Sendable {
    public let trace: ShareTrace
    public let arrivals: ShareArrivals
    /// For the policy that draws lots.
    public let seed: UInt64

    /// The loads at which allocation is read, in percent.
    public static var loadsPercent: [Int] { [95, 100, 110, 130] }

    public init(trace: ShareTrace, arrivals: ShareArrivals, seed: UInt64 = 0) {
        self.trace = trace
        self.arrivals = arrivals
        self.seed = seed
    }

    /// Replays the arrivals with a policy, checking every placement.
    ///
    /// - Parameter loadPercent: arrivals beyond this load are left out.
    public func run(_ policy: SharePolicy, loadPercent: Int = 130) -> InflationOutcome {
        var placer = policy.placer(trace, ranks: arrivals.ranks, seed: seed)
        return run(&placer, loadPercent: loadPercent)
    }

    func run(_ placer: inout any SharePlacer, loadPercent: Int) -> InflationOutcome {
        var ledger = InflationLedger(trace)
        let clock = ContinuousClock()
        for task in arrivals.tasks {
            let kind = trace.tasks[task]
            guard ledger.requestedMilli * 100 < ledger.capacityMilli * loadPercent else { break }
            ledger.arrive(trace.kinds[kind].request)
            let start = clock.now
            let placement = placer.place(kind)
            ledger.time(start.duration(to: clock.now))
            ledger.record(placement, of: trace.kinds[kind].request)
        }
        return ledger.finish()
    }
}
