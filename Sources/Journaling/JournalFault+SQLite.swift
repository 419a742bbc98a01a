// From an SQLite result code, or an errno, to a fault.

import GRDB
import GRDBSQLite
import Glibc

extension JournalFault {
    /// The fault behind `error`, thrown while `operation` ran on `path`.
    ///
    /// `systemErrno` is SQLite's last errno, where the connection is at hand: SQLite says "full" for ENOSPC in a write, but
    /// only "I/O error" for a quota or for a full volume under the shared-memory file.
    init(_ error: any Error, operation: String, path: String, writing: Bool, systemErrno: Int32 = 0) {
        switch error {
        case let fault as JournalFault: self = fault
        case let failure as DatabaseError:
            self.init(failure, operation: operation, path: path, writing: writing, systemErrno: systemErrno)
        case is RowDecodingError:
            self = .damage(path, "\(operation): a value is of another kind than was written")
        default:
            self =
                writing
                ? .unwritable(operation: operation, path: path, detail: "\(error)")
                : .unreadable(operation: operation, path: path, detail: "\(error)")
        }
    }

    private init(_ failure: DatabaseError, operation: String, path: String, writing: Bool, systemErrno: Int32) {
        let isInputOutput = failure.resultCode == .SQLITE_IOERR || failure.resultCode == .SQLITE_CANTOPEN
        let detail = failure.words + (isInputOutput && systemErrno != 0 ? ", \(errnoWords(systemErrno))" : "")
        switch failure.resultCode {
        case .SQLITE_FULL:
            self = .full(path: path, detail: detail)
        case .SQLITE_IOERR where failure.extendedResultCode.isSync:
            self = .syncFailed(path: path, detail: detail)
        // The shared memory of the log could not be made as large as it must be.
        case .SQLITE_IOERR where failure.extendedResultCode == .SQLITE_IOERR_SHMSIZE:
            self = .full(path: path, detail: detail)
        case .SQLITE_IOERR where writing && isOutOfSpace(systemErrno),
            .SQLITE_CANTOPEN where writing && isOutOfSpace(systemErrno):
            self = .full(path: path, detail: detail)
        case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_SCHEMA, .SQLITE_FORMAT:
            self = .damage(path, "\(operation): \(detail)")
        case .SQLITE_IOERR where failure.extendedResultCode == .SQLITE_IOERR_SHORT_READ:
            self = .damage(path, "\(operation): the file ends too early, \(detail)")
        case .SQLITE_BUSY, .SQLITE_LOCKED:
            self = .locked(path: path, byWhom: "another SQLite connection (\(detail))")
        default:
            self =
                writing
                ? .unwritable(operation: operation, path: path, detail: detail)
                : .unreadable(operation: operation, path: path, detail: detail)
        }
    }

    /// The fault behind `code`, an errno, in a write to `path`.
    static func writing(_ operation: String, _ path: String, errno code: Int32) -> JournalFault {
        isOutOfSpace(code)
            ? .full(path: path, detail: "\(operation): \(errnoWords(code))")
            : .unwritable(operation: operation, path: path, detail: errnoWords(code))
    }
}

extension DatabaseError {
    /// The code in words, its number, and what SQLite adds to it.
    fileprivate var words: String {
        let words =
            "SQLite error \(extendedResultCode.rawValue): \(String(cString: sqlite3_errstr(extendedResultCode.rawValue)))"
        guard let message, !words.hasSuffix(message) else { return words }
        return "\(words), \(message)"
    }
}

extension ResultCode {
    fileprivate var isSync: Bool { self == .SQLITE_IOERR_FSYNC || self == .SQLITE_IOERR_DIR_FSYNC }
}

/// Whether `code` says that there is no room, on the volume or in the quota.
func isOutOfSpace(_ code: Int32) -> Bool { code == ENOSPC || code == EDQUOT }

/// An errno in words, with its number.
func errnoWords(_ code: Int32) -> String { "\(String(cString: strerror(code))) (errno \(code))" }

/// The errno behind the last input or output error of the connection.
func systemErrno(of database: Database) -> Int32 { sqlite3_system_errno(database.sqliteConnection) }
