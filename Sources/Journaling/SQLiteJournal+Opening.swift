// The three ways to a book: make a new one, open the one that is there, put a backup back.

import GRDB

extension SQLiteJournal {
    /// Makes a new, empty book of epoch 1. Nothing but an explicit wish of an operator or an installer may lead here.
    ///
    /// The book appears under its name whole or not at all; an interrupted call can be repeated.
    /// - Parameters:
    ///   - directory: the state directory; made with mode 0700 if it is missing, inside one that exists.
    ///   - bookID: 32 lower-case hexadecimal digits, random; a precondition checks the form.
    ///   - identityFile: a path beside the configuration, on another volume than the book, that will name the book.
    ///   - files: the calls of the system on files that SQLite does not make itself.
    /// - Throws: `.alreadyInitialised` when there is a book, its write-ahead log, or an identity file, which tells of one;
    ///   `.locked`, `.full`, `.unwritable`, `.syncFailed`.
    @discardableResult
    public static func initialise(
        directory: String, bookID: String, identityFile: String? = nil, files: any FileSystem = RealFileSystem()
    ) throws(JournalFault) -> BookIdentity {
        let identity = BookIdentity(bookID: bookID, epoch: 1)
        if let identityFile, try files.exists(identityFile) { throw .alreadyInitialised(path: identityFile) }
        try files.makeFolder(directory)
        let folder = StateDirectory(path: directory, files: files)
        let lock = try folder.takeLock()
        defer { lock.release() }
        try folder.requireNoBook()
        folder.removePartialBook()
        defer { folder.removePartialBook() }
        try files.createEmpty(folder.partialBookPath)
        try fill(folder.partialBookPath, with: identity)
        try files.publish(folder.partialBookPath, as: folder.bookPath)
        if let identityFile { try IdentityFile(path: identityFile, files: files).write(identity) }
        return identity
    }

    private static func fill(_ path: String, with identity: BookIdentity) throws(JournalFault) {
        let queue = try BookConnection.plain(path)
        do { try BookSchema.migrator(upTo: BookSchema.firstLevel).migrate(queue) } catch {
            throw JournalFault(error, operation: "making the tables of", path: path, writing: true)
        }
        try BookConnection.perform(on: queue, "initialising", writing: true) { database in
            try database.setMeta(.bookID, identity.bookID)
            try database.setMeta(.epoch, Int64(identity.epoch))
            let head = ChainPosition.origin(bookID: identity.bookID).headBytes
            let statement = try database.makeStatement(sql: "INSERT INTO meta (key, value) VALUES ('head', ?)")
            try head.withUnsafeBytes { bytes in
                try statement.bindInPlace(bytes, at: 1)
                try statement.run()
            }
        }
        try BookConnection.close(queue)
    }

    /// Opens the book in `directory`. It never makes one.
    ///
    /// Before it returns, the newest snapshot and every record after it are verified; `verifyWholeChain` does the rest.
    /// - Parameters:
    ///   - directory: the state directory.
    ///   - identityFile: the file that names the book. It must agree. Where it is absent and a book is there, the book is
    ///     adopted: verified first, then named in the file, and `adoptedIdentity` is true. That is right for a first start
    ///     after `initialise` without the file, and wrong if the file was lost together with the volume; hence the log line.
    ///     A file that cannot be read or written is a fault and never an absence.
    ///   - projections: the tables beside the facts.
    ///   - projectionVersion: raised by the caller whenever the meaning of a table changes. When it or a definition differs
    ///     from the stored one, the tables are dropped and made anew, empty, and `projectionsAreStale` is true.
    ///   - levelMax: the highest format level that the caller reads. A book at a higher one is left as it is.
    ///   - files: the calls of the system on files that SQLite does not make itself.
    /// - Throws: `.missing`, `.locked`, `.wrongBook`, `.wrongEpoch` for an old copy put back by hand, `.damaged`,
    ///   `.notDurable`, `.tooNew`, `.unreadable`, and the faults of writing.
    /// - Complexity: O(bytes of the newest snapshot and of the records after it).
    public static func open(
        directory: String, identityFile: String? = nil, projections: [ProjectionTable] = [], projectionVersion: Int = 1,
        levelMax: UInt64 = .max, files: any FileSystem = RealFileSystem()
    ) throws(JournalFault) -> SQLiteJournal {
        let identityFile = identityFile.map { IdentityFile(path: $0, files: files) }
        let book = try OpenedBook(
            directory: StateDirectory(path: directory, files: files), identityFile: identityFile,
            tables: ProjectionTables(projections), projectionVersion: projectionVersion, levelMax: levelMax)
        return SQLiteJournal(opened: book, identityFile: identityFile, files: files)
    }

