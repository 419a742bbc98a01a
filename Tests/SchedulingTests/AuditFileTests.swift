// Books checked from the file alone: what was tampered with is found and named.

import FleetModel
import Foundation
import GRDB
import Leasing
import MerkleLog
import Scheduling
import Simulation
import Testing

@testable import Journaling

@Suite("The audit log in a file")
struct AuditFileTests {
    private let book: BookOnDisk

    init() throws { book = try BookOnDisk() }

    private func firstWrong(_ path: String, heads: [SignedHead] = []) throws -> UInt64? {
        let report = try AuditVerification.verify(book: path, keys: [book.signer.key], heads: heads)
        #expect(!report.findings.isEmpty)
        return report.firstRevision
    }

    @Test("a book as it was written holds, with its tiles, heads, table and the heads of tenants")
    func sound() throws {
        try book.grow(to: 700)
        try book.keepHead()
        let report = try AuditVerification.verify(
            book: book.path, keys: [], heads: [book.head(300), try book.tenantHead("acme")])
        #expect(report.findings.isEmpty, "\(report.findings)")
        #expect(report.size == 700 && report.tileCount == 2 && report.signedSize == 700 && report.headCount == 3)
        #expect(report.root == book.journal.tree.root && report.keyIDs == [book.signer.key.id])
    }

    @Test("flipped bits all over every entry are found at that entry")
    func flippedBits() throws {
        try book.grow(to: 6)
        try book.keepHead()
        let copy = try book.copy()
        let lengths = try copy.read { try Int.fetchAll($0, sql: "SELECT length(bytes) FROM facts ORDER BY sequence") }
        for (row, length) in lengths.enumerated() {
            // The first entry holds the whole fleet file: some of its bits.
            let step = max(1, length * 8 / 150)
            for bit in stride(from: row % step, to: length * 8, by: step) {
                let sequence = row + 1
                func flip() throws {
                    try copy.write { database in
                        var bytes = try Data.fetchOne(
                            database, sql: "SELECT bytes FROM facts WHERE sequence = ?", arguments: [sequence])!
                        bytes[bit / 8] ^= 1 << (bit % 8)
                        try database.execute(
                            sql: "UPDATE facts SET bytes = ? WHERE sequence = ?", arguments: [bytes, sequence])
                    }
                }
                try flip()
                let found = try firstWrong(copy.path)
                #expect(found == UInt64(sequence), "bit \(bit) of entry \(sequence)")
                try flip()
            }
        }
    }

    @Test(
        "a removed, swapped or added row is found at its place",
        arguments: [
            ("DELETE FROM facts WHERE sequence = 1", 1), ("DELETE FROM facts WHERE sequence = 17", 17),
            ("DELETE FROM facts WHERE sequence = 40", 40), ("DELETE FROM facts WHERE sequence > 30", 31),
            (
                """
                UPDATE facts SET sequence = -1 WHERE sequence = 9; UPDATE facts SET sequence = 9 WHERE sequence = 10;
                UPDATE facts SET sequence = 10 WHERE sequence = -1
                """, 9
            ),
            ("INSERT INTO facts VALUES (41, zeroblob(32), x'00')", 41),
            ("UPDATE audit SET reason = 'another' WHERE revision = 12", 12),
            ("DELETE FROM audit WHERE revision = 33", 33),
            (
                """
                INSERT INTO audit SELECT 9999, recorded_at, actor, role, reason, request_id, what, about FROM audit
                WHERE revision = 5
                """, 9_999
            ),
            ("UPDATE audit SET about = 'rival' WHERE revision = 5", 5),
        ] as [(String, UInt64)])
    func rows(sql: String, sequence: UInt64) throws {
        try book.grow(to: 40)
        try book.keepHead()
        let copy = try book.copy()
        try copy.write { try $0.execute(sql: sql) }
        #expect(try firstWrong(copy.path) == sequence)
    }

    @Test(
        "an entry written anew with all of the chain after it is found by the tiles, and by the heads between which it lies"
    )
    func rewritten() throws {
        try book.grow(to: 200)
        try book.keepHead()
        try book.grow(to: 600)
        try book.keepHead()
        let copy = try book.copy()
        try copy.rewrite(sequence: 300)
        // Of the second tile, and after the first head.
        let report = try AuditVerification.verify(book: copy.path, keys: [book.signer.key], heads: [])
        #expect(report.findings.map(\.revision) == [257, 201])
        #expect(report.signedSize == 200)
        // Whoever makes the tiles and the heads anew is found by a head from elsewhere.
        try copy.write { try $0.execute(sql: "DELETE FROM tree_tiles; DELETE FROM tree_heads") }
        #expect(try AuditVerification.verify(book: copy.path, keys: [], heads: []).findings.isEmpty)
        #expect(try firstWrong(copy.path, heads: [book.head(299)!, book.head(600)!]) == 300)
        #expect(try firstWrong(copy.path, heads: [book.head(600)!]) == 1)
    }

