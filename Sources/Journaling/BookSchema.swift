// The tables of a book file, their migrations, and the values in `meta`.

import GRDB

/// The schema of `book.sqlite`. What stands here is a file format, and programs before this one read it until the upgrade to this
/// one is finalised. So it changes in one of two ways: by a further migration, which waits until the book is written at its level,
/// or by a table beside those that are there, which an older program leaves alone (`MerkleTables`, `SnapshotParts`).
enum BookSchema {
    /// "BERT", so that `file` and we can tell a book from any other SQLite file.
    static let applicationID: UInt32 = 0x4245_5254

    static func isReserved(_ table: String) -> Bool {
        (["meta", "facts", "snapshots"] + MerkleTables.names + SnapshotParts.names).contains(table)
            || table.hasPrefix("sqlite_")
            || table.hasPrefix("grdb_")
    }

    /// The level of a book that says nothing of it.
    static let firstLevel: UInt64 = 1

    static let migrations = [
        SchemaMigration(name: "1: meta, facts, snapshots", level: firstLevel) { database in
            try database.execute(
                sql: """
                    PRAGMA application_id = \(applicationID);
                    CREATE TABLE meta (key TEXT PRIMARY KEY NOT NULL, value NOT NULL) WITHOUT ROWID;
                    CREATE TABLE facts (
                        sequence INTEGER PRIMARY KEY, chain BLOB NOT NULL, bytes BLOB NOT NULL
                    ) STRICT;
                    CREATE TABLE snapshots (
                        sequence INTEGER PRIMARY KEY, chain BLOB NOT NULL, digest BLOB NOT NULL, bytes BLOB NOT NULL
                    ) STRICT;
                    """)
        }
    ]

    /// What brings a book to the tables of a level, and no further.
    static func migrator(upTo level: UInt64, of migrations: [SchemaMigration] = migrations) -> DatabaseMigrator {
        var migrator = DatabaseMigrator()
        for migration in migrations where migration.level <= level {
            migrator.registerMigration(migration.name, migrate: migration.change)
        }
        return migrator
    }

    /// Makes the migrations that the book's level has, on the book's one writing connection.
    ///
    /// - Throws: `.tooNew` when a program made some that this one does not know, and the faults of writing.
    static func migrate(
        _ writer: DatabaseQueue, level: UInt64, by migrations: [SchemaMigration] = migrations
    ) throws(JournalFault) {
        do {
            if try writer.read(migrator(upTo: .max, of: migrations).hasBeenSuperseded) {
                throw JournalFault.tooNew(path: writer.path, detail: "a newer release changed its tables")
            }
            let due = migrator(upTo: level, of: migrations)
            if try !writer.read(due.hasCompletedMigrations) { try due.migrate(writer) }
        } catch {
            throw JournalFault(error, operation: "migrating", path: writer.path, writing: true)
        }
    }

    /// The level at which a book is written, as its file says.
    static func level(in database: Database) throws -> UInt64 {
        guard try database.tableExists("meta"), let level = try database.meta(.formatLevel, as: Int64.self) else {
            return firstLevel
        }
        return UInt64(max(1, level))
    }

    /// Refuses a book that is written at a higher level than the caller reads.
    static func checkLevel(in database: Database, levelMax: UInt64, path: String) throws {
        let level = try level(in: database)
        guard level <= levelMax else {
            throw JournalFault.tooNew(
                path: path,
                detail: "it is written at format level \(level) since its upgrade was finalised, and this program "
                    + "reads levels up to \(levelMax)")
        }
    }
}

/// A change of the tables that programs below its level cannot take: it is made at the first opening after the book was brought to
/// that level.
struct SchemaMigration: Sendable {
    let name: String
    let level: UInt64
    let change: @Sendable (Database) throws -> Void
}

/// The single values of a book.
enum MetaKey: String {
    case bookID = "book_id"
    case epoch
    case head
    case projectionVersion = "projection_version"
    case projectionDefinition = "projection_definition"
    case projectionTables = "projection_tables"
    case projectionsStale = "projections_stale"
    /// The format level at which the caller writes; not there at the first.
    case formatLevel = "format_level"
    /// How often the disk has been tried without a fact to write.
    case probes
}

extension Database {
    func meta<T: DatabaseValueConvertible>(_ key: MetaKey, as: T.Type = T.self) throws -> T? {
        try T.fetchOne(self, sql: "SELECT value FROM meta WHERE key = ?", arguments: [key.rawValue])
    }

    func setMeta(_ key: MetaKey, _ value: some DatabaseValueConvertible) throws {
        try execute(
            sql: "INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)", arguments: [key.rawValue, value])
    }
}
