// The tables of a book file, their migrations, and the values in `meta`.

import GRDB

/// The schema of `book.sqlite`. What stands here is a file format: change it only by a further migration.
enum BookSchema {
    /// "BERT", so that `file` and we can tell a book from any other SQLite file.
    static let applicationID: UInt32 = 0x4245_5254

    static func isReserved(_ table: String) -> Bool {
        (["meta", "facts", "snapshots"] + MerkleTables.names).contains(table) || table.hasPrefix("sqlite_")
            || table.hasPrefix("grdb_")
    }

    static var migrator: DatabaseMigrator {
        var migrator = DatabaseMigrator()
        migrator.registerMigration("1: meta, facts, snapshots") { database in
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
        return migrator
    }
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