    @Test("an end that was cut off with all traces is found by a head that was kept, in the file or elsewhere")
    func truncated() throws {
        try book.grow(to: 90)
        try book.keepHead()
        try book.grow(to: 120)
        let copy = try book.copy()
        try copy.truncate(to: 100)
        #expect(try AuditVerification.verify(book: copy.path, keys: [], heads: []).findings.isEmpty)
        #expect(try firstWrong(copy.path, heads: [book.head(120)!]) == 101)
        try copy.truncate(to: 80)
        #expect(try firstWrong(copy.path) == 81)
    }

    @Test("a file that ends early is read as far as it goes")
    func cutFile() throws {
        try book.grow(to: 400)
        let copy = try book.copy()
        try copy.close()
        let file = try #require(FileHandle(forUpdatingAtPath: copy.path))
        try file.truncate(atOffset: try file.seekToEnd() / 2)
        try file.close()
        let found = try firstWrong(copy.path)
        #expect(found != nil && found! >= 1 && found! <= 400)
    }

    @Test("no flipped byte of a file ends the check otherwise than with findings, with a fault, or with nothing wrong")
    func flippedBytes() throws {
        try book.grow(to: 300)
        try book.keepHead()
        let copy = try book.copy()
        try copy.close()
        let good = try Data(contentsOf: URL(fileURLWithPath: copy.path))
        var found = 0
        for number in 0..<60 {
            var bad = good
            // Places all over the file, and different bits.
            bad[(number * 7_919 + 13) % good.count] ^= 1 << (number % 8)
            try bad.write(to: URL(fileURLWithPath: copy.path))
            do {
                let report = try AuditVerification.verify(book: copy.path, keys: [], heads: [book.head(300)!])
                if !report.findings.isEmpty { found += 1 }
            } catch { found += 1 }
        }
        // Most of the file is the journal; what is not is snapshots, free space and tables for people.
        #expect(found > 15)
    }

    @Test("heads of another key, another book, or with another signature do not hold")
    func wrongHeads() throws {
        try book.grow(to: 20)
        let good = book.head(20)!
        let other = HeadSigner(seed: HeadSigner.newSeed())!
        var changed = good
        changed.head.signedAt += 1
        var foreign = good.head
        foreign.bookID = String(repeating: "cd", count: 16)
        for head in [other.sign(good.head), changed, book.signer.sign(foreign)] {
            let report = try AuditVerification.verify(book: book.path, keys: [book.signer.key], heads: [head])
            #expect(report.findings.count == 1 && report.findings[0].revision == nil)
        }
        var tenant = try book.tenantHead("acme")
        tenant.head.root = .ofNothing
        let lie = book.signer.sign(tenant.head)
        let report = try AuditVerification.verify(book: book.path, keys: [book.signer.key], heads: [lie])
        #expect(report.findings.count == 1)
    }

    @Test("a head from before a restore that lost entries says so")
    func restored() throws {
        try book.grow(to: 50)
        let copy = try book.copy()
        try copy.close()
        try book.grow(to: 60)
        let lost = book.head(60)!
        let folder = book.folder + "/restored"
        try SQLiteJournal.restore(from: copy.path, directory: folder)
        let found = try firstWrong(folder + "/book.sqlite", heads: [book.head(50)!, lost])
        #expect(found == 51)
    }
}

/// A book in a file of its own, written without a scheduler.
private final class BookOnDisk {
    let folder = NSTemporaryDirectory() + "audit-" + UUID().uuidString
    let journal: SQLiteJournal
    let signer = HeadSigner(seed: Array(0..<32))!
    private var book: Book
    private var subjects: FactSubjects
    private var texts: [String] = []

    var path: String { folder + "/state/book.sqlite" }

