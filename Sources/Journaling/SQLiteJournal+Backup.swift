// A copy of the book while it is written to.

import GRDB
import Glibc
import Synchronization

/// Tells backups of one process apart that run at once.
private let backupCount = Atomic<Int>(0)

extension SQLiteJournal {
    /// Writes a consistent copy of the book, as it is at some instant of the call, to `path`.
    ///
    /// It reads on a connection of its own and never makes the writer wait; until it ends, the write-ahead log only grows. The
    /// copy is made under another name in the same folder, verified whole, synced, and only then named.
    /// - Throws: what `checkBackup` does; `.full` and `.notCopied` naming `path`; `.damaged`, `.unreadable`. None of
    ///   them touches the book or ends the daemon's work, whatever `endsProcess` says of damage.
    /// - Complexity: O(bytes of the book).
    public func backup(to path: String) throws(JournalFault) {
        try checkBackup(to: path)
        do { try writeCopy(to: path) } catch {
            switch error {
            case .unwritable(_, _, let detail), .syncFailed(_, let detail): throw .notCopied(path: path, detail: detail)
            default: throw error
            }
        }
    }

    /// Whether a copy may be written to `path`, as far as its name tells. Nothing is written.
    ///
    /// - Throws: `.alreadyInitialised` when something is there, were it a link to nothing; `.notCopied` when its folder is not
    ///   there; `.amongBookFiles` when that is the state directory or in it, by whatever name: a copy by the name of one of
    ///   SQLite's own files would be taken for it.
    /// - Complexity: O(folders above it).
    public func checkBackup(to path: String) throws(JournalFault) {
        if try files.isNamed(path) { throw .alreadyInitialised(path: path) }
        let folder = files.directory(of: path)
        guard try files.isDirectory(folder) else {
            throw .notCopied(path: path, detail: "there is no folder \(folder)")
        }
        let state = files.directory(of: self.path)
        guard !files.isInside(folder, of: state) else { throw .amongBookFiles(path: path, directory: state) }
    }

    private func writeCopy(to path: String) throws(JournalFault) {
        let number = backupCount.add(1, ordering: .relaxed).newValue
        // What a process that ended in between left goes by its number: `systemd/backup` knows the form.
        let partial = "\(path).partial-\(getpid())-\(number)"
        try files.createEmpty(partial)
        defer { for suffix in ["", "-journal", "-wal", "-shm"] { files.remove(partial + suffix) } }
        try copy(to: partial)
        let found = try SQLiteJournal.verifyCopy(partial, named: partial)
        guard found.bookID == identity.bookID else {
            throw .wrongBook(path: partial, expected: identity.bookID, found: found.bookID)
        }
        try files.publish(partial, as: path)
    }

    private func copy(to partial: String) throws(JournalFault) {
        let connection = try BookConnection.reader(self.path)
        defer { try? connection.close() }
        do {
            try connection.inDatabase { database in
                do {
                    try database.execute(sql: "VACUUM INTO ?", arguments: [partial])
                } catch {
                    throw JournalFault(
                        error, operation: "copying the book to", path: partial, writing: true,
                        systemErrno: systemErrno(of: database))
                }
            }
        } catch {
            throw JournalFault(error, operation: "copying the book to", path: partial, writing: true)
        }
    }
}
