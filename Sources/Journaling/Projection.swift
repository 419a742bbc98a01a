// The plain tables that an accountant queries: rebuildable from facts, written in the facts' own transaction.

/// One plain table beside the facts. Its content is whatever the caller's `ProjectionWrite`s make of it.
public struct ProjectionTable: Sendable, Equatable {
    /// One column of a projection table.
    public struct Column: Sendable, Equatable {
        /// What a column stores.
        public enum Kind: String, Sendable {
            case integer = "INTEGER"
            case text = "TEXT"
            case blob = "BLOB"
            case real = "REAL"
        }

        /// The column's name: a lower-case letter, then lower-case letters, digits and underscores, 63 at most.
        public let name: String

        /// What it stores. A `.real` column takes integers and shows them as floating point.
        public let kind: Kind

        /// Whether it has an index of its own.
        public let indexed: Bool

        /// A column. A precondition holds the name to the form above.
        public init(_ name: String, _ kind: Kind, indexed: Bool = false) {
            precondition(isProjectionName(name), "a column name is lower case, digits and underscores")
            self.name = name
            self.kind = kind
            self.indexed = indexed
        }
    }

    /// The table's name, of the same form as a column's.
    public let name: String

    /// The columns, in the order in which `ProjectionWrite` gives their values.
    public let columns: [Column]

    /// How many of the first columns are the primary key; at least 1.
    public let primaryKeyColumnCount: Int

    /// A table. Preconditions: a well-formed name that is none of the journal's own, columns of different names within
    /// `JournalLimits.projectionColumnsMax`, and a key within the columns.
    public init(name: String, columns: [Column], primaryKeyColumnCount: Int) {
        precondition(isProjectionName(name), "a table name is lower case, digits and underscores")
        precondition(!BookSchema.isReserved(name), "the table name belongs to the journal")
        precondition((1...JournalLimits.projectionColumnsMax).contains(columns.count), "a table has 1 to 64 columns")
        precondition((1...columns.count).contains(primaryKeyColumnCount), "the key lies within the columns")
        precondition(Set(columns.map(\.name)).count == columns.count, "column names differ")
        self.name = name
        self.columns = columns
        self.primaryKeyColumnCount = primaryKeyColumnCount
    }
}

/// One value of a projection row.
public enum ProjectionValue: Sendable, Hashable {
    case null
    case integer(Int64)
    case text(String)
    case blob([UInt8])
}

/// One change to a projection table.
public enum ProjectionWrite: Sendable, Equatable {
    /// Puts a whole row, in place of the one with the same key if there is one. `values` follow the table's columns.
    case upsert(table: String, values: [ProjectionValue])

    /// Takes away the row with this key, if there is one. `key` follows the table's key columns.
    case delete(table: String, key: [ProjectionValue])
}

/// Whether `name` may name a table or a column: `[a-z][a-z0-9_]{0,62}`.
func isProjectionName(_ name: String) -> Bool {
    guard let first = name.utf8.first, (97...122).contains(first), name.utf8.count <= 63 else { return false }
    return name.utf8.allSatisfy { (97...122).contains($0) || (48...57).contains($0) || $0 == 95 }
}

/// The tables of one journal by name, with the check that every write fits its table.
struct ProjectionTables: Sendable {
    let ordered: [ProjectionTable]
    private let byName: [String: ProjectionTable]

    init(_ tables: [ProjectionTable]) {
        precondition(tables.count <= JournalLimits.projectionTablesMax, "too many projection tables")
        precondition(Set(tables.map(\.name)).count == tables.count, "table names differ")
        ordered = tables
        byName = Dictionary(uniqueKeysWithValues: tables.map { ($0.name, $0) })
    }

    /// The table that `write` names. A write that does not fit its table is a bug of the caller.
    func table(for write: ProjectionWrite) -> ProjectionTable {
        switch write {
        case .upsert(let name, let values): checked(name, values, wholeRow: true)
        case .delete(let name, let key): checked(name, key, wholeRow: false)
        }
    }

    /// The table of that name. One that was not given at open is a bug of the caller.
    func definition(of name: String) -> ProjectionTable {
        guard let table = byName[name] else { preconditionFailure("no projection table is named \(name)") }
        return table
    }

    private func checked(_ name: String, _ values: [ProjectionValue], wholeRow: Bool) -> ProjectionTable {
        let table = definition(of: name)
        let expectedCount = wholeRow ? table.columns.count : table.primaryKeyColumnCount
        precondition(values.count == expectedCount, "a value for each column of \(name)")
        for (index, value) in values.enumerated() {
            precondition(
                value.fits(table.columns[index], isKey: index < table.primaryKeyColumnCount),
                "the value fits column \(table.columns[index].name) of \(name)"
            )
        }
        return table
    }
}

extension ProjectionValue {
    fileprivate func fits(_ column: ProjectionTable.Column, isKey: Bool) -> Bool {
        switch (self, column.kind) {
        case (.null, _): !isKey
        case (.integer, .integer), (.integer, .real), (.text, .text), (.blob, .blob): true
        default: false
        }
    }
}
