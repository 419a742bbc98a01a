// Means over time in a small SQLite file of its own: nothing promised rests on it, so it may be lost.

import GRDB

/// One mean of one series, as sums over its samples.
public struct HistoryRow: Equatable, Sendable {
    public var series: String
    /// When it begins, in seconds since 1970, UTC.
    public var start: Int64
    public var samples: Int64
    /// One sum for each of the file's columns.
    public var sums: [Int64]

    /// Every field.
    public init(series: String, start: Int64, samples: Int64, sums: [Int64]) {
        self.series = series
        self.start = start
        self.samples = samples
        self.sums = sums
    }
}

/// A history file that cannot be used, in words. The daemon goes on without.
public struct HistoryFault: Error, Sendable, CustomStringConvertible {
    public let description: String
}

/// A file of means. Any thread may use it; every call waits for the disk.
public final class HistoryFile: Sendable {
    private let queue: DatabaseQueue
    private let columns: [String]
    /// Where a damaged file was moved to when this one was opened; nil when there was none.
    public let setAside: String?

    /// Opens the file at `path`, or makes it. A damaged one is moved aside first, and a new one begun.
    ///
    /// - Parameters:
    ///   - columns: names of the sums, the same for the file's whole life.
    ///   - files: the calls of the system on files that SQLite does not make itself.
    public init(
        path: String, columns: [String], files: any FileSystem = RealFileSystem()
    ) throws(HistoryFault) {
        self.columns = columns
        do {
            queue = try Self.open(path, columns)
            setAside = nil
        } catch {
            guard let damage = error as? DatabaseError, Self.isDamage(damage) else {
                throw HistoryFault(description: "opening \(path): \(error)")
            }
            do {
                setAside = try Self.moveAside(path, files)
                queue = try Self.open(path, columns)
            } catch {
                throw HistoryFault(description: "opening \(path) anew: \(error)")
            }
        }
    }

    private static func open(_ path: String, _ columns: [String]) throws -> DatabaseQueue {
        var configuration = Configuration()
        configuration.label = "berth.history"
        configuration.busyMode = .timeout(5)
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.writeWithoutTransaction { database in
            try database.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL")
            let found = try String.fetchOne(database, sql: "PRAGMA quick_check") ?? "nothing"
            guard found == "ok" else {
                // It tells of a read that failed as it tells of damage, but with the code; the file may be whole.
                let code = found.firstRange(of: "error code=").flatMap {
                    Int32(found[$0.upperBound...].prefix(while: \.isNumber))
                }
                let isUnread = code.map { ResultCode(rawValue: $0).primaryResultCode == .SQLITE_IOERR } ?? false
                throw DatabaseError(
                    resultCode: isUnread ? .SQLITE_IOERR : .SQLITE_CORRUPT, message: "quick_check finds: \(found)")
            }
            let sums = columns.map { "\($0) INTEGER NOT NULL" }.joined(separator: ", ")
            try database.execute(
                sql: """
                    CREATE TABLE IF NOT EXISTS means (
                        series TEXT NOT NULL, start INTEGER NOT NULL, samples INTEGER NOT NULL, \(sums),
                        PRIMARY KEY (series, start)
                    ) STRICT, WITHOUT ROWID
                    """)
            // Fails where the table is another one.
            _ = try Row.fetchOne(database, sql: "SELECT samples, \(columns.joined(separator: ", ")) FROM means")
        }
        return queue
    }

    private static func isDamage(_ error: DatabaseError) -> Bool {
        [.SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_ERROR].contains(error.resultCode)
    }

    /// Moves the file to the first free name after its own.
    private static func moveAside(_ path: String, _ files: any FileSystem) throws -> String {
        var number = 1
        while try files.exists("\(path).damaged-\(number)") { number += 1 }
        let target = "\(path).damaged-\(number)"
        try files.rename(path, to: target)
        for suffix in ["-wal", "-shm"] { files.remove(path + suffix) }
        return target
    }

