// How many lines of one kind the log takes, so that nobody can fill it.

import Synchronization

/// A bucket for each kind. Any thread may use it.
public final class LineLimiter: Sendable {
    private struct Bucket {
        /// Lines that may still come, in nanoseconds of filling.
        var level: Int64
        var filledAt: Int64
        var leftOut = 0
    }

    /// Lines of one kind at once, and how many more a second after that.
    public static let burst: Int64 = 200
    public static let perSecond: Int64 = 20
    /// Kinds that are told apart; what comes beyond has one bucket together.
    private static let kindsMax = 1_024
    private static let price: Int64 = 1_000_000_000 / perSecond

    private let buckets = Mutex<[String: Bucket]>([:])

    /// With full buckets.
    public init() {}

    /// How many lines of this kind were left out before this one; nil where this one is left out as well.
    ///
    /// - Parameter now: nanoseconds that only ever grow.
    public func take(_ kind: String, at now: Int64) -> Int? {
        buckets.withLock { buckets in
            let kind = buckets[kind] == nil && buckets.count >= Self.kindsMax ? "" : kind
            var bucket = buckets[kind] ?? Bucket(level: Self.burst * Self.price, filledAt: now)
            defer { buckets[kind] = bucket }
            if now > bucket.filledAt {
                bucket.level = min(Self.burst * Self.price, bucket.level + (now - bucket.filledAt))
                bucket.filledAt = now
            }
            guard bucket.level >= Self.price else {
                bucket.leftOut += 1
                return nil
            }
            bucket.level -= Self.price
            defer { bucket.leftOut = 0 }
            return bucket.leftOut
        }
    }
}
