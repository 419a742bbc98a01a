// Tokens in the book: found by digest, bounded, ended with what made them, and stored only where there are some.

import Testing

@testable import Leasing

@Suite struct AccessTokenTests {
    private static let day: Int64 = 86_400

    private static func order(
        _ name: String, _ digest: UInt8, scopes: TokenScopes = [.read], owner: TokenOwner = .tenant("acme"),
        life: Int64 = 90 * day, parent: UInt64? = nil
    ) -> TokenOrder {
        TokenOrder(
            owner: owner, name: name, scopes: scopes, digest: [UInt8](repeating: digest, count: 32), lifeSeconds: life,
            parent: parent)
    }

    private static func book() throws -> JournalledBook {
        var desk = JournalledBook(Fleets.plain)
        try desk.execute(.putTenant(name: "acme", quota: Quota(), description: ""))
        return desk
    }

    @Test("A token is found by its whole digest alone, and counts until its end")
    func found() throws {
        var desk = try Self.book()
        let number = try #require(try desk.execute(.makeToken(Self.order("ci", 7, life: 60))).tokens.first)
        let token = try #require(desk.book.token(digest: [UInt8](repeating: 7, count: 32)))
        #expect(token.number == number && token.owner == .tenant("acme"))
        // The same beginning is not enough.
        var close = [UInt8](repeating: 7, count: 32)
        close[31] = 8
        #expect(desk.book.token(digest: close) == nil && desk.book.token(digest: []) == nil)
        #expect(token.isLive(at: desk.now + 59) && !token.isLive(at: desk.now + 60))
        #expect(desk.book.token(id: desk.book.tokenID(number)) == token)
        // As earlier releases called it.
        #expect(desk.book.token(id: "t-" + desk.book.tokenID(number).dropFirst(2)) == token)
        for id in ["k-0000000000000", "t-0000000000000", "l-7", "l-" + desk.book.tokenID(number).dropFirst(2)] {
            #expect(desk.book.token(id: id) == nil, "\(id)")
        }
    }

    @Test("A stored token is read when its times are within their range, and is a fault beyond")
    func times() throws {
        func stored(_ madeAt: Int64, life: Int64) throws -> AccessToken {
            var token = AccessToken(
                number: 1, owner: .auditor, name: "n", scopes: [], digest: [UInt8](repeating: 7, count: 32),
                madeAt: madeAt, expiresAt: madeAt &+ life, madeBy: "", parent: nil, revokedAt: nil)
            var writer = FieldWriter()
            try token.code(with: &writer)
            var (read, reader) = (AccessToken.blank, FieldReader(writer.bytes))
            try read.code(with: &reader)
            return read
        }
        for (madeAt, life) in [(Int64(0), Int64(1)), (1 << 48 - 1, 366 * Self.day)] {
            #expect(try stored(madeAt, life: life).expiresAt == madeAt + life)
        }
        for (madeAt, life) in [(-1, 60), (1 << 48, 60), (.max, 60), (0, 0), (0, 366 * Self.day + 1)] as [(Int64, Int64)]
        {
            #expect(throws: CodingFault.self, "\(madeAt), \(life)") { try stored(madeAt, life: life) }
        }
    }

    @Test("Names are each live token's own, and what cannot be is refused and changes nothing")
    func refused() throws {
        var desk = try Self.book()
        try desk.execute(.makeToken(Self.order("ci", 1)))
        let digest = desk.book.digest()
        for order in [
            Self.order("ci", 2), Self.order("other", 1), Self.order("x", 3, owner: .tenant("none")),
            Self.order("x", 3, scopes: []), Self.order("x", 3, scopes: TokenScopes(rawValue: 16)),
            Self.order("x", 3, life: 0), Self.order("x", 3, life: 367 * Self.day), Self.order("x", 3, parent: 99),
        ] {
            #expect(throws: Refusal.self) { try desk.execute(.makeToken(order)) }
        }
        #expect(throws: Refusal.self) { try desk.execute(.revokeToken(99)) }
        #expect(desk.book.digest() == digest)
        // Another owner's name is another name, and so is one that is free again.
        try desk.execute(.makeToken(Self.order("ci", 4, owner: .auditor)))
        try desk.execute(.revokeToken(1))
        try desk.execute(.makeToken(Self.order("ci", 5)))
    }

