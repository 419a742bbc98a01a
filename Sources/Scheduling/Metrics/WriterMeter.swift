// What the writer has done since the start, counted for the metrics: one short lock for each batch.

import Leasing
import Synchronization

/// What the writer has done since the start, and what waits for it.
public struct WriterFigures: Sendable {
    /// Nanoseconds that requests for leases took to decide, by shape, of those that were granted.
    public var granted = [Histogram](
        repeating: Histogram(bounds: Histogram.nanosecondBounds), count: RequestShape.allCases.count)
    /// The same of those that were refused.
    public var refused = [Histogram](
        repeating: Histogram(bounds: Histogram.nanosecondBounds), count: RequestShape.allCases.count)
    /// Commands of each `CommandKind` that were accepted.
    public var accepted = [UInt64](repeating: 0, count: CommandKind.allCases.count)
    /// Commands of each `CommandKind` that were refused.
    public var declined = [UInt64](repeating: 0, count: CommandKind.allCases.count)
    /// Commands decided and journalled together.
    public var batchSizes = Histogram(bounds: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024])
    /// Nanoseconds that commands waited in the queue.
    public var queueWaits = Histogram(bounds: Histogram.nanosecondBounds)
    /// Nanoseconds that a batch's transaction took, its sync included.
    public var commits = Histogram(bounds: Histogram.nanosecondBounds)
    /// Nanoseconds of it from COMMIT to durable, where the journal can tell: the write of the log and its sync.
    public var syncs = Histogram(bounds: Histogram.nanosecondBounds)
    /// Batches that could not be written and were undone.
    public var failedCommits: UInt64 = 0
    /// Facts that have become durable.
    public var facts: UInt64 = 0
    /// Commands that wait now.
    public var queueLength = 0
    /// Nanoseconds that the oldest of them has waited; 0 when none waits.
    public var oldestWaitNanoseconds: Int64 = 0
}

/// What one batch was like. Kept by the writer from batch to batch, so that filling it allocates nothing.
struct BatchSample {
    struct Decision {
        let kind: CommandKind
        /// Of a request for leases.
        let shape: RequestShape?
        let isAccepted: Bool
        let nanoseconds: Int64
    }

    var decisions: [Decision] = []
    var waits: [Int64] = []
    var commitNanoseconds: Int64?
    var syncNanoseconds: Int64?
    var hasFailed = false
    var facts = 0

    mutating func begin() {
        decisions.removeAll(keepingCapacity: true)
        waits.removeAll(keepingCapacity: true)
        (commitNanoseconds, syncNanoseconds, hasFailed, facts) = (nil, nil, false, 0)
    }

    mutating func add(_ command: Command, isAccepted: Bool, nanoseconds: Int64) {
        let shape: RequestShape? =
            switch command {
            case .requestLeases(let orders, _), .requestSeries(_, let orders): RequestShape(orders)
            default: nil
            }
        decisions.append(
            Decision(kind: CommandKind(command), shape: shape, isAccepted: isAccepted, nanoseconds: nanoseconds))
    }
}

/// Where the writer's figures are gathered. Written by the writer's thread, read by any.
final class WriterMeter: Sendable {
    private let figures = Mutex(WriterFigures())

    func add(_ sample: BatchSample) {
        figures.withLock { figures in
            for decision in sample.decisions {
                let kind = decision.kind.rawValue
                if decision.isAccepted { figures.accepted[kind] += 1 } else { figures.declined[kind] += 1 }
                guard let shape = decision.shape?.rawValue else { continue }
                if decision.isAccepted {
                    figures.granted[shape].record(decision.nanoseconds)
                } else {
                    figures.refused[shape].record(decision.nanoseconds)
                }
            }
            for wait in sample.waits { figures.queueWaits.record(wait) }
            if !sample.waits.isEmpty { figures.batchSizes.record(Int64(sample.waits.count)) }
            if let commit = sample.commitNanoseconds { figures.commits.record(commit) }
            if let sync = sample.syncNanoseconds { figures.syncs.record(sync) }
            if sample.hasFailed { figures.failedCommits += 1 } else { figures.facts += UInt64(sample.facts) }
        }
    }

    /// The figures so far, sharing nothing with those that go on.
    func read() -> WriterFigures {
        figures.withLock { figures in
            var copy = figures
            copy.granted = figures.granted.map { $0.apart() }
            copy.refused = figures.refused.map { $0.apart() }
            copy.accepted = figures.accepted.map { $0 }
            copy.declined = figures.declined.map { $0 }
            copy.batchSizes = figures.batchSizes.apart()
            copy.queueWaits = figures.queueWaits.apart()
            copy.commits = figures.commits.apart()
            copy.syncs = figures.syncs.apart()
            return copy
        }
    }
}

extension Scheduler {
    /// What the writer has done since the start, and what waits for it now.
    public var figures: WriterFigures {
        var figures = meter.read()
        let (length, oldest) = queueState
        figures.queueLength = length
        figures.oldestWaitNanoseconds = oldest.map { max(0, clock.steadyNanoseconds - $0) } ?? 0
        return figures
    }
}
