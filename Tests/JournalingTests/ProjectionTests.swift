// The plain tables change with the facts, whole or not at all, and are made anew when their version changes.

import GRDB
import Testing

@testable import Journaling

@Suite("Projections")
struct ProjectionTests {
    func row(_ id: Int64, _ tenant: String) -> [ProjectionValue] {
        [.integer(id), .text(tenant), .integer(id), .blob([])]
    }

    @Test("Rows are put, replaced and taken away with the facts")
    func follows() throws {
        let folder = try StateFolder(holding: [])
        let journal = try folder.open([leases])
        #expect(!journal.projectionsAreStale)
        try journal.append(
            next: [[1]],
            projecting: [
                .upsert(table: "leases", values: row(1, "a")), .upsert(table: "leases", values: row(2, "b")),
                .upsert(table: "leases", values: row(3, "ünïcode")),
            ])
        try journal.append(
            next: [[2]],
            projecting: [
                .upsert(table: "leases", values: row(2, "c")), .delete(table: "leases", key: [.integer(1)]),
                .delete(table: "leases", key: [.integer(99)]),
            ])
        #expect(try query(journal, "SELECT id || tenant FROM leases ORDER BY id") == ["2c", "3ünïcode"])
    }

    @Test("The stand-in's tables change in the same way")
    func memoryFollows() throws {
        let journal = MemoryJournal(bookID: bookID, projections: [leases])
        try journal.append(next: [[1]], projecting: [.upsert(table: "leases", values: row(1, "a"))])
        try journal.append(next: [[1]], projecting: [.upsert(table: "leases", values: row(1, "b"))])
        #expect(journal.rows(of: "leases") == [row(1, "b")])
        try journal.append(next: [[1]], projecting: [.delete(table: "leases", key: [.integer(1)])])
        #expect(journal.rows(of: "leases").isEmpty)
    }

    @Test("A refused append changes no row")
    func refusedAppend() throws {
        let folder = try StateFolder(holding: [])
        let journal = try folder.open([leases])
        #expect(throws: JournalFault.self) {
            try journal.append(
                [[1]], expectedSequence: 7, epoch: 1, projecting: [.upsert(table: "leases", values: row(1, "a"))])
        }
        #expect(try query(journal, "SELECT id FROM leases").isEmpty)
    }

    @Test("A new version, or a new definition, empties the tables and says that they are stale until they are rebuilt")
    func rebuilds() throws {
        let folder = try StateFolder(holding: [])
        let first = try folder.open([leases])
        try first.append(next: [[1]], projecting: [.upsert(table: "leases", values: row(1, "a"))])
        try first.close()
        let second = try folder.open([leases], version: 2)
        #expect(second.projectionsAreStale)
        #expect(try query(second, "SELECT id FROM leases").isEmpty)
        try second.close()

        let third = try folder.open([leases], version: 2)
        #expect(third.projectionsAreStale, "the staleness outlives a restart")
        try third.rebuildProjections([.upsert(table: "leases", values: row(1, "b"))])
        #expect(!third.projectionsAreStale)
        try third.close()

        let fourth = try folder.open([leases], version: 2)
        #expect(!fourth.projectionsAreStale)
        #expect(try query(fourth, "SELECT tenant FROM leases") == ["b"])
        try fourth.close()

        let ledger = ProjectionTable(name: "ledger", columns: [.init("id", .integer)], primaryKeyColumnCount: 1)
        let fifth = try folder.open([ledger], version: 2)
        #expect(fifth.projectionsAreStale)
        #expect(try query(fifth, "SELECT name FROM sqlite_master WHERE name IN ('leases', 'ledger')") == ["ledger"])
    }

    @Test("A table that somebody dropped is made anew and stale")
    func remakesDropped() throws {
        let folder = try StateFolder(holding: [])
        let first = try folder.open([leases])
        try first.append(next: [[1]])
        try first.close()
        try folder.tamper("DROP TABLE leases")
        #expect(try folder.open([leases]).projectionsAreStale)
    }

    @Test("An accountant's query from another connection works while the daemon writes")
    func outsideReader() throws {
        let folder = try StateFolder(holding: [])
        let journal = try folder.open([leases])
        try journal.append(next: [[1]], projecting: [.upsert(table: "leases", values: row(1, "a"))])
        let outside = try DatabaseQueue(path: folder.bookPath)
        try outside.inDatabase { database in
            try database.execute(sql: "BEGIN")
            #expect(try String.fetchOne(database, sql: "SELECT tenant FROM leases") == "a")
            try journal.append(next: [[2]], projecting: [.upsert(table: "leases", values: row(1, "b"))])
            #expect(try String.fetchOne(database, sql: "SELECT tenant FROM leases") == "a")
            try database.execute(sql: "COMMIT")
            #expect(try String.fetchOne(database, sql: "SELECT tenant FROM leases") == "b")
        }
        try outside.close()
    }

    @Test("A column of real numbers reads back as it was written, and a fraction that none was written as is damage")
    func readsReal() throws {
        let folder = try StateFolder(holding: [])
        let journal = try folder.open([leases])
        let values: [ProjectionValue] = [.integer(1), .text("a"), .integer(7), .null]
        try journal.append(next: [[1]], projecting: [.upsert(table: "leases", values: values)])
        #expect(try journal.projectionRows(of: "leases") == [values])
        try journal.writer.inDatabase { try $0.execute(sql: "UPDATE leases SET \"order\" = 0.5") }
        let fault = #expect(throws: JournalFault.self) { try journal.projectionRows(of: "leases") }
        #expect(fault?.isDamage == true)
    }

    @Test("A write that does not fit its table ends the process")
    func refusesMisfit() async {
        await #expect(processExitsWith: .failure) {
            let journal = MemoryJournal(bookID: bookID, projections: [leases])
            try journal.append(next: [[1]], projecting: [.delete(table: "leases", key: [.text("1")])])
        }
    }
}