    @Test("Revoking a token revokes what was made with it, and with that, and nothing else")
    func revoked() throws {
        var desk = try Self.book()
        let all: TokenScopes = [.read, .tokens]
        try desk.execute(.makeToken(Self.order("a", 1, scopes: all)))
        try desk.execute(.makeToken(Self.order("b", 2, scopes: all, life: 80 * Self.day, parent: 1)))
        try desk.execute(.makeToken(Self.order("c", 3, life: Self.day, parent: 2)))
        try desk.execute(.makeToken(Self.order("d", 4)))
        // A child has no more and lives no longer.
        for order in [
            Self.order("e", 5, scopes: [.read, .request], life: Self.day, parent: 2),
            Self.order("e", 5, life: 81 * Self.day, parent: 2), Self.order("e", 5, owner: .auditor, parent: 2),
        ] {
            #expect(throws: Refusal.self) { try desk.execute(.makeToken(order)) }
        }
        try desk.execute(.revokeToken(1))
        let live = desk.book.tokens(of: .tenant("acme")).filter { $0.isLive(at: desk.now) }
        #expect(live.map(\.name) == ["d"])
        let revision = desk.book.revision
        try desk.execute(.revokeToken(1))
        #expect(desk.book.revision == revision, "once is enough")
    }

    @Test("A tenant's tokens go with it, live ones have a bound, and of those that are over the newest stay")
    func bounds() throws {
        var desk = try Self.book()
        for number in 0..<100 {
            try desk.execute(.makeToken(Self.order("t\(number)", UInt8(number))))
            try desk.execute(.revokeToken(UInt64(number) + 1))
        }
        let kept = desk.book.tokens(of: .tenant("acme"))
        #expect(kept.count <= TokenLimits.overMax + 1 && kept.last?.name == "t99")
        #expect(desk.book.token(digest: [UInt8](repeating: 0, count: 32)) == nil)
        try desk.execute(.makeToken(Self.order("live", 200)))
        try desk.execute(.removeTenant(name: "acme"))
        #expect(desk.book.token(digest: [UInt8](repeating: 200, count: 32)) == nil)
        try desk.execute(.putTenant(name: "acme", quota: Quota(), description: "another"))
        #expect(desk.book.tokens(of: .tenant("acme")).isEmpty)
    }

    @Test("A snapshot keeps tokens, and a book that never had one is stored as before")
    func stored() throws {
        var desk = try Self.book()
        #expect(desk.format != 13)
        try desk.execute(.makeToken(Self.order("a", 1, scopes: .all)))
        try desk.execute(.makeToken(Self.order("b", 2, life: Self.day, parent: 1)))
        try desk.execute(.revokeToken(2))
        let snapshot = desk.book.snapshot()
        #expect(desk.format == 13)
        let again = try Book(snapshot: snapshot)
        #expect(again.digest() == desk.book.digest())
        #expect(again.tokens(of: .tenant("acme")) == desk.book.tokens(of: .tenant("acme")))
        #expect(again.token(digest: [UInt8](repeating: 1, count: 32))?.name == "a")
    }

    @Test("A token keeps under which pepper it was made, in a form that the first level does not have")
    func pepper() throws {
        var order = Self.order("ci", 7)
        order.pepper = Array(1...8)
        var older = JournalledBook(Fleets.plain, level: 1)
        try older.execute(.putTenant(name: "acme", quota: Quota(), description: ""))
        #expect(!older.book.takesPeppers)
        #expect(older.refusal(of: .makeToken(order))?.code == .notFinalised)
        var desk = try Self.book()
        #expect(desk.book.takesPeppers)
        try desk.execute(.makeToken(Self.order("plain", 6)))
        try desk.execute(.makeToken(order))
        #expect(desk.entries.last?.formatLevel == 2)
        let again = try Book(snapshot: desk.book.snapshot())
        #expect(again.tokens(of: .tenant("acme")).map(\.pepper) == [nil, Array(1...8)])
        #expect(again.digest() == desk.book.digest())
        let bytes = desk.book.snapshot()
        for count in (bytes.count - 40)..<bytes.count {
            #expect(throws: CodingFault.self) { try Book(snapshot: Array(bytes[..<count])) }
        }
    }
}