    /// Adds rows to what is there of the same series and start, and drops what is older than `oldest`.
    public func add(_ rows: [HistoryRow], droppingBefore oldest: Int64) throws(HistoryFault) {
        let names = ["samples"] + columns
        let sql = """
            INSERT INTO means (series, start, \(names.joined(separator: ", ")))
            VALUES (\((["?", "?"] + names.map { _ in "?" }).joined(separator: ", ")))
            ON CONFLICT DO UPDATE SET \(names.map { "\($0) = \($0) + excluded.\($0)" }.joined(separator: ", "))
            """
        try perform("writing") { database in
            let statement = try database.makeStatement(sql: sql)
            for row in rows {
                let values = [row.series, row.start, row.samples] as [any DatabaseValueConvertible] + row.sums
                try statement.execute(arguments: StatementArguments(values))
            }
            try database.execute(sql: "DELETE FROM means WHERE start < ?", arguments: [oldest])
        }
    }

    /// The rows of one series from `start` on, in the order of time.
    public func rows(of series: String, from start: Int64) throws(HistoryFault) -> [HistoryRow] {
        let sql = """
            SELECT start, samples, \(columns.joined(separator: ", ")) FROM means
            WHERE series = ? AND start >= ? ORDER BY start
            """
        return try perform("reading") { database in
            try Row.fetchAll(database, sql: sql, arguments: [series, start]).map { row in
                HistoryRow(
                    series: series, start: try value(row, 0), samples: try value(row, 1),
                    sums: try columns.indices.map { try value(row, $0 + 2) })
            }
        }
    }

    /// Rows from `start` on whose series begins with `seriesStart`, or all, newest first, at most `limit`. O(rows of the series).
    public func newestRows(
        seriesStart: String?, from start: Int64, limit: Int
    ) throws(HistoryFault) -> [HistoryRow] {
        // What begins so lies between the text and the text with its last character raised.
        let end = seriesStart.flatMap { text -> String? in
            guard let last = text.unicodeScalars.last, let next = Unicode.Scalar(last.value + 1) else { return nil }
            return String(text.unicodeScalars.dropLast()) + String(Character(next))
        }
        let sql = """
            SELECT series, start, samples, \(columns.joined(separator: ", ")) FROM means
            WHERE start >= ? AND series >= ? \(end == nil ? "" : "AND series < ?") ORDER BY start DESC, series LIMIT ?
            """
        return try perform("reading") { database in
            var arguments: StatementArguments = [start, seriesStart ?? ""]
            if let end { arguments += [end] }
            arguments += [limit]
            return try Row.fetchAll(database, sql: sql, arguments: arguments).map { row in
                HistoryRow(
                    series: try value(row, 0), start: try value(row, 1), samples: try value(row, 2),
                    sums: try columns.indices.map { try value(row, $0 + 3) })
            }
        }
    }

    /// Read without a trap: a damaged file has values of any kind.
    private func value<Value: DatabaseValueConvertible>(_ row: Row, _ column: Int) throws -> Value {
        guard let value = Value.fromDatabaseValue(row[column]) else {
            throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a value is of another kind than was written")
        }
        return value
    }

    /// Drops the oldest rows, those of one start together, until there are at most `rowCountMax`. O(rows).
    public func trim(rowCountMax: Int) throws(HistoryFault) {
        try perform("trimming") { database in
            let count = try Int.fetchOne(database, sql: "SELECT count(*) FROM means") ?? 0
            guard count > rowCountMax else { return }
            let newest = try Int64.fetchOne(
                database, sql: "SELECT start FROM means ORDER BY start DESC LIMIT 1 OFFSET ?", arguments: [rowCountMax])
            try database.execute(sql: "DELETE FROM means WHERE start <= ?", arguments: [newest ?? Int64.min])
        }
    }

    /// Closes the file; later calls fail.
    public func close() throws(HistoryFault) {
        do { try queue.close() } catch { throw HistoryFault(description: "closing \(queue.path): \(error)") }
    }

    private func perform<Value>(
        _ operation: String, _ body: (Database) throws -> Value
    ) throws(HistoryFault) -> Value {
        do { return try queue.write(body) } catch {
            throw HistoryFault(description: "\(operation) \(queue.path): \(error)")
        }
    }
}