    /// Puts a backup in place as the book of `directory`, under a new epoch, so that no poller mistakes old for new.
    ///
    /// The epoch is one more than the highest of the backup's, the identity file's and `epochFloor`. The backup is verified
    /// whole before anything is written, and stays as it is.
    /// - Parameters:
    ///   - epochFloor: the highest epoch known from elsewhere; 0 when none is.
    ///   - levelMax: the highest format level that the caller reads.
    ///   - files: the calls of the system on files that SQLite does not make itself.
    /// - Throws: `.tooNew` for a backup at a higher level; `.alreadyInitialised` while a book or its write-ahead log is there: they are moved away by hand, never
    ///   overwritten; `.wrongBook` when the identity file names another; `.missing`, `.damaged`, `.locked`, and the faults of
    ///   writing.
    /// - Complexity: O(bytes of the backup).
    @discardableResult
    public static func restore(
        from backup: String, directory: String, identityFile: String? = nil, epochFloor: UInt64 = 0,
        levelMax: UInt64 = .max, files: any FileSystem = RealFileSystem()
    ) throws(JournalFault) -> BookIdentity {
        try files.makeFolder(directory)
        let folder = StateDirectory(path: directory, files: files)
        let lock = try folder.takeLock()
        defer { lock.release() }
        try folder.requireNoBook()
        let identityFile = identityFile.map { IdentityFile(path: $0, files: files) }
        let installed = try identityFile?.read()
        guard try files.exists(backup) else { throw .missing(path: backup, detail: "there is no such backup") }
        try requireComplete(backup, in: files)
        try BookFile.checkHeader(backup, in: files)

        folder.removePartialBook()
        defer { folder.removePartialBook() }
        let partial = folder.partialBookPath
        try files.copy(backup, to: partial)
        let found = try verifyCopy(partial, named: backup, levelMax: levelMax)
        if let installed, installed.bookID != found.bookID {
            throw .wrongBook(path: backup, expected: installed.bookID, found: found.bookID)
        }
        let epoch = max(found.epoch, installed?.epoch ?? 0, epochFloor) + 1
        let identity = BookIdentity(bookID: found.bookID, epoch: epoch)
        let queue = try BookConnection.plain(partial)
        try BookConnection.perform(on: queue, "restoring", writing: true) { database in
            // A book that was closed and copied by hand is in WAL mode still, where closing would hide that what is written here did
            // not come into the file.
            guard try String.fetchOne(database, sql: "PRAGMA journal_mode = DELETE") == "delete" else {
                throw JournalFault.unwritable(
                    operation: "restoring", path: partial, detail: "its write-ahead log stays on")
            }
            try database.setMeta(.epoch, Int64(epoch))
            let head = try FactVerifier(path: backup, bookID: identity.bookID).head(in: database)
            try MerkleTables.noteRestore(identity, size: head.sequence, in: database)
        }
        try BookConnection.close(queue)
        try files.publish(partial, as: folder.bookPath)
        try identityFile?.write(identity)
        return identity
    }

    /// A copy made by hand of a running book is two files; the first alone would lack the newest records without showing it.
    /// A rollback journal beside it says that whoever wrote the file did not come to an end.
    private static func requireComplete(_ backup: String, in files: any FileSystem) throws(JournalFault) {
        for (suffix, what) in [("-wal", "a write-ahead log"), ("-journal", "a rollback journal")]
        where try files.byteCount(backup + suffix) > 0 {
            throw .damaged(
                path: backup, sequence: nil, what: "\(what) lies beside it, so it is no finished backup",
                remedy: "open and close it as a book first, or use a file made by 'berth backup'")
        }
    }

    /// Verifies all of a closed book file, and returns whose it is. Faults speak of `name`.
    static func verifyCopy(
        _ path: String, named name: String, levelMax: UInt64 = .max
    ) throws(JournalFault) -> BookIdentity {
        let connection = try BookConnection.plain(path)
        defer { try? connection.close() }
        do {
            return try connection.inDatabase { database in
                let identity = try OpenedBook.identity(in: database, path: name)
                try BookSchema.checkLevel(in: database, levelMax: levelMax, path: name)
                _ = try OpenedBook.verifyFromSnapshot(identity, in: database, path: name)
                let verifier = FactVerifier(path: name, bookID: identity.bookID)
                _ = try verifier.verifyToHead(after: .origin(bookID: identity.bookID), in: database)
                return identity
            }
        } catch {
            throw JournalFault(error, operation: "verifying", path: name, writing: false)
        }
    }
}
