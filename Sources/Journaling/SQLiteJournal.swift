// The journal in one SQLite file.
//
// A state directory holds `book.sqlite` with its write-ahead log, and `lock`. One connection writes and is used by one thread;
// another reads for anybody. An append is one transaction and one sync. What keeps it honest:
//
// - The lock is taken before anything is opened and given back after everything is closed.
// - `synchronous` is set to FULL after opening and read back.
// - Checkpoints are ours, so that a failed sync in one is seen. SQLite's automatic ones swallow it.
// - After a fault that leaves the disk unknown, every further write throws the same fault.
//
// What no single file can show: that its last commits vanished together with their frames in the write-ahead log, as on a disk
// that lies about syncing. A replica is the answer to that.

import GRDB
public import MerkleLog
import Synchronization

/// A `JournalStore` in a state directory. Made by `initialise`, opened by `open`, copied by `backup`, put back by `restore`.
///
/// Appends, snapshots and rebuilds come from one thread. Everything else may be called from any thread while they
/// run, but `close` comes last.
public final class SQLiteJournal: JournalStore {
    struct State {
        var identity: BookIdentity
        var head: ChainPosition
        var tree: MerkleTree
        var projectionsAreStale: Bool
        var endingFault: JournalFault?
        var isClosed = false
        var lastSyncNanoseconds: Int64?
    }

    /// The path of the book file.
    public let path: String

    /// Whether this open found no identity file and wrote one for the book that was there: worth a line in the log.
    public let adoptedIdentity: Bool

    let files: any FileSystem
    let identityFile: IdentityFile?
    let tables: ProjectionTables
    let writer: DatabaseQueue
    let reader: DatabaseQueue
    let gauge: FrameGauge
    let state: Mutex<State>
    private let lock: StateLock

    init(opened book: OpenedBook, identityFile: IdentityFile?, files: any FileSystem) {
        self.files = files
        path = book.writer.path
        adoptedIdentity = book.adoptedIdentity
        self.identityFile = identityFile
        tables = book.tables
        writer = book.writer
        reader = book.reader
        gauge = book.gauge
        lock = book.lock
        state = Mutex(
            State(
                identity: book.content.identity, head: book.content.head, tree: book.content.tree,
                projectionsAreStale: book.content.projectionsAreStale))
    }

    deinit {
        // Nobody is left to tell; the write-ahead log holds whatever a checkpoint here would have moved.
        try? reader.close()
        if state.withLock({ $0.endingFault != nil }) { abandonWriter() } else { try? writer.close() }
        lock.release()
    }

    public var identity: BookIdentity { state.withLock(\.identity) }

    public var lastSequence: UInt64 { state.withLock(\.head.sequence) }

    public var tree: MerkleTree { state.withLock(\.tree) }

    /// What SQLite's COMMIT took: with `synchronous` FULL it writes the log's frames and syncs them.
    public var lastSyncNanoseconds: Int64? { state.withLock(\.lastSyncNanoseconds) }

    public var projectionsAreStale: Bool { state.withLock(\.projectionsAreStale) }

    /// Moves the write-ahead log into the book, closes all connections and gives the lock back. Using the journal afterwards
    /// is a bug; a second `close` does nothing.
    ///
    /// - Throws: `.syncFailed` or `.unwritable` when the last checkpoint, or any write before it, failed. Nothing is lost by it:
    ///   the write-ahead log stays, and the next process reads it. A full disk or an outside reader is no failure.
    public func close() throws(JournalFault) {
        let wasClosed = state.withLock { state in
            defer { state.isClosed = true }
            return state.isClosed
        }
        if wasClosed { return }
        defer { lock.release() }
        try BookConnection.close(reader)
        if let fault = state.withLock(\.endingFault) { throw fault }
        do throws(JournalFault) { try checkpoint(.truncate) } catch {
            state.withLock { $0.endingFault = error }
            throw error
        }
        try BookConnection.close(writer)
    }

    /// Leaves the connection to the end of the process. Closing it would checkpoint once more, and delete the write-ahead log
    /// if the sync that failed before now seems to succeed.
    private func abandonWriter() { _ = Unmanaged.passRetained(writer) }

    /// Runs `body` on the writer's connection. A fault that ends the process is remembered and thrown from then on.
    func write<T>(_ operation: String, _ body: (Database) throws -> T) throws(JournalFault) -> T {
        let (fault, isClosed) = state.withLock { ($0.endingFault, $0.isClosed) }
        precondition(!isClosed, "a closed journal is not written to")
        if let fault { throw fault }
        do {
            return try BookConnection.perform(on: writer, operation, writing: true, body)
        } catch {
            if error.endsProcess { state.withLock { $0.endingFault = error } }
            throw error
        }
    }

    /// Runs `body` on the shared reading connection, in one transaction.
    func readShared<T>(_ operation: String, _ body: (Database) throws -> T) throws(JournalFault) -> T {
        precondition(!state.withLock(\.isClosed), "a closed journal is not read from")
        return try BookConnection.perform(on: reader, operation, writing: false) { database in
            try database.inReadTransaction(body)
        }
    }

    /// Moves the write-ahead log into the book. No room and no turn are not failures: the log simply stays longer.
    func checkpoint(_ kind: Database.CheckpointMode) throws(JournalFault) {
        do {
            _ = try BookConnection.perform(on: writer, "checkpointing", writing: true) { try $0.checkpoint(kind) }
        } catch {
            switch error {
            case .full, .locked: return
            default: throw error
            }
        }
    }
}

extension Database {
    /// Runs `body` so that all its reads see the same state.
    func inReadTransaction<T>(_ body: (Database) throws -> T) throws -> T {
        var result: T?
        try inTransaction(.deferred) {
            result = try body(self)
            return .commit
        }
        guard let result else { preconditionFailure("a committed transaction has a result") }
        return result
    }
}
