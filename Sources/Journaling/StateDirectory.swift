// The names in a state directory.

/// A folder that holds one book.
struct StateDirectory {
    let path: String
    let files: any FileSystem

    var bookPath: String { path + "/book.sqlite" }
    var partialBookPath: String { path + "/book.sqlite.new" }
    private var lockPath: String { path + "/lock" }

    /// Takes the directory for this process. The directory itself must exist: making one here would hide a missing mount.
    func takeLock() throws(JournalFault) -> StateLock {
        guard try files.isDirectory(path) else {
            throw .missing(path: path, detail: "there is no such folder; mount its volume, or initialise a new book")
        }
        return try StateLock(path: lockPath, files: files)
    }

    /// Refuses when a book is here, or left its write-ahead log here.
    func requireNoBook() throws(JournalFault) {
        for path in [bookPath, bookPath + "-wal"] where try files.exists(path) {
            throw .alreadyInitialised(path: path)
        }
    }

    /// Takes away what an interrupted initialisation or restore left. It was never a book.
    func removePartialBook() {
        for suffix in ["", "-wal", "-shm", "-journal"] { files.remove(partialBookPath + suffix) }
    }
}
