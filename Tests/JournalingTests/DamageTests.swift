// A damaged book is refused, with the place of the damage, and left as it is.

import Foundation
import GRDB
import Testing

@testable import Journaling

@Suite("Damage")
struct DamageTests {
    @Test(
        "A changed, missing or swapped row is found and named",
        arguments: [
            ("UPDATE facts SET bytes = x'0102030405060F' WHERE sequence = 2", 2),
            ("UPDATE facts SET chain = zeroblob(32) WHERE sequence = 5", 5),
            ("UPDATE facts SET chain = x'00' WHERE sequence = 5", 5),
            ("DELETE FROM facts WHERE sequence = 4", 4),
            ("DELETE FROM facts WHERE sequence = 1", 1),
            ("DELETE FROM facts WHERE sequence = 10", 10),
            ("DELETE FROM facts", 1),
            (
                """
                UPDATE facts SET sequence = -1 WHERE sequence = 3;
                UPDATE facts SET sequence = 3 WHERE sequence = 4;
                UPDATE facts SET sequence = 4 WHERE sequence = -1
                """, 3
            ),
            ("INSERT INTO facts VALUES (11, zeroblob(32), x'00')", 11),
        ] as [(String, UInt64)])
    func findsRow(sql: String, sequence: UInt64) throws {
        let folder = try StateFolder(holding: tenRecords)
        try folder.tamper(sql)
        let fault = try #require(folder.openingFault())
        #expect(fault.damagedSequence == sequence)
        #expect(fault.description.contains("berthd --restore"))
    }

    @Test(
        "A book whose own values are wrong is refused",
        arguments: [
            "DELETE FROM meta WHERE key = 'head'",
            "UPDATE meta SET value = x'00' WHERE key = 'head'",
            "UPDATE meta SET value = x'ffffffffffffffff' || zeroblob(32) WHERE key = 'head'",
            "DELETE FROM meta WHERE key = 'epoch'",
            "UPDATE meta SET value = 0 WHERE key = 'epoch'",
            "UPDATE meta SET value = 'short' WHERE key = 'book_id'",
            "UPDATE meta SET value = '\(otherBookID)' WHERE key = 'book_id'",
            "DROP TABLE facts",
        ])
    func refusesWrongValues(sql: String) throws {
        let folder = try StateFolder(holding: tenRecords)
        try folder.tamper(sql)
        let fault = try #require(folder.openingFault())
        #expect(fault.endsProcess, "\(fault)")
    }

    @Test("A flipped bit in the file itself is found, whichever record it lies in", arguments: [1, 5, 9])
    func findsFlippedBit(sequence: Int) throws {
        let records = (1...9).map { [UInt8](repeating: UInt8(0xA0 + $0), count: 600) }
        let folder = try StateFolder(holding: records)
        let file = try Data(contentsOf: URL(fileURLWithPath: folder.bookPath))
        let place = try #require(file.firstRange(of: Data(records[sequence - 1]))).lowerBound + 300
        try folder.overwrite([file[place] ^ 1], at: UInt64(place))
        #expect(folder.openingFault()?.damagedSequence == UInt64(sequence))
    }

    @Test("A truncated file is refused", arguments: [0, 50, 4096, 8192, 20_000])
    func refusesTruncated(byteCount: Int) throws {
        let folder = try StateFolder(holding: (0..<200).map { [UInt8](repeating: UInt8($0), count: 300) })
        #expect(truncate(folder.bookPath, byteCount) == 0)
        #expect(folder.openingFault()?.isDamage == true)
    }

    @Test("A file that does not begin as a book does is refused")
    func refusesGarbage() throws {
        let folder = try StateFolder(holding: tenRecords)
        try folder.overwrite(Array("not a database!!".utf8), at: 0)
        #expect(folder.openingFault()?.isDamage == true)
    }

    @Test("Another SQLite file under the book's name is refused")
    func refusesForeignFile() throws {
        let folder = try StateFolder(holding: tenRecords)
        try FileManager.default.removeItem(atPath: folder.bookPath)
        try folder.tamper("CREATE TABLE other (id INTEGER)")
        #expect(folder.openingFault()?.isDamage == true)
    }

    @Test("Damage is left as it is: a second opening refuses the same")
    func repairsNothing() throws {
        let folder = try StateFolder(holding: tenRecords)
        try folder.tamper("DELETE FROM facts WHERE sequence = 4")
        let first = folder.openingFault()
        let bytes = try Data(contentsOf: URL(fileURLWithPath: folder.bookPath))
        #expect(folder.openingFault() == first)
        #expect(try Data(contentsOf: URL(fileURLWithPath: folder.bookPath)) == bytes)
    }

