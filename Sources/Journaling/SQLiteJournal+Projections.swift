// The projection tables: made to measure at open, changed with the facts, rebuilt on demand.

import GRDB
import Synchronization

extension SQLiteJournal {
    func project(_ writes: [ProjectionWrite], in database: Database) throws {
        var rows = ProjectionRows(tables: tables, database: database)
        for write in writes { try rows.apply(write) }
    }

    public func rebuildProjections(_ writes: some Sequence<ProjectionWrite>) throws(JournalFault) {
        try write("rebuilding the projections of") { database in
            try database.inTransaction(.immediate) {
                for table in tables.ordered { try database.execute(sql: "DELETE FROM \(quoted(table.name))") }
                var rows = ProjectionRows(tables: tables, database: database)
                for write in writes { try rows.apply(write) }
                try database.setMeta(.projectionsStale, 0)
                return .commit
            }
            state.withLock { $0.projectionsAreStale = false }
        }
    }
}

extension SQLiteJournal {
    public func projectionRows(of table: String) throws(JournalFault) -> [[ProjectionValue]] {
        let definition = tables.definition(of: table)
        let key = definition.columns.prefix(definition.primaryKeyColumnCount).map { quoted($0.name) }
        return try readShared("reading a table of") { database in
            let sql = "SELECT * FROM \(quoted(table)) ORDER BY \(key.joined(separator: ", "))"
            return try Row.fetchAll(database, sql: sql).map(values)
        }
    }
}

extension SQLiteJournal {
    public func projectionRows(
        of table: String, columns: [String], after key: UInt64, limit: Int
    ) throws(JournalFault) -> [[ProjectionValue]] {
        let definition = tables.definition(of: table)
        precondition(definition.primaryKeyColumnCount == 1, "the table's key is one column")
        precondition(
            columns.allSatisfy { name in definition.columns.contains { $0.name == name } }, "the table has the columns")
        let names = columns.map { quoted($0) }.joined(separator: ", ")
        let keyName = quoted(definition.columns[0].name)
        return try readShared("reading a table of") { database in
            let statement = try database.cachedStatement(
                sql: "SELECT \(names) FROM \(quoted(table)) WHERE \(keyName) > ? ORDER BY \(keyName) LIMIT ?")
            let arguments: StatementArguments = [Int64(clamping: key), limit]
            return try Row.fetchAll(statement, arguments: arguments).map(values)
        }
    }

    private func values(of row: Row) throws -> [ProjectionValue] {
        try row.databaseValues.map { stored in
            guard let value = ProjectionValue(stored) else {
                throw JournalFault.damage(path, "a table beside the records has a number that none was written as")
            }
            return value
        }
    }
}

/// Writes rows within one transaction: each statement is looked up once, and a row's texts are bound without copies of their own.
private struct ProjectionRows {
    let tables: ProjectionTables
    let database: Database
    private var upserts: [String: Statement] = [:]
    private var deletions: [String: Statement] = [:]
    /// The texts of the row at hand, one after the other.
    private var texts: [UInt8] = []

    init(tables: ProjectionTables, database: Database) {
        self.tables = tables
        self.database = database
    }

    mutating func apply(_ write: ProjectionWrite) throws {
        let table = tables.table(for: write)
        switch write {
        case .upsert(let name, let values):
            let statement = try upserts[name] ?? database.cachedStatement(sql: table.upsertSQL)
            upserts[name] = statement
            try run(statement, values)
        case .delete(let name, let key):
            let statement = try deletions[name] ?? database.cachedStatement(sql: table.deleteSQL)
            deletions[name] = statement
            try run(statement, key)
        }
    }

    private mutating func run(_ statement: Statement, _ values: [ProjectionValue]) throws {
        texts.removeAll(keepingCapacity: true)
        for case .text(let text) in values { texts.append(contentsOf: text.utf8) }
        try texts.withUnsafeBytes { bytes in
            var end = 0
            for (index, value) in values.enumerated() {
                guard case .text(let text) = value else {
                    try statement.bind(value, at: Int32(index) + 1)
                    continue
                }
                let start = end
                end += text.utf8.count
                let part = UnsafeRawBufferPointer(rebasing: bytes[start..<end])
                try statement.bindTextInPlace(part, at: Int32(index) + 1)
            }
            try statement.run()
        }
    }
}

