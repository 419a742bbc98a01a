// Binding and reading bytes in place, without a copy through `Data`: this is the hot path of an append.

import GRDB
import GRDBSQLite

extension Statement {
    func bind(_ value: UInt64, at index: Int32) throws {
        // A number from a damaged file may be past Int64; as a negative one it simply finds no row.
        try check(sqlite3_bind_int64(sqliteStatement, index, Int64(bitPattern: value)))
    }

    func bind(_ value: Int64, at index: Int32) throws {
        try check(sqlite3_bind_int64(sqliteStatement, index, value))
    }

    /// Binds `bytes` without copying them: they must outlive the next `run`.
    func bindInPlace(_ bytes: UnsafeRawBufferPointer, at index: Int32) throws {
        // A null pointer would bind NULL in place of an empty blob.
        guard let base = bytes.baseAddress, !bytes.isEmpty else {
            return try check(sqlite3_bind_zeroblob(sqliteStatement, index, 0))
        }
        try check(sqlite3_bind_blob(sqliteStatement, index, base, Int32(bytes.count), nil))
    }

    /// Binds UTF-8 text without copying it: it must outlive the next `run`.
    func bindTextInPlace(_ text: UnsafeRawBufferPointer, at index: Int32) throws {
        guard let base = text.baseAddress, !text.isEmpty else {
            return try check(sqlite3_bind_text(sqliteStatement, index, "", 0, Statement.copied))
        }
        let characters = base.assumingMemoryBound(to: CChar.self)
        try check(sqlite3_bind_text(sqliteStatement, index, characters, Int32(text.count), nil))
    }

    func bind(_ value: ProjectionValue, at index: Int32) throws {
        switch value {
        case .null: try check(sqlite3_bind_null(sqliteStatement, index))
        case .integer(let number): try bind(number, at: index)
        case .text(let text):
            try check(sqlite3_bind_text(sqliteStatement, index, text, Int32(text.utf8.count), Statement.copied))
        case .blob(let bytes) where bytes.isEmpty:
            try check(sqlite3_bind_zeroblob(sqliteStatement, index, 0))
        case .blob(let bytes):
            try check(sqlite3_bind_blob(sqliteStatement, index, bytes, Int32(bytes.count), Statement.copied))
        }
    }

    /// Runs a statement that returns no rows, and readies it for the next.
    func run() throws {
        let code = sqlite3_step(sqliteStatement)
        guard code == SQLITE_DONE else {
            let failure = failure(code)
            reset()
            throw failure
        }
        reset()
    }

    /// Calls `body` for each row until it returns false, and readies the statement for the next use.
    func forEachRow(_ body: (RowBytes) throws -> Bool) throws {
        defer { reset() }
        while true {
            let code = sqlite3_step(sqliteStatement)
            if code == SQLITE_DONE { return }
            guard code == SQLITE_ROW else { throw failure(code) }
            guard try body(RowBytes(statement: sqliteStatement)) else { return }
        }
    }

    private func reset() {
        sqlite3_reset(sqliteStatement)
        // Bound pointers are dead after this call.
        sqlite3_clear_bindings(sqliteStatement)
    }

    private func check(_ code: Int32) throws {
        guard code == SQLITE_OK else { throw failure(code) }
    }

    private func failure(_ code: Int32) -> DatabaseError {
        DatabaseError(
            resultCode: ResultCode(rawValue: code),
            message: String(cString: sqlite3_errmsg(sqlite3_db_handle(sqliteStatement))), sql: sql)
    }

    private static var copied: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }
}

/// One row under a running statement; valid only inside the call that received it.
struct RowBytes {
    fileprivate let statement: OpaquePointer

    func sequence(at column: Int32) -> UInt64 { UInt64(bitPattern: sqlite3_column_int64(statement, column)) }

    func bytes(at column: Int32) -> UnsafeRawBufferPointer {
        let base = sqlite3_column_blob(statement, column)
        return UnsafeRawBufferPointer(start: base, count: Int(sqlite3_column_bytes(statement, column)))
    }

    func digest(at column: Int32) -> ChainDigest? { ChainDigest(bytes(at: column)) }
}
