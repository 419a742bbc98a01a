// A repeated request gets the first one's success.

import FleetModel
import Packing
import Testing

@testable import Leasing

@Suite struct IdempotencyTests {
    private func key(_ name: String, body: UInt8 = 1, scope: String = "ada") -> IdempotencyKey {
        IdempotencyKey(scope: scope, key: name, bodyDigest: [body])
    }

    private let request = Command.requestLeases([order(until: noon + 10 * day)], planTokens: [nil])

    @Test("The same key and body give the same leases and change nothing")
    func repeated() throws {
        var desk = JournalledBook(Fleets.plain)
        let first = try desk.execute(request, key: key("k"))
        desk.now += hour
        let again = try desk.execute(request, key: key("k"))
        #expect(again.isRepeated && again.leases == first.leases && !first.isRepeated)
        #expect(desk.book.leaseCount(in: .active) == 1)
        let release = try desk.execute(.releaseLease(first.leases[0]), key: key("r"))
        #expect(release.leases == first.leases)
        #expect(try desk.execute(.releaseLease(first.leases[0]), key: key("r")).isRepeated)
    }

    @Test("The same key with another body is refused, and the same key of somebody else is another key")
    func mismatch() throws {
        var desk = JournalledBook(Fleets.plain)
        try desk.execute(request, key: key("k"))
        #expect(desk.refusal(of: request, key: key("k", body: 2))?.code == .idempotencyMismatch)
        #expect(try !desk.execute(request, key: key("k", body: 2, scope: "bob")).isRepeated)
        #expect(desk.book.leaseCount(in: .active) == 2)
    }

    @Test("After a day a key is forgotten, and may be used anew")
    func forgotten() throws {
        var desk = JournalledBook(Fleets.plain)
        try desk.execute(request, key: key("k"))
        try desk.execute(request, key: key("other"))
        desk.now = noon + day - 1
        #expect(try desk.execute(request, key: key("k")).isRepeated)
        desk.now = noon + day
        #expect(try !desk.execute(request, key: key("k", body: 2)).isRepeated)
        #expect(try desk.execute(request, key: key("k", body: 2)).isRepeated)
        #expect(try !desk.execute(request, key: key("other")).isRepeated)
        #expect(desk.book.leaseCount(in: .active) == 4)
    }

    @Test("A refusal is not kept: the same key is decided anew")
    func refusalsAreNotKept() throws {
        var desk = JournalledBook(Fleets.plain)
        let all = Command.requestLeases([order(.node, 8, until: noon + day)], planTokens: [nil])
        let lease = try desk.request(order(until: noon + hour))
        #expect(desk.refusal(of: all, key: key("k"))?.code == .noCapacity)
        try desk.execute(.releaseLease(lease.number))
        desk.advance(to: noon + 2 * hour)
        #expect(try !desk.execute(all, key: key("k")).isRepeated)
    }

    @Test("Keys survive a replay and a snapshot")
    func survival() throws {
        var desk = JournalledBook(Fleets.plain)
        let first = try desk.execute(request, key: key("k"))
        var replayed = Book()
        for entry in desk.entries { replayed.apply(entry) }
        for var book in [replayed, try Book(snapshot: desk.book.snapshot())] {
            let context = CommandContext(
                actor: .daemon, reason: "", requestID: "", idempotencyKey: key("k"), now: noon + 5)
            let (entry, outcome) = try book.execute(request, context)
            #expect(entry == nil && outcome.isRepeated && outcome.leases == first.leases)
        }
    }

    @Test("The oldest keys of a scope make room beyond its bound, and those of other scopes stay")
    func bounded() {
        var keys = IdempotencyKeys()
        func keep(_ name: String, _ scope: String) {
            keys.keep(
                KeptSuccess(bodyDigest: [1], revision: 1, leases: [], at: noon), under: key(name, scope: scope))
        }
        keep("k", "bob")
        for number in 0...IdempotencyKeys.keysPerScopeMax { keep("k\(number)", "ada") }
        #expect(keys.success(key("k0"), now: noon) == nil)
        #expect(keys.success(key("k1"), now: noon) != nil)
        #expect(keys.success(key("k", scope: "bob"), now: noon) != nil)
        #expect(keys.entries.count == IdempotencyKeys.keysPerScopeMax + 1)
    }
}
