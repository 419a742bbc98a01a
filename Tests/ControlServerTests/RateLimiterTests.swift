// Token buckets against the plain sum of what has flowed in and out.

import Testing

@testable import ControlServer

@Suite("Rate limits")
struct RateLimiterTests {
    private static let second: Int64 = 1_000_000_000

    @Test("a burst is answered at once, and then one for each interval, with the true time to wait")
    func burst() {
        let limiter = RateLimiter(burst: 3, perMinute: 6)
        #expect((0..<3).allSatisfy { _ in limiter.take("acme", at: 0) == nil })
        #expect(limiter.take("acme", at: 0) == 10)
        #expect(limiter.take("acme", at: 4 * Self.second) == 6)
        // Who comes when told is answered, and once only.
        #expect(limiter.take("acme", at: 10 * Self.second) == nil)
        #expect(limiter.take("acme", at: 10 * Self.second) == 10)
        #expect(limiter.take("acme", at: 10 * Self.second + 1) == 10)
    }

    @Test("one's haste is not another's, and time that is not used is kept up to the burst")
    func separate() {
        let limiter = RateLimiter(burst: 2, perMinute: 60)
        #expect(limiter.take("acme", at: 0) == nil && limiter.take("acme", at: 0) == nil)
        #expect(limiter.take("acme", at: 0) == 1 && limiter.take("rival", at: 0) == nil)
        let later = 3_600 * Self.second
        #expect(limiter.take("acme", at: later) == nil && limiter.take("acme", at: later) == nil)
        #expect(limiter.take("acme", at: later) == 1)
    }

    @Test("looking takes nothing, and what is charged is owed, though not without end")
    func charged() {
        let limiter = RateLimiter(burst: 2, perMinute: 60)
        for _ in 0..<9 { #expect(limiter.wait(for: "acme", at: 0) == nil) }
        limiter.charge("acme", 3, at: 0)
        #expect(limiter.wait(for: "acme", at: 0) == 2)
        limiter.charge("acme", 1_000_000, at: 0)
        #expect(limiter.wait(for: "acme", at: 0) == 3)
        #expect(limiter.wait(for: "acme", at: 3 * Self.second) == nil)
    }

    @Test("of more names than are told apart, those that have waited long enough make room, the rest share one bucket")
    func names() {
        let limiter = RateLimiter(burst: 1, perMinute: 1, keysMax: 2)
        #expect(limiter.take("a", at: 0) == nil && limiter.take("b", at: 0) == nil)
        #expect(limiter.take("c", at: 1) == nil)
        #expect(limiter.take("d", at: 2) == 60)
        let later = 61 * Self.second
        #expect(limiter.take("e", at: later) == nil && limiter.take("e", at: later) == 60)
        #expect(limiter.take("f", at: later) == nil)
    }

    @Test("over any span no more is answered than the burst and what the pace allows")
    func bounded() {
        for seed in UInt64(1)...50 {
            var random = SeededNumbers(seed)
            let (burst, perMinute) = (Int(random.next(20)) + 1, Int(random.next(600)) + 1)
            let limiter = RateLimiter(burst: burst, perMinute: perMinute)
            var (now, answered) = (Int64(0), 0)
            for _ in 0..<500 {
                now += Int64(random.next(2_000_000_000))
                if limiter.take("acme", at: now) == nil { answered += 1 }
            }
            let allowed = burst + Int(now / (60 * Self.second / Int64(perMinute)))
            #expect(answered <= allowed, "seed \(seed): \(answered) of \(allowed)")
        }
    }
}

/// Numbers that a printed seed repeats.
private struct SeededNumbers {
    private var state: UInt64

    init(_ seed: UInt64) { state = seed }

    mutating func next(_ bound: UInt64) -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state >> 33) % bound
    }
}