extension ProjectionValue {
    /// The value as it was written: an integer, where the column shows it as floating point. Nil for a fraction, which no projection
    /// writes and a damaged file may have.
    init?(_ value: DatabaseValue) {
        switch value.storage {
        case .null: self = .null
        case .int64(let number): self = .integer(number)
        case .string(let text): self = .text(text)
        case .blob(let data): self = .blob(Array(data))
        case .double(let number):
            guard let whole = Int64(exactly: number) else { return nil }
            self = .integer(whole)
        }
    }
}

extension ProjectionTables {
    /// Makes the tables, empty, where version or definition differ from the stored ones or a table
    /// is gone; returns whether they are stale.
    ///
    /// The definition counts besides the version: a table changed under an old version number must not meet new writes.
    func prepare(version: Int, hasFacts: Bool, in database: Database) throws -> Bool {
        let definition = ordered.map(\.creationSQL).joined(separator: "\n")
        if try database.meta(.projectionVersion, as: Int.self) == version,
            try database.meta(.projectionDefinition, as: String.self) == definition,
            try ordered.allSatisfy({ try database.tableExists($0.name) })
        {
            return try database.meta(.projectionsStale, as: Int.self) != 0
        }
        try database.inTransaction(.immediate) {
            try dropStoredTables(in: database)
            if !definition.isEmpty { try database.execute(sql: definition) }
            try database.setMeta(.projectionVersion, version)
            try database.setMeta(.projectionDefinition, definition)
            try database.setMeta(.projectionTables, ordered.map(\.name).joined(separator: " "))
            try database.setMeta(.projectionsStale, hasFacts ? 1 : 0)
            return .commit
        }
        return hasFacts
    }

    private func dropStoredTables(in database: Database) throws {
        let stored = try database.meta(.projectionTables, as: String.self) ?? ""
        for name in stored.split(separator: " ").map(String.init) {
            // The names come from a file: drop nothing but what this module could have made.
            guard isProjectionName(name), !BookSchema.isReserved(name) else { continue }
            try database.execute(sql: "DROP TABLE IF EXISTS \(quoted(name))")
        }
    }
}

extension ProjectionTable {
    private var keyColumns: ArraySlice<Column> { columns.prefix(primaryKeyColumnCount) }

    fileprivate var creationSQL: String {
        let lines = columns.map { "\(quoted($0.name)) \($0.kind.rawValue)" }
        let key = keyColumns.map { quoted($0.name) }.joined(separator: ", ")
        let indexes = columns.filter(\.indexed).map {
            "CREATE INDEX \(quoted("\(name)_by_\($0.name)")) ON \(quoted(name)) (\(quoted($0.name)));"
        }
        let columnList = lines.joined(separator: ", ")
        // A number that is the whole key is SQLite's own row number: such rows are found and added in fewer steps.
        let isNumbered = keyColumns.count == 1 && keyColumns.first?.kind == .integer
        let table =
            "CREATE TABLE \(quoted(name)) (\(columnList), PRIMARY KEY (\(key))) STRICT"
            + (isNumbered ? ";" : ", WITHOUT ROWID;")
        return ([table] + indexes).joined(separator: "\n")
    }

    fileprivate var upsertSQL: String {
        let places = Array(repeating: "?", count: columns.count).joined(separator: ", ")
        return "INSERT OR REPLACE INTO \(quoted(name)) VALUES (\(places))"
    }

    fileprivate var deleteSQL: String {
        "DELETE FROM \(quoted(name)) WHERE \(keyColumns.map { "\(quoted($0.name)) = ?" }.joined(separator: " AND "))"
    }
}

/// The name as SQL takes it whatever it says: `order` and `end` are good names for columns.
private func quoted(_ name: String) -> String { "\"\(name)\"" }
