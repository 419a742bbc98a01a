// A book of release 0.1.0: read as it was, written so that 0.1.0 reads on, and from the finalising on no more.

import FleetModel
import Foundation
import Journaling
import Leasing
import Logging
import Packing
import Scheduling
import Simulation
import Testing

@Suite("Upgrades")
struct UpgradeTests {
    /// The folder of books that releases made (Tests/Books/README.md).
    private static let books = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Books")
    private let folder = NSTemporaryDirectory() + "upgrade-" + UUID().uuidString

    init() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            atPath: Self.books.appendingPathComponent("0.1.0.sqlite").path, toPath: folder + "/book.sqlite")
    }

    private func open(levelMax: UInt64 = FormatLevel.current.number) throws -> SQLiteJournal {
        try SQLiteJournal.open(
            directory: folder, projections: Projections.tables, projectionVersion: Projections.version,
            levelMax: levelMax)
    }

    private func scheduler(_ journal: SQLiteJournal, _ book: Book) -> Scheduler {
        let scheduler = Scheduler(
            book: book, journal: journal, clock: ManualClock(wallSeconds: book.time + 60),
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }, onBrokenJournal: { _ in })
        scheduler.start()
        return scheduler
    }

    private func context(_ reason: String = "test") -> CommandContext {
        CommandContext(
            actor: Actor(name: "uid:0 root", role: "operator"), reason: reason, requestID: "r-1", now: 0)
    }

    /// What a program of level 1 does first: it decodes the newest snapshot and every entry.
    private func isRead(by level: UInt64, _ journal: SQLiteJournal) throws -> Bool {
        let snapshot = try #require(try journal.latestSnapshot())
        let levels = try journal.read(after: 0, limit: 1_000).map { try Entry(decoding: $0.bytes).formatLevel }
        #expect(UInt64(levels.count) == journal.lastSequence)
        return try Book.formatLevel(ofSnapshot: snapshot.bytes) <= level && levels.allSatisfy { $0 <= level }
    }

    @Test("0.1.0's book is the same book here, goes on so that 0.1.0 reads it, and no more once it is finalised")
    func upgrade() async throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var journal = try open()
        let book = try Recovery.book(from: journal)
        let digest = try String(contentsOf: Self.books.appendingPathComponent("0.1.0.digest"), encoding: .utf8)
        #expect(book.digest() == digest.trimmingCharacters(in: .whitespacesAndNewlines))
        #expect(try Recovery.bookFromFactsAlone(in: journal).digest() == book.digest())
        #expect(book.formatLevel == 1 && book.tenantNames == ["acme", "globex"] && book.leaseCount(in: .active) == 2)
        #expect(book.leaseCount(in: .cancelled) == 1 && book.tokens(of: .tenant("acme")).count == 1)
        #expect(try isRead(by: 1, journal))

        // Work of all kinds goes on, and what cannot is refused in words.
        try Recovery.rebuildProjections(of: journal)
        var work = scheduler(journal, book)
        let line = LeaseLine(name: "gpu", shape: .gpus(1), count: 1, models: ["H100"], within: nil)
        let order = LeaseOrder(
            tenant: "acme", contract: nil, label: nil, leaseClass: .standard, lines: [line], sites: [], start: nil,
            end: book.time + 7_200, cap: .percent(50), sparesPerDomain: 0)
        let commands: [Command] = [
            .putTenant(name: "umbra", quota: Quota(), description: ""),
            .requestLeases([order], planTokens: [nil]), .setFreeze(true), .setFreeze(false), .confirmClock,
            .noteBackup(path: "/b"),
            .makeToken(
                TokenOrder(
                    owner: .tenant("acme"), name: "new", scopes: .read, digest: Array(0..<32), lifeSeconds: 600,
                    parent: nil)),
        ]
        for command in commands {
            let answer = await work.submit(command, context())
            #expect(answer.outcome != nil, "\(command)")
        }
        guard case .refused(let refusal, _) = await work.submit(.removeTenant(name: "umbra"), context()) else {
            return #expect(Bool(false), "a removal waits for the upgrade to be finalised")
        }
        #expect(refusal.code == .notFinalised && refusal.detail.contains("berth upgrade finalise"))
        let reports = try Verification.run(work.view.book, journal: journal, now: work.now)
        #expect(reports.flatMap(\.violations).isEmpty)
        work.stop()
        #expect(try isRead(by: 1, journal))
        try journal.close()

        // A program of level 1 opens it again.
        journal = try open(levelMax: 1)
        work = scheduler(journal, try Recovery.book(from: journal))
        #expect(work.view.book.tenantNames == ["acme", "globex", "umbra"])
        let last = journal.lastSequence
        for _ in 0..<2 {
            let answer = await work.submit(.finaliseUpgrade, context("a week without trouble"))
            #expect(answer.outcome != nil)
        }
        #expect(journal.lastSequence == last + 1, "finalising is done once")
        #expect(await work.submit(.removeTenant(name: "umbra"), context()).outcome != nil)
        #expect(try Verification.run(work.view.book, journal: journal, now: work.now).flatMap(\.violations).isEmpty)
        work.stop()
        #expect(try !isRead(by: 1, journal))
        try journal.close()

        let fault = #expect(throws: JournalFault.self) { try open(levelMax: 1) }
        #expect(fault.map { "\($0)".contains("format level 2") } == true)
        journal = try open()
        let after = try Recovery.book(from: journal)
        #expect(after.formatLevel == 2 && after.tenantNames == ["acme", "globex"])
        #expect(try Recovery.bookFromFactsAlone(in: journal).digest() == after.digest())
        try journal.close()
    }

    @Test("A new book is at the program's level from its first entry on, in its file too")
    func new() throws {
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try FileManager.default.removeItem(atPath: folder + "/book.sqlite")
        try SQLiteJournal.initialise(directory: folder, bookID: String(repeating: "ab", count: 16))
        let journal = try open()
        let book = try Recovery.open(
            journal, secret: Array(0..<32), fleet: try Bench.smallFleet(), now: Bench.start)
        #expect(book.formatLevel == FormatLevel.current.number)
        try journal.close()
        #expect(throws: JournalFault.self) { try open(levelMax: 1) }
    }
}
