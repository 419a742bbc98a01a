// Format levels of a book's file: who is refused, and which changes of the tables wait.

import Foundation
import GRDB
import Testing

@testable import Journaling

@Suite struct LevelTests {
    /// Every file of the state directory but the lock, with its bytes.
    private func files(_ folder: StateFolder) throws -> [String: Data] {
        var files: [String: Data] = [:]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder.directory) where name != "lock" {
            files[name] = FileManager.default.contents(atPath: folder.directory + "/" + name)
        }
        return files
    }

    private func raised() throws -> StateFolder {
        let folder = try StateFolder(holding: tenRecords)
        let journal = try folder.open()
        try journal.append([[1]], expectedSequence: 10, epoch: 1, projecting: [], level: 3)
        try journal.close()
        return folder
    }

    @Test("A book above a program's level is refused before anything in the directory changes")
    func refused() throws {
        let folder = try raised()
        let before = try files(folder)
        let fault = #expect(throws: JournalFault.self) {
            try SQLiteJournal.open(directory: folder.directory, projections: [leases], levelMax: 2)
        }
        guard case .tooNew? = fault else { return #expect(Bool(false), "\(String(describing: fault))") }
        #expect("\(fault!)".contains("format level 3") && "\(fault!)".contains("up to 2"))
        #expect(try files(folder) == before)
        let journal = try SQLiteJournal.open(directory: folder.directory, levelMax: 3)
        #expect(try journal.allBytes().count == 11)
    }

    @Test("A backup above a program's level is not put back")
    func restore() throws {
        let (folder, target) = (try raised(), try StateFolder())
        let backup = folder.root + "/backup.sqlite"
        let journal = try folder.open()
        try journal.backup(to: backup)
        let fault = #expect(throws: JournalFault.self) {
            try SQLiteJournal.restore(from: backup, directory: target.directory, levelMax: 2)
        }
        guard case .tooNew? = fault else { return #expect(Bool(false), "\(String(describing: fault))") }
        #expect(!FileManager.default.fileExists(atPath: target.bookPath))
        try SQLiteJournal.restore(from: backup, directory: target.directory, levelMax: 3)
    }

    @Test("A change of the tables waits for its level, and a program that does not know it refuses the book")
    func migrations() throws {
        let folder = try StateFolder(holding: tenRecords)
        let later = SchemaMigration(name: "2: more of facts", level: 2) { database in
            try database.execute(sql: "ALTER TABLE facts ADD COLUMN more BLOB")
        }
        let queue = try DatabaseQueue(path: folder.bookPath)
        func columns() throws -> [String] { try queue.read { try $0.columns(in: "facts").map(\.name) } }
        try BookSchema.migrate(queue, level: 1, by: BookSchema.migrations + [later])
        #expect(try columns() == ["sequence", "chain", "bytes"])
        try BookSchema.migrate(queue, level: 2, by: BookSchema.migrations + [later])
        #expect(try columns() == ["sequence", "chain", "bytes", "more"])
        try queue.close()
        guard case .tooNew? = folder.openingFault() else { return #expect(Bool(false), "must be refused") }
    }

    @Test("The tables of the first level are those of release 0.1.0, which opens them after this program has")
    func firstLevel() throws {
        #expect(BookSchema.migrations.filter { $0.level <= 1 }.map(\.name) == ["1: meta, facts, snapshots"])
        #expect(Set(BookSchema.migrations.map(\.name)).count == BookSchema.migrations.count)
        let folder = try StateFolder()
        try FileManager.default.createDirectory(atPath: folder.directory, withIntermediateDirectories: true)
        let book = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appendingPathComponent("Books/0.1.0.sqlite").path
        try FileManager.default.copyItem(atPath: book, toPath: folder.bookPath)
        func schema() throws -> [String] {
            let queue = try DatabaseQueue(path: folder.bookPath)
            return try queue.read { database in
                try String.fetchAll(
                    database,
                    sql: """
                        SELECT sql FROM sqlite_master WHERE sql IS NOT NULL UNION ALL SELECT identifier FROM grdb_migrations
                        UNION ALL SELECT key FROM meta ORDER BY 1
                        """)
            }
        }
        let before = try schema()
        let journal = try folder.open()
        try journal.probe()
        try journal.close()
        // Nothing that was there has changed but the tables that are made anew from facts; what is new stands beside it.
        let (gone, new) = (Set(before).subtracting(try schema()), Set(try schema()).subtracting(before))
        #expect(gone.allSatisfy { $0.hasPrefix("CREATE TABLE \"") || $0.hasPrefix("CREATE INDEX \"") }, "\(gone)")
        let beside = ["CREATE TABLE part_snapshots (", "CREATE TABLE snapshot_parts ("]
        #expect(new.filter { text in !beside.contains { text.hasPrefix($0) } } == ["probes"])
    }
}
