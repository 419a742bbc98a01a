// The successes that a repeated request gets again.

import HashTreeCollections
import Packing

/// What was answered under a key.
public struct KeptSuccess: Equatable, Sendable {
    public var bodyDigest: [UInt8]
    public var revision: UInt64
    public var leases: [UInt64]
    public var at: Int64
    /// What it said of a transfer or a sub-lease.
    var offer: OfferNote?
}

/// Keys of the last 24 hours, bounded for each scope; the oldest of a scope make room.
struct IdempotencyKeys: Sendable {
    static let keptSeconds: Int64 = 86_400
    static let keysPerScopeMax = 65_536

    private struct Name: Hashable, Sendable {
        var scope: String
        var key: String
    }

    private var successes = TreeDictionary<Name, KeptSuccess>()
    /// Keys of each scope in the order they were first used.
    private var order = TreeDictionary<String, RadixTable<String>>()
    private var nextPlace: UInt64 = 0

    /// The success kept under a key that is not older than 24 hours at `now`.
    func success(_ key: IdempotencyKey, now: Int64) -> KeptSuccess? {
        guard let kept = successes[Name(scope: key.scope, key: key.key)], kept.at + Self.keptSeconds > now else {
            return nil
        }
        return kept
    }

    mutating func keep(_ success: KeptSuccess, under key: IdempotencyKey) {
        let name = Name(scope: key.scope, key: key.key)
        var queue = order[key.scope] ?? RadixTable()
        order[key.scope] = nil
        while let oldest = queue.first() {
            let oldName = Name(scope: key.scope, key: oldest.value)
            let isStale = (successes[oldName]?.at ?? .min) + Self.keptSeconds <= success.at || oldName == name
            guard isStale || queue.count >= Self.keysPerScopeMax else { break }
            queue[oldest.key] = nil
            successes[oldName] = nil
        }
        queue[nextPlace] = key.key
        nextPlace += 1
        successes[name] = success
        order[key.scope] = queue
    }

    /// Forgets every key of a scope.
    mutating func removeAll(scope: String) {
        order[scope]?.forEach { _, key in
            successes[Name(scope: scope, key: key)] = nil
            return true
        }
        order[scope] = nil
    }

    /// All that is kept, in a fixed order: what a snapshot stores.
    var entries: [(key: IdempotencyKey, success: KeptSuccess)] {
        var result: [(IdempotencyKey, KeptSuccess)] = []
        for scope in order.keys.sorted() {
            order[scope]!.forEach { _, key in
                if let kept = successes[Name(scope: scope, key: key)] {
                    result.append((IdempotencyKey(scope: scope, key: key, bodyDigest: kept.bodyDigest), kept))
                }
                return true
            }
        }
        return result
    }
}
