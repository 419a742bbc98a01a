// Why the daemon did not start, and how it says so to whoever started it.

import Glibc
import Journaling

/// Why the daemon did not start, with what to do next.
struct StartFailure: Error, CustomStringConvertible {
    /// What has to change before a start can succeed. The exit codes are those of `sysexits.h`, where it has one.
    enum Kind: Sendable {
        /// Nothing that is known: the same start may succeed later.
        case passing
        /// The settings, the fleet file, a certificate or what was handed over.
        case configuration
        /// The book: it is missing, damaged, another one, or from a newer release.
        case book
        /// The disk.
        case disk

        /// How the process ends.
        var exitCode: Int32 {
            switch self {
            case .passing: 1
            case .configuration: EX_CONFIG
            case .book: EX_DATAERR
            case .disk: EX_IOERR
            }
        }
    }

    let description: String
    let kind: Kind
    /// The operating system's error behind it, for the service manager.
    let errorNumber: Int32?

    init(_ description: String, _ kind: Kind = .configuration, errorNumber: Int32? = nil) {
        self.description = description
        self.kind = kind
        self.errorNumber = errorNumber
    }

    init(_ fault: JournalFault) {
        switch fault {
        case .locked: self.init("\(fault)", .passing, errorNumber: EAGAIN)
        case .full: self.init("\(fault)", .disk, errorNumber: ENOSPC)
        case .syncFailed, .unwritable, .notCopied, .unreadable: self.init("\(fault)", .disk, errorNumber: EIO)
        case .notDurable, .amongBookFiles: self.init("\(fault)")
        case .damaged, .missing, .wrongBook, .alreadyInitialised, .sequenceMismatch, .wrongEpoch, .tooNew:
            self.init("\(fault)", .book)
        }
    }
}
