// The last accepted changes in memory, so that many watchers cost the writer one step for each batch.

public import Leasing
import Synchronization

/// An accepted change with whom each of its facts is about.
public struct AcceptedChange: Sendable, Equatable {
    public let entry: Entry
    /// For each fact, nil for nobody.
    public let subjects: [FactSubject?]

    /// Both.
    public init(entry: Entry, subjects: [FactSubject?]) {
        self.entry = entry
        self.subjects = subjects
    }
}

/// The last durable changes, in order. The writer adds whole batches; watchers take what they have not seen.
///
/// It is bounded: what has left it is read from the journal.
final class RecentChanges: Sendable {
    /// Batches that are kept.
    static let batchesMax = 1_024
    /// Facts of all that is kept. A batch that has more by itself is not kept.
    static let factsMax = 16_384

    private struct Batch: Sendable {
        let changes: [AcceptedChange]
        let factCount: Int
        var first: UInt64 { changes[0].entry.revision }
    }

    private struct State: Sendable {
        /// A ring: the oldest batch at `start`.
        var ring = [Batch?](repeating: nil, count: batchesMax)
        var start = 0
        var count = 0
        var facts = 0
        var last: UInt64

        subscript(place: Int) -> Batch { ring[(start + place) % ring.count]! }
    }

    private let state: Mutex<State>

    /// - Parameter last: the last revision before the first batch.
    init(after last: UInt64) {
        state = Mutex(State(last: last))
    }

    /// The last durable revision.
    var last: UInt64 { state.withLock { $0.last } }

    /// Adds a batch, whose changes follow on what is there. O(1), and what leaves.
    func append(_ changes: [AcceptedChange]) {
        guard let newest = changes.last else { return }
        let batch = Batch(changes: changes, factCount: changes.reduce(0) { $0 + $1.entry.facts.count })
        // What leaves is let go outside the lock.
        let gone: [Batch] = state.withLock { state in
            precondition(changes[0].entry.revision == state.last + 1, "changes are published in order")
            var gone: [Batch] = []
            while state.count > 0
                && (state.count == Self.batchesMax || state.facts + batch.factCount > Self.factsMax)
            {
                gone.append(state[0])
                state.facts -= state[0].factCount
                state.ring[state.start] = nil
                state.start = (state.start + 1) % state.ring.count
                state.count -= 1
            }
            state.last = newest.entry.revision
            guard batch.factCount <= Self.factsMax else { return gone }
            state.ring[(state.start + state.count) % state.ring.count] = batch
            state.count += 1
            state.facts += batch.factCount
            return gone
        }
        _ = gone
    }

    /// The changes after `revision`, at most `limit`; nil when some of them are no longer here. O(log batches + changes).
    func changes(after revision: UInt64, limit: Int) -> [AcceptedChange]? {
        state.withLock { state in
            guard revision < state.last else { return [] }
            guard state.count > 0, state[0].first <= revision + 1 else { return nil }
            var (low, high) = (0, state.count)
            while high - low > 1 {
                let middle = (low + high) / 2
                if state[middle].first <= revision + 1 { low = middle } else { high = middle }
            }
            var result: [AcceptedChange] = []
            while low < state.count && result.count < limit {
                let batch = state[low]
                let seen = revision >= batch.first ? Int(revision - batch.first) + 1 : 0
                result += batch.changes.dropFirst(seen).prefix(limit - result.count)
                low += 1
            }
            return result
        }
    }
}
