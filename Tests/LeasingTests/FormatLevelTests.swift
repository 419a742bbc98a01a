// Format levels: a book is written so that programs of its level read all of it, until its upgrade is finalised.

import FleetModel
import Packing
import Testing

@testable import Leasing

@Suite struct FormatLevelTests {
    /// A book as release 0.1.0 makes it.
    private func older() -> JournalledBook { JournalledBook(Fleets.plain, level: 1) }

    private func levels(_ desk: JournalledBook) -> [UInt64] { desk.entries.map(\.formatLevel) }

    @Test("Each stored number of a fact belongs to one level, and no level names one that there is not")
    func table() {
        for stored in UInt64(0)...255 {
            let levels = FormatLevel.all.filter { $0.facts.contains { $0.contains(stored) } }
            #expect(levels.count == (Fact.blank(storedAs: stored) == nil ? 0 : 1), "fact \(stored)")
        }
        #expect(FormatLevel.all.map(\.number) == Array(1...UInt64(FormatLevel.all.count)))
        for (lower, upper) in zip(FormatLevel.all, FormatLevel.all.dropFirst()) {
            #expect(lower.snapshotFormatMax <= upper.snapshotFormatMax && lower.release != upper.release)
            #expect(!upper.withheld.isEmpty, "what an operator does without is said")
        }
    }

    @Test("A new book is written at the program's level")
    func new() throws {
        let desk = JournalledBook(Fleets.plain)
        #expect(desk.book.formatLevel == FormatLevel.current.number)
        #expect(try Book.formatLevel(ofSnapshot: desk.book.snapshot()) == FormatLevel.current.number)
    }

    @Test("Below the level of a fact, what needs it is refused in words and what can do without it does")
    func withheld() throws {
        var desk = older()
        try desk.execute(.putTenant(name: "cyd", quota: Quota(), description: ""))
        let refusal = try desk.refused(.removeTenant(name: "cyd"))
        #expect(refusal.code == .notFinalised, "\(refusal)")
        #expect(refusal.detail.contains("release 0.1.0") && refusal.detail.contains("berth upgrade finalise"))
        let planned = PlannedCommand(.removeTenant(name: "cyd"), reason: "left")
        #expect(desk.refusal(of: .carryOut([planned], nil))?.code == .notFinalised)
        let count = desk.entries.count
        try desk.execute(.confirmClock)
        try desk.execute(.noteBackup(path: "/b"))
        #expect(desk.entries.count == count)
        let lease = try desk.request(order(until: desk.now + day))
        try desk.execute(
            .makeToken(
                TokenOrder(
                    owner: .tenant("ada"), name: "ci", scopes: .read, digest: Array(0..<32), lifeSeconds: 60,
                    parent: nil)))
        try desk.execute(.releaseLease(lease.number))
        #expect(levels(desk).allSatisfy { $0 == 1 })
        #expect(try Book.formatLevel(ofSnapshot: desk.book.snapshot()) == 1)
    }

    @Test("Finalising is one change, is done once, and then everything can be done; a program before refuses the book")
    func finalising() throws {
        var desk = older()
        try desk.execute(.finaliseUpgrade)
        #expect(desk.lastFacts == [.upgradeFinalised(level: FormatLevel.current.number)])
        #expect(desk.book.formatLevel == FormatLevel.current.number)
        let count = desk.entries.count
        try desk.execute(.finaliseUpgrade)
        #expect(desk.entries.count == count)
        try desk.execute(.removeTenant(name: "bob"))
        try desk.execute(.confirmClock)
        try desk.execute(.noteBackup(path: "/b"))
        #expect(desk.entries.count == count + 3)
        #expect(levels(desk)[(count - 1)...].allSatisfy { $0 == 2 })
        #expect(levels(desk)[..<(count - 1)].allSatisfy { $0 == 1 })
        #expect(try Book.formatLevel(ofSnapshot: desk.book.snapshot()) == 2)
    }

    @Test("A book above the program's level is refused for it, whether the program meets the fact or a snapshot")
    func above() throws {
        let own = FormatLevel.current.number
        let message = "format level \(own + 1)"
        for fact in [
            Fact.upgradeFinalised(level: own + 1), .bookOpened(bookID: "b", secret: [1], level: own + 1),
        ] {
            let fault = #expect(throws: CodingFault.self) { try Entry(decoding: FactFixtures.entry([fact]).encoded()) }
            #expect(fault?.problem.contains(message) == true && fault?.problem.contains("up to \(own)") == true)
        }
        var record = BookRecord()
        (record.level, record.version) = (own + 1, 15)
        var writer = FieldWriter()
        try record.code(with: &writer)
        let fault = #expect(throws: CodingFault.self) { try Book(snapshot: writer.bytes) }
        #expect(fault?.problem.contains(message) == true, "\(String(describing: fault))")
    }

    @Test("A book in which a later fact stands already is at its level, without a word of it")
    func implied() throws {
        var book = Book()
        for entry in older().entries { book.apply(entry) }
        var entry = FactFixtures.entry([.tenantRemoved(name: "bob", endsName: true)])
        entry.revision = book.revision + 1
        book.apply(entry)
        #expect(book.formatLevel == 2)
        #expect(try Book(snapshot: book.snapshot()).formatLevel == 2)
    }
}
