// What one tenant has committed, as a step function of time. What the fleet has is in `CommittedWatts`.

public import FleetModel

/// A step function of watts over time, kept as sorted differences in chunks.
///
/// Each chunk knows the sum of its differences and their highest running sum, so the peak over a window is found
/// without walking every step: O(chunks + chunk size). Adding over an interval is two insertions of the same
/// cost. Steps that cancel are dropped, so the size follows what is committed, not history.
public struct CommittedTimeline: Sendable {
    struct Step: Sendable {
        var at: Int64
        var delta: Watts
    }

    struct Chunk: Sendable {
        var steps: ContiguousArray<Step>
        var sum: Watts
        /// Highest sum of a non-empty run of steps from the chunk's start; meaningless when it is empty.
        var highest: Watts

        init(_ steps: ContiguousArray<Step>) {
            self.steps = steps
            (sum, highest) = (0, .min)
            summarise()
        }

        mutating func summarise() {
            var running: Watts = 0
            var highest = Watts.min
            for step in steps {
                running += step.delta
                highest = max(highest, running)
            }
            (sum, self.highest) = (running, highest)
        }
    }

    static var chunkSize: Int { 128 }

    var chunks: ContiguousArray<Chunk> = []
    /// Watts committed at all times (idle floors, rack overheads).
    public let floor: Watts

    public init(floor: Watts) {
        self.floor = floor
    }

    /// Adds `watts` over `[start, end)`.
    public mutating func add(_ watts: Watts, from start: Int64, until end: Int64) {
        precondition(start < end, "an interval has a length")
        guard watts != 0 else { return }
        insert(Step(at: start, delta: watts))
        insert(Step(at: end, delta: -watts))
    }

    /// The highest value anywhere in `[start, end)`.
    public func peak(from start: Int64, until end: Int64) -> Watts {
        var running = floor
        var highest = Watts.min
        for chunk in chunks {
            guard let first = chunk.steps.first, let last = chunk.steps.last else { continue }
            if last.at <= start {
                running += chunk.sum
            } else if first.at > start && last.at < end {
                highest = max(highest, running, running + chunk.highest)
                running += chunk.sum
            } else {
                if first.at >= end { break }
                for step in chunk.steps {
                    if step.at >= end { return max(highest, running) }
                    if step.at > start { highest = max(highest, running) }
                    running += step.delta
                }
            }
        }
        return max(highest, running)
    }

    /// The value at `time`.
    public func value(at time: Int64) -> Watts { peak(from: time, until: time + 1) }

    /// The steps in `[start, end)`, the first one at `start` with the value there. O(steps).
    public func steps(from start: Int64, until end: Int64) -> [LimitStep] {
        var result = [LimitStep(at: start, watts: value(at: start))]
        for chunk in chunks {
            for step in chunk.steps where step.at > start && step.at < end {
                result.append(LimitStep(at: step.at, watts: result.last!.watts + step.delta))
            }
        }
        return result
    }

    private mutating func insert(_ step: Step) {
        // The first chunk whose last step is not before this one; the last chunk takes what is later than all.
        var low = 0
        var high = chunks.count
        while low < high {
            let middle = (low + high) / 2
            if chunks[middle].steps.last!.at < step.at { low = middle + 1 } else { high = middle }
        }
        if low == chunks.count {
            if let last = chunks.indices.last, chunks[last].steps.count < Self.chunkSize {
                low = last
            } else {
                chunks.append(Chunk([step]))
                return
            }
        }
        insert(step, intoChunk: low)
    }

    private mutating func insert(_ step: Step, intoChunk index: Int) {
        let position = chunks[index].steps.firstIndex { $0.at >= step.at } ?? chunks[index].steps.count
        if position < chunks[index].steps.count, chunks[index].steps[position].at == step.at {
            chunks[index].steps[position].delta += step.delta
            if chunks[index].steps[position].delta == 0 { chunks[index].steps.remove(at: position) }
        } else {
            chunks[index].steps.insert(step, at: position)
        }
        if chunks[index].steps.isEmpty {
            chunks.remove(at: index)
        } else if chunks[index].steps.count > Self.chunkSize {
            let half = chunks[index].steps.count / 2
            let upper = ContiguousArray(chunks[index].steps[half...])
            chunks[index].steps.removeLast(upper.count)
            chunks[index].summarise()
            chunks.insert(Chunk(upper), at: index + 1)
        } else {
            chunks[index].summarise()
        }
    }
}
