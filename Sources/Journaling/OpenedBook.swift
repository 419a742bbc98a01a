// Opening a book: every check between a path and a journal that may be trusted, in the order in which they must come.

import GRDB
import MerkleLog

/// What a successful opening has in hand.
struct OpenedBook {
    let lock: StateLock
    let writer: DatabaseQueue
    let reader: DatabaseQueue
    let gauge: FrameGauge
    let tables: ProjectionTables
    let content: Content
    let adoptedIdentity: Bool

    /// What stands in the file.
    struct Content {
        let identity: BookIdentity
        let head: ChainPosition
        let tree: MerkleTree
        let projectionsAreStale: Bool
    }

    init(
        directory: StateDirectory, identityFile: IdentityFile?, tables: ProjectionTables, projectionVersion: Int,
        levelMax: UInt64
    ) throws(JournalFault) {
        let lock = try directory.takeLock()
        let installed = try identityFile?.read()
        let path = directory.bookPath
        let files = directory.files
        guard try files.exists(path) else { throw OpenedBook.missing(path, installed) }
        directory.removePartialBook()
        identityFile?.removePartial()
        try BookFile.checkHeader(path, in: files)
        try WriteAheadLog.check(beside: path, in: files)
        let hasFrames = try files.byteCount(path + "-wal") > 0
        let level = try OpenedBook.level(path, levelMax: levelMax, in: files)
        let gauge = FrameGauge()
        let writer = try BookConnection.writer(path, gauge: gauge)
        // SQLite keeps it to itself when a sync of the folder fails. Once more and for all: that the log is here, on which every
        // answer rests, and that an older one or a rollback journal is gone, which would undo them.
        try files.syncDirectory(directory.path)
        try BookSchema.migrate(writer, level: level)
        let content = try BookConnection.perform(on: writer, "opening", writing: true) { database in
            let identity = try OpenedBook.identity(in: database, path: path)
            if let installed { try OpenedBook.check(identity, against: installed, path: path) }
            let head = try OpenedBook.verifyFromSnapshot(identity, in: database, path: path)
            try MerkleTables.create(in: database)
            try SnapshotParts.create(in: database)
            let tree = try MerkleTables.load(path: path, head: head, in: database)
            let isStale = try tables.prepare(version: projectionVersion, hasFacts: head.sequence > 0, in: database)
            return Content(identity: identity, head: head, tree: tree, projectionsAreStale: isStale)
        }
        // A process that ended by a failed sync left frames that its system has and the disk may never get, and no later sync of the
        // log is about them (Rebello and others, ATC'20). Moved into the book they are written anew, before others follow them.
        if hasFrames { try OpenedBook.settle(writer) }
        let reader = try BookConnection.reader(path)
        // Only now, when the book has proved whole, may it become the one that belongs here.
        if let identityFile, installed != content.identity { try identityFile.write(content.identity) }

        self.lock = lock
        self.writer = writer
        self.reader = reader
        self.gauge = gauge
        self.tables = tables
        self.content = content
        adoptedIdentity = identityFile != nil && installed == nil
    }

    /// Moves what the log holds into the book. Where there is no room, or an outside reader, it stays in the log.
    private static func settle(_ writer: DatabaseQueue) throws(JournalFault) {
        do {
            _ = try BookConnection.perform(on: writer, "checkpointing", writing: true) { try $0.checkpoint(.truncate) }
        } catch { if !error.isRetryable { throw error } }
    }

    private static func missing(_ path: String, _ installed: BookIdentity?) -> JournalFault {
        let detail =
            if let installed {
                "there is no book here, but this installation has book \(installed.bookID); "
                    + "mount its volume, or put a backup back with 'berthd --restore'"
            } else {
                "there is no book here; initialise one with 'berthd --initialise', or mount the volume that has it"
            }
        return .missing(path: path, detail: detail)
    }

    /// The level of the book, read by a connection that does not write: a book that is refused for it stays as it is.
    private static func level(
        _ path: String, levelMax: UInt64, in files: any FileSystem
    ) throws(JournalFault) -> UInt64 {
        let hadLog = try files.exists(path + "-wal")
        // A power cut while the write-ahead log was first switched on leaves a rollback journal, and only a connection that may
        // write can undo with it what was half done.
        let isHalfSwitched = try files.byteCount(path + "-journal") > 0
        let reader = isHalfSwitched ? try BookConnection.plain(path) : try BookConnection.reader(path)
        do {
            let level = try BookConnection.perform(on: reader, "opening", writing: false) { database in
                try BookSchema.checkLevel(in: database, levelMax: levelMax, path: path)
                return try BookSchema.level(in: database)
            }
            try BookConnection.close(reader)
            return level
        } catch {
            try? reader.close()
            // SQLite makes both to read, and a connection that cannot write leaves them behind.
            if !hadLog, (try? files.byteCount(path + "-wal")) == 0 {
                for end in ["-wal", "-shm"] { files.remove(path + end) }
            }
            throw error
        }
    }

    /// The identity that the book states, shape-checked.
    static func identity(in database: Database, path: String) throws -> BookIdentity {
        guard let bookID = try database.meta(.bookID, as: String.self), BookIdentity.isValid(bookID: bookID),
            let epoch = try database.meta(.epoch, as: Int64.self), epoch >= 1
        else { throw JournalFault.damage(path, "the book does not state its id and epoch") }
        return BookIdentity(bookID: bookID, epoch: UInt64(epoch))
    }

    private static func check(_ found: BookIdentity, against installed: BookIdentity, path: String) throws {
        guard found.bookID == installed.bookID else {
            throw JournalFault.wrongBook(path: path, expected: installed.bookID, found: found.bookID)
        }
        // A higher epoch in the book is a restore or a new leader that ended before it could write the identity file. A lower
        // one is an old copy put back by hand, whose indexes a poller would mistake for the lost ones.
        guard found.epoch >= installed.epoch else {
            throw JournalFault.wrongEpoch(expected: installed.epoch, found: found.epoch)
        }
    }

    /// Verifies the newest snapshot, that it stands in the chain, and every record after it.
    static func verifyFromSnapshot(
        _ identity: BookIdentity, in database: Database, path: String
    ) throws -> ChainPosition {
        let verifier = FactVerifier(path: path, bookID: identity.bookID)
        var start = ChainPosition.origin(bookID: identity.bookID)
        if let newest = try SnapshotRow.newest(in: database, path: path) {
            start = newest.position
            guard try verifier.position(at: start.sequence, in: database) == start else {
                throw JournalFault.damage(path, at: start.sequence, "the snapshot does not belong to the record")
            }
        }
        return try verifier.verifyToHead(after: start, in: database)
    }
}
