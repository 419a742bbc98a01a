// How often somebody may do something: token buckets by name, without a clock of their own.

import Synchronization

/// A bucket that fills at a steady pace up to its brim, and gives one for each thing that is done.
struct TokenBucket: Equatable {
    private static let nanosecondsPerMinute: Int64 = 60_000_000_000

    /// What is in it, in nanoseconds of filling.
    private var level: Int64
    private var filledAt: Int64
    private let brim: Int64
    /// How long one takes to fill.
    private let price: Int64

    /// A full bucket.
    init(burst: Int, perMinute: Int, at now: Int64) {
        price = Self.nanosecondsPerMinute / Int64(max(1, perMinute))
        brim = price * Int64(max(1, burst))
        (level, filledAt) = (brim, now)
    }

    private mutating func fill(at now: Int64) {
        guard now > filledAt else { return }
        level = min(brim, level + min(2 * brim, now - filledAt))
        filledAt = now
    }

    /// How long until there is one, in nanoseconds; 0 when there is.
    mutating func wait(at now: Int64) -> Int64 {
        fill(at: now)
        return max(0, price - level)
    }

    /// Takes some out, below the bottom where there is not enough.
    mutating func take(_ count: Int, at now: Int64) {
        fill(at: now)
        level = max(-brim, level - price * Int64(count))
    }

    mutating func isFull(at now: Int64) -> Bool {
        fill(at: now)
        return level == brim
    }
}

/// Buckets by name. Any thread may use it.
final class RateLimiter: Sendable {
    private struct State {
        var burst: Int
        var perMinute: Int
        var buckets: [String: TokenBucket] = [:]
    }

    private let keysMax: Int
    private let state: Mutex<State>

    init(burst: Int, perMinute: Int, keysMax: Int = ServerLimits.rateKeysMax) {
        state = Mutex(State(burst: burst, perMinute: perMinute))
        self.keysMax = keysMax
    }

    /// Counts anew, by another measure.
    func set(burst: Int, perMinute: Int) {
        state.withLock { $0 = State(burst: burst, perMinute: perMinute) }
    }

    /// Takes one for `key`, or says in how many seconds there will be one.
    ///
    /// - Parameter now: nanoseconds that only ever grow.
    func take(_ key: String, at now: Int64) -> Int64? {
        withBucket(key, now) { bucket in
            let wait = bucket.wait(at: now)
            guard wait == 0 else { return Self.seconds(wait) }
            bucket.take(1, at: now)
            return nil
        }
    }

    /// In how many seconds there will be one for `key`; nil when there is one. Takes none.
    func wait(for key: String, at now: Int64) -> Int64? {
        withBucket(key, now) { bucket in
            let wait = bucket.wait(at: now)
            return wait == 0 ? nil : Self.seconds(wait)
        }
    }

    /// Takes what has been used already.
    func charge(_ key: String, _ count: Int, at now: Int64) {
        withBucket(key, now) { $0.take(count, at: now) }
    }

    private static func seconds(_ nanoseconds: Int64) -> Int64 { max(1, (nanoseconds + 999_999_999) / 1_000_000_000) }

    private func withBucket<Value: Sendable>(
        _ key: String, _ now: Int64, _ body: (inout TokenBucket) -> Value
    ) -> Value {
        state.withLock { state in
            var key = key
            if state.buckets[key] == nil, state.buckets.count >= keysMax {
                // Full ones know nothing. Where all know something, what comes new has one bucket together.
                state.buckets = state.buckets.filter { entry in
                    var bucket = entry.value
                    return !bucket.isFull(at: now)
                }
                if state.buckets.count >= keysMax { key = "" }
            }
            var bucket =
                state.buckets[key] ?? TokenBucket(burst: state.burst, perMinute: state.perMinute, at: now)
            defer { state.buckets[key] = bucket }
            return body(&bucket)
        }
    }
}

/// Too often: when to come again.
struct Throttled: Error {
    let detail: String
    let seconds: Int64
}
