// A book file read by whoever wants to check it, with no daemon and without a lock: a book, a backup, or a copy.

import Foundation
import GRDB
public import MerkleLog

/// A book file that is only read. A book that a daemon writes to may be read at the same time.
public final class StoredBook {
    /// The path of the file.
    public let path: String
    /// Which book it says it is.
    public let identity: BookIdentity
    private let connection: DatabaseQueue
    private let padded: String?
    private static let files = RealFileSystem()

    /// Opens the file at `path`.
    ///
    /// - Throws: `.missing`, `.damaged` when it is no book, `.unreadable`.
    public init(path: String) throws(JournalFault) {
        let files = StoredBook.files
        guard try files.exists(path) else { throw .missing(path: path, detail: "there is no such file") }
        let header = try BookFile.checkKind(path, in: files)
        self.path = path
        padded = try StoredBook.padded(path, header, in: files)
        connection = try BookConnection.reader(padded ?? path)
        do {
            identity = try BookConnection.perform(on: connection, "opening", writing: false) {
                try OpenedBook.identity(in: $0, path: path)
            }
        } catch {
            try? connection.close()
            throw error
        }
    }

    deinit {
        try? connection.close()
        if let padded { StoredBook.files.remove(padded) }
    }

    /// A copy of a file that ends early, with nothing in place of what is gone: SQLite reads it as far as it goes, which says
    /// where that is. Nil for a file that does not end early.
    private static func padded(
        _ path: String, _ header: [UInt8], in files: any FileSystem
    ) throws(JournalFault) -> String? {
        let stated = BookFile.statedByteCount(header)
        guard try files.byteCount(path) < stated, try files.byteCount(path + "-wal") == 0, stated < 1 << 40 else {
            return nil
        }
        let copy = NSTemporaryDirectory() + "/berth-audit-" + UUID().uuidString
        try files.copy(path, to: copy)
        guard truncate(copy, off_t(stated)) == 0 else {
            files.remove(copy)
            throw .unreadable(operation: "copying", path: path, detail: errnoWords(errno))
        }
        return copy
    }

    /// Hands over every record in order, each checked against the chain, and then checks that the recorded end is the last.
    ///
    /// - Throws: `.damaged` with the first record that is wrong, missing or not to be read.
    /// - Complexity: O(bytes).
    public func verifyRecords(
        _ body: (UInt64, UnsafeRawBufferPointer) -> Void
    ) throws(JournalFault) {
        let verifier = FactVerifier(path: path, bookID: identity.bookID)
        var last: UInt64 = 0
        do {
            try BookConnection.perform(on: connection, "verifying", writing: false) { database in
                try database.inReadTransaction { database in
                    let head = try verifier.head(in: database)
                    let end = try verifier.verify(
                        after: .origin(bookID: identity.bookID), limit: UInt64(Int64.max), in: database
                    ) { sequence, bytes in
                        last = sequence
                        body(sequence, bytes)
                    }
                    guard end.sequence >= head.sequence else {
                        throw JournalFault.damage(
                            path, at: end.sequence + 1, "the record is missing: the journal ends at \(head.sequence)")
                    }
                    guard end == head else {
                        throw JournalFault.damage(path, at: end.sequence, "the last record is not the recorded end")
                    }
                }
            }
        } catch {
            if case .damaged(_, .some, _, _) = error { throw error }
            throw .damage(path, at: last + 1, "the file cannot be read from there on: \(error)")
        }
    }

    /// Whether the projection tables are of this version and follow from the facts.
    ///
    /// - Throws: `.unreadable`.
    public func hasProjections(version: Int) throws(JournalFault) -> Bool {
        try BookConnection.perform(on: connection, "opening", writing: false) { database in
            try database.meta(.projectionVersion, as: Int.self) == version
                && database.meta(.projectionsStale, as: Int.self) == 0
        }
    }

    /// Rows of a projection table in order of its key, one integer, after `key`, at most `limit`.
    ///
    /// - Throws: `.unreadable`.
    public func projectionRows(
        of table: ProjectionTable, after key: UInt64, limit: Int
    ) throws(JournalFault) -> [[ProjectionValue]] {
        try BookConnection.perform(on: connection, "reading a table of", writing: false) { database in
            let arguments: StatementArguments = [Int64(clamping: key), limit]
            let keyName = table.columns[0].name
            return try Row.fetchAll(
                database, sql: "SELECT * FROM \"\(table.name)\" WHERE \"\(keyName)\" > ? ORDER BY 1 LIMIT ?",
                arguments: arguments
            ).map { row in
                // No projection writes a fraction, but a damaged file may have one.
                row.databaseValues.map { ProjectionValue($0) ?? .null }
            }
        }
    }

    /// What the file keeps of its tree; nil when a release without it wrote the file.
    ///
    /// - Throws: `.damaged`, `.unreadable`.
    public func storedTree() throws(JournalFault) -> StoredTree? {
        try BookConnection.perform(on: connection, "reading the tree of", writing: false) { database in
            try database.inReadTransaction { database in
                guard try MerkleTables.exist(in: database) else { return nil }
                return StoredTree(
                    tileRoots: try MerkleTables.tileRoots(in: database, path: path),
                    heads: try MerkleTables.heads(in: database, bookID: identity.bookID, path: path),
                    keys: try MerkleTables.keys(in: database), restores: try MerkleTables.restores(in: database))
            }
        }
    }
}

/// What a book file keeps of its tree.
public struct StoredTree: Sendable {
    /// The roots of full tiles, in order.
    public let tileRoots: [MerkleHash]
    /// The heads that are kept.
    public let heads: [SignedHead]
    /// The keys that they were signed with, as the file says.
    public let keys: [HeadKey]
    /// Restores, in order.
    public let restores: [BookRestore]
}