    @Test(
        "A snapshot that is not what was written is refused",
        arguments: [
            "UPDATE snapshots SET bytes = x'00'", "UPDATE snapshots SET sequence = 6",
            "UPDATE snapshots SET sequence = -1", "UPDATE snapshots SET chain = zeroblob(32)",
            "UPDATE snapshots SET digest = x'00'",
        ])
    func refusesSnapshot(sql: String) throws {
        let folder = try StateFolder(holding: tenRecords)
        let journal = try folder.open()
        try journal.snapshot([1, 2, 3], at: 5)
        try journal.close()
        try folder.tamper(sql)
        #expect(folder.openingFault()?.isDamage == true)
    }

    @Test(
        "A snapshot in parts that is not what was written is refused",
        arguments: [
            "UPDATE snapshot_parts SET bytes = x'00' WHERE number = 2", "DELETE FROM snapshot_parts WHERE number = 1",
            "DELETE FROM snapshot_parts", "UPDATE part_snapshots SET part_count = 1",
            "UPDATE part_snapshots SET part_count = -1", "UPDATE part_snapshots SET first_part = 2",
            "UPDATE part_snapshots SET sequence = 6", "UPDATE part_snapshots SET sequence = -1",
            "UPDATE part_snapshots SET chain = zeroblob(32)", "UPDATE part_snapshots SET digest = x'00'",
        ])
    func refusesSnapshotInParts(sql: String) throws {
        let folder = try StateFolder(holding: tenRecords)
        let journal = try folder.open()
        var parts = SnapshotInParts(
            [UInt8](repeating: 3, count: JournalLimits.snapshotPartBytes + 1), at: try journal.place(of: 5))
        while !parts.isWritten { try journal.writePart(of: &parts) }
        try journal.close()
        #expect(folder.openingFault() == nil)
        try folder.tamper(sql)
        #expect(folder.openingFault()?.isDamage == true)
    }

    @Test("A snapshot whose record is gone is refused")
    func refusesSnapshotWithoutRecord() throws {
        let folder = try StateFolder(holding: tenRecords)
        let journal = try folder.open()
        try journal.snapshot([1, 2, 3], at: 5)
        try journal.close()
        try folder.tamper("DELETE FROM facts WHERE sequence = 5")
        #expect(folder.openingFault()?.damagedSequence == 5)
    }

    @Test("Damage before the snapshot is not seen at open, but by the whole verification and by a read")
    func findsDamageBeforeSnapshot() throws {
        let folder = try StateFolder(holding: tenRecords)
        let journal = try folder.open()
        try journal.snapshot([1, 2, 3], at: 8)
        try journal.close()
        try folder.tamper("UPDATE facts SET bytes = x'FF' WHERE sequence = 3")
        let reopened = try folder.open()
        let fault = #expect(throws: JournalFault.self) { try reopened.verifyWholeChain() }
        #expect(fault?.damagedSequence == 3)
        let readFault = #expect(throws: JournalFault.self) { try reopened.read(after: 0, limit: 10) }
        #expect(readFault?.damagedSequence == 3)
        #expect(try reopened.read(after: 8, limit: 10).count == 2)
    }

    @Test("A tile of the log that does not follow from its records is found by the whole verification")
    func findsWrongTile() throws {
        let folder = try StateFolder(holding: (0..<600).map { [UInt8](repeating: UInt8($0 % 256), count: 5) })
        try folder.tamper("UPDATE tree_tiles SET root = zeroblob(32) WHERE number = 1")
        let journal = try folder.open()
        let fault = #expect(throws: JournalFault.self) { try journal.verifyWholeChain() }
        #expect(fault?.damagedSequence == 257)
    }

    @Test("The whole verification reports its progress and stops when told to")
    func verificationStops() throws {
        let count = Int(JournalLimits.recordsPerVerificationStep) + 5
        let folder = try StateFolder(holding: Array(repeating: [1], count: count))
        let journal = try folder.open()
        var steps: [UInt64] = []
        let last = try journal.verifyWholeChain { verified, total in
            #expect(total == UInt64(count))
            steps.append(verified)
            return true
        }
        #expect(last == UInt64(count))
        #expect(steps == [JournalLimits.recordsPerVerificationStep, UInt64(count)])
        #expect(try journal.verifyWholeChain { _, _ in false } == JournalLimits.recordsPerVerificationStep)
    }

    @Test("A book of a newer release is refused as such")
    func refusesNewer() throws {
        let folder = try StateFolder(holding: tenRecords)
        try folder.tamper("INSERT INTO grdb_migrations VALUES ('99: from the future')")
        guard case .tooNew? = folder.openingFault() else {
            Issue.record("a newer book must be refused")
            return
        }
    }
}
