// Everything that can go wrong between a journal and the world, and what to do about each.

/// A failed journal operation. Every description names the operation or the path, the cause in words, and the next step.
public enum JournalFault: Error, Sendable, Equatable, CustomStringConvertible {
    /// The disk or the quota is full. Nothing was written and the journal stays usable: try again later.
    case full(path: String, detail: String)

    /// The disk did not confirm a write. What is on it is unknown, and a second try may seem to succeed: end the process.
    case syncFailed(path: String, detail: String)

    /// A write failed for a reason other than space. The journal takes no more appends: end the process.
    case unwritable(operation: String, path: String, detail: String)

    /// A copy could not be written. The book is untouched, and whoever writes to it goes on.
    case notCopied(path: String, detail: String)

    /// A copy was to lie among the book's own files, which it could be taken for. Nothing was written.
    case amongBookFiles(path: String, directory: String)

    /// A read failed; the file may be whole.
    case unreadable(operation: String, path: String, detail: String)

    /// The content is not what was written. `sequence` is the first wrong record, where one can be named.
    case damaged(path: String, sequence: UInt64?, what: String, remedy: String)

    /// Somebody else holds the journal. Nothing was written.
    case locked(path: String, byWhom: String)

    /// There is no book. A journal never makes one unless it is told to initialise.
    case missing(path: String, detail: String)

    /// The book is not the one that the identity file, or the caller, names.
    case wrongBook(path: String, expected: String, found: String)

    /// There is a book, a backup, or the trace of one, where a new one was to be made.
    case alreadyInitialised(path: String)

    /// The caller's last sequence is not the journal's. Nothing was written.
    case sequenceMismatch(expected: UInt64, found: UInt64)

    /// The caller's epoch is not the journal's. Nothing was written.
    case wrongEpoch(expected: UInt64, found: UInt64)

    /// SQLite did not accept the setting on which durability rests.
    case notDurable(path: String, setting: String, found: String)

    /// A newer release wrote the book.
    case tooNew(path: String, detail: String)

    /// Whether the journal is exactly as before the call and the same call may succeed later.
    public var isRetryable: Bool {
        switch self {
        case .full, .locked: true
        default: false
        }
    }

    /// Whether the process must end, because what is on the disk can no longer be known from here.
    public var endsProcess: Bool {
        switch self {
        case .syncFailed, .unwritable, .damaged, .notDurable: true
        default: false
        }
    }

    /// The cause and the next step, for an operator.
    public var description: String {
        switch self {
        case .full(let path, let detail):
            "writing \(path): the disk is full (\(detail)); nothing was written; free space, and writing resumes by itself"
        case .syncFailed(let path, let detail):
            "syncing \(path): the disk did not confirm the write (\(detail)); the process must end and recover from the file; "
                + "check the disk and the kernel log before relying on it"
        case .unwritable(let operation, let path, let detail):
            "\(operation) \(path): \(detail); the process must end; check permissions, mounts and the disk, then start it again"
        case .notCopied(let path, let detail):
            "writing the copy \(path): \(detail); the book is untouched; name a folder that the daemon may write to, or check its "
                + "permissions, mount and disk"
        case .amongBookFiles(let path, let directory):
            "writing the copy \(path): it would lie in the state directory \(directory), among the book's own files; name "
                + "another folder, best on another disk"
        case .unreadable(let operation, let path, let detail):
            "\(operation) \(path): \(detail); check permissions, mounts and the disk, then try again"
        case .damaged(let path, let sequence, let what, let remedy):
            "verifying \(path): damaged\(sequence.map { " at record \($0)" } ?? ""): \(what); \(remedy)"
        case .locked(let path, let byWhom):
            "locking \(path): held by \(byWhom); end that first, or leave the book to it"
        case .missing(let path, let detail):
            "opening \(path): \(detail)"
        case .wrongBook(let path, let expected, let found):
            "opening \(path): book \(expected) is expected and book \(found) is there; "
                + "mount the right volume, or restore the right backup with 'berthd --restore'"
        case .alreadyInitialised(let path):
            "writing a new \(path): it exists already and is never overwritten; move it away first if it is truly not wanted"
        case .sequenceMismatch(let expected, let found):
            "appending: the caller expects \(expected) as the last record and the journal has \(found); "
                + "nothing was written; read what is missing and decide again"
        case .wrongEpoch(let expected, let found):
            "checking the epoch: \(expected) is expected and \(found) was found; nothing was written; "
                + "another leader or a restore came between: start again from the book, or use 'berthd --restore' for a backup"
        case .notDurable(let path, let setting, let found):
            "opening \(path): \(setting) reads back as \(found), so an answer could be lost; "
                + "put the book on a local file system that supports SQLite's write-ahead log"
        case .tooNew(let path, let detail):
            "opening \(path): \(detail); start the release that wrote it, or restore an older backup with 'berthd --restore'"
        }
    }
}

extension JournalFault {
    /// What to do about damage in a book; one wording, so that the documentation can quote it.
    static let restoreRemedy =
        "stop the daemon, move this file away and copy a backup back with 'berthd --restore'; nothing was repaired"

    /// Damage at `sequence`, with the usual remedy.
    static func damage(_ path: String, at sequence: UInt64? = nil, _ what: String) -> JournalFault {
        .damaged(path: path, sequence: sequence, what: what, remedy: restoreRemedy)
    }
}