    init() throws {
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try SQLiteJournal.initialise(directory: folder + "/state", bookID: String(repeating: "ab", count: 16))
        journal = try SQLiteJournal.open(
            directory: folder + "/state", projections: Projections.tables, projectionVersion: Projections.version)
        book = try Recovery.open(journal, secret: Array(0..<32), fleet: try Bench.smallFleet(), now: Bench.start)
        subjects = FactSubjects(after: book)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Puts the quotas of two tenants in turn, until there are `count` entries.
    func grow(to count: UInt64) throws {
        while journal.lastSequence < count {
            let number = Int(book.revision)
            let context = CommandContext(
                actor: Actor(name: "uid:0 root", role: "operator"), reason: "number \(number)",
                requestID: "r-\(number)",
                now: Bench.start + Int64(number))
            let tenant = number % 3 == 0 ? "rival" : "acme"
            let command = Command.putTenant(name: tenant, quota: Quota(gpus: number), description: "")
            guard let entry = try book.execute(command, context).entry else { throw CancellationError() }
            let about = subjects.subjects(of: entry, after: book)
            if tenant == "acme" {
                let share = TenantEntry(
                    entry, about: about, tenant: "acme", number: UInt64(texts.count) + 1, naming: book.naming)
                texts.append(share.text(of: "acme", bookID: book.bookID))
            }
            try journal.append(
                [entry.encoded()], expectedSequence: journal.lastSequence, epoch: 1,
                projecting: [Projections.auditRow(entry, about: about)])
        }
    }

    func head(_ size: UInt64) -> SignedHead! {
        (try? journal.treeRoot(at: size)).map { sign(.book, size, $0) }
    }

    func tenantHead(_ name: String) throws -> SignedHead {
        var tree = MerkleTree()
        for text in texts { tree.append(.leaf(Array(text.utf8))) }
        return sign(.tenant(name), tree.size, tree.root)
    }

    private func sign(_ log: LogName, _ size: UInt64, _ root: MerkleHash) -> SignedHead {
        signer.sign(
            TreeHead(bookID: book.bookID, epoch: 1, log: log, size: size, root: root, signedAt: Bench.start))
    }

    func keepHead() throws { try journal.keep(head(journal.lastSequence), signedWith: signer.key) }

    /// A copy to tamper with.
    func copy() throws -> TamperedCopy {
        let path = folder + "/copy-\(UUID().uuidString).sqlite"
        try journal.backup(to: path)
        return try TamperedCopy(path: path)
    }
}

/// A copy of a book, and what somebody with its file can do.
private final class TamperedCopy {
    let path: String
    private let queue: DatabaseQueue

    init(path: String) throws {
        self.path = path
        queue = try DatabaseQueue(path: path)
    }

    func read<T>(_ body: (Database) throws -> T) throws -> T { try queue.read(body) }
    func write(_ body: (Database) throws -> Void) throws { try queue.write(body) }
    func close() throws { try queue.close() }

    /// Changes the reason in an entry, and writes the chain anew from there on.
    func rewrite(sequence: Int) throws {
        try queue.write { database in
            let old = try Data.fetchOne(
                database, sql: "SELECT bytes FROM facts WHERE sequence = ?", arguments: [sequence])!
            var entry = try Entry(decoding: Array(old))
            entry.reason = "another"
            try database.execute(
                sql: "UPDATE facts SET bytes = ? WHERE sequence = ?", arguments: [Data(entry.encoded()), sequence])
            try database.execute(
                sql: "UPDATE audit SET reason = 'another' WHERE revision = ?", arguments: [sequence])
            var position = ChainPosition.origin(bookID: String(repeating: "ab", count: 16))
            for row in try Row.fetchAll(database, sql: "SELECT sequence, bytes FROM facts ORDER BY sequence") {
                let number = UInt64(row[0] as Int64)
                let chain = Array(row[1] as Data).withUnsafeBytes {
                    FactChain.link(after: position.chain, sequence: number, bytes: $0)
                }
                position = ChainPosition(sequence: number, chain: chain)
                try database.execute(
                    sql: "UPDATE facts SET chain = ? WHERE sequence = ?",
                    arguments: [Data(chain.withBytes(Array.init)), Int64(number)])
            }
            try setHead(position, database)
        }
    }

    /// Takes away what comes after an entry, and says that the journal ends there.
    func truncate(to sequence: UInt64) throws {
        try queue.write { database in
            for table in ["facts WHERE sequence", "audit WHERE revision", "tree_tiles WHERE 256 * number + 255"] {
                try database.execute(sql: "DELETE FROM \(table) > ?", arguments: [Int64(sequence)])
            }
            let chain = try Data.fetchOne(
                database, sql: "SELECT chain FROM facts WHERE sequence = ?", arguments: [Int64(sequence)])!
            let digest = Array(chain).withUnsafeBytes { ChainDigest($0) }!
            try setHead(ChainPosition(sequence: sequence, chain: digest), database)
        }
    }

    private func setHead(_ position: ChainPosition, _ database: Database) throws {
        try database.execute(
            sql: "UPDATE meta SET value = ? WHERE key = 'head'", arguments: [Data(position.headBytes)])
    }
}
