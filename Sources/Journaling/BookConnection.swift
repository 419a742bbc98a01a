// Connections to a book file, with the settings on which durability rests.

import GRDB
import GRDBSQLite

/// Where the book's connections come from.
enum BookConnection {
    /// A connection that only reads. It never moves the write-ahead log into the book.
    static func reader(_ path: String) throws(JournalFault) -> DatabaseQueue {
        try open(path, configuration(readonly: true, label: "berth.journal.reader"))
    }

    /// A connection that may write, with whatever settings SQLite has by itself: for files that are still being made.
    static func plain(_ path: String) throws(JournalFault) -> DatabaseQueue {
        try open(path, configuration(readonly: false, label: "berth.journal.file"))
    }

    /// The connection of the one writer: write-ahead log, every commit synced, no checkpoint behind our back.
    static func writer(_ path: String, gauge: FrameGauge) throws(JournalFault) -> DatabaseQueue {
        let queue = try open(path, configuration(readonly: false, label: "berth.journal.writer"))
        try perform(on: queue, "preparing", writing: true) { database in
            try require(database, "journal_mode", "WAL", readsBack: "wal", path: path)
            // After opening, because GRDB itself lowers this to NORMAL when it opens in WAL mode.
            try require(database, "synchronous", "FULL", readsBack: "2", path: path)
            try require(database, "locking_mode", "NORMAL", readsBack: "normal", path: path)
            try database.execute(sql: "PRAGMA journal_size_limit = 67108864")
            // Debian's SQLite overwrites with zeros whatever is deleted, also pages that it would not write otherwise,
            // which doubles what a snapshot writes. So it does where that costs nothing.
            try database.execute(sql: "PRAGMA secure_delete = FAST")
            try database.execute(sql: "PRAGMA cache_size = -\(JournalLimits.writerCacheKiB)")
            // SQLite's own automatic checkpoint hides its errors, also a failed sync that a later one would gloss over.
            // Setting this hook replaces it; `checkpointIfDue` looks at the result.
            sqlite3_wal_hook(
                database.sqliteConnection,
                { context, _, _, frameCount in
                    guard let context else { return SQLITE_OK }
                    Unmanaged<FrameGauge>.fromOpaque(context).takeUnretainedValue().note(frames: Int(frameCount))
                    return SQLITE_OK
                },
                Unmanaged.passUnretained(gauge).toOpaque())
        }
        return queue
    }

    /// Runs `body` on the connection, alone, and turns whatever it throws into a fault.
    static func perform<T>(
        on queue: DatabaseQueue, _ operation: String, writing: Bool, _ body: (Database) throws -> T
    ) throws(JournalFault) -> T {
        do {
            return try queue.inDatabase { database in
                do { return try body(database) } catch {
                    throw JournalFault(
                        error, operation: operation, path: queue.path, writing: writing,
                        systemErrno: systemErrno(of: database))
                }
            }
        } catch {
            throw JournalFault(error, operation: operation, path: queue.path, writing: writing)
        }
    }

    static func close(_ queue: DatabaseQueue) throws(JournalFault) {
        do { try queue.close() } catch {
            throw JournalFault(error, operation: "closing", path: queue.path, writing: true)
        }
    }

    private static func open(_ path: String, _ configuration: Configuration) throws(JournalFault) -> DatabaseQueue {
        do { return try DatabaseQueue(path: path, configuration: configuration) } catch {
            throw JournalFault(error, operation: "opening", path: path, writing: !configuration.readonly)
        }
    }

    private static func configuration(readonly: Bool, label: String) -> Configuration {
        var configuration = Configuration()
        configuration.readonly = readonly
        configuration.label = label
        configuration.busyMode = .timeout(JournalLimits.busyTimeoutSeconds)
        configuration.prepareDatabase { database in
            try database.execute(sql: "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON")
        }
        return configuration
    }

    private static func require(
        _ database: Database, _ setting: String, _ value: String, readsBack expected: String, path: String
    ) throws {
        try database.execute(sql: "PRAGMA \(setting) = \(value)")
        let found = try String.fetchOne(database, sql: "PRAGMA \(setting)") ?? "nothing"
        guard found == expected else { throw JournalFault.notDurable(path: path, setting: setting, found: found) }
    }
}
