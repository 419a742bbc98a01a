// What goes into a journal and what comes out of it.

/// Which book a journal holds, and under which leadership it is written.
public struct BookIdentity: Sendable, Equatable {
    /// 32 lower-case hexadecimal digits, fixed when the book is initialised and kept by every copy of it.
    public let bookID: String

    /// The leadership epoch, from 1. It grows when the book is restored from a backup or led anew, and never falls.
    public let epoch: UInt64

    /// An identity. A precondition holds `bookID` to 32 lower-case hexadecimal digits and `epoch` to `1...Int64.max`.
    public init(bookID: String, epoch: UInt64) {
        precondition(BookIdentity.isValid(bookID: bookID), "a book id is 32 lower-case hexadecimal digits")
        precondition(epoch >= 1 && epoch <= UInt64(Int64.max), "an epoch is in 1...Int64.max")
        self.bookID = bookID
        self.epoch = epoch
    }

    /// Whether `bookID` is 32 lower-case hexadecimal digits.
    public static func isValid(bookID: String) -> Bool {
        bookID.utf8.count == 32
            && bookID.utf8.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
    }
}

/// One fact, as bytes, and its place in the journal.
public struct JournalRecord: Sendable, Equatable {
    /// The place in the journal: from 1, without gaps.
    public let sequence: UInt64

    /// The bytes exactly as they were appended.
    public let bytes: [UInt8]

    /// A record; the journal itself checks its place.
    public init(sequence: UInt64, bytes: [UInt8]) {
        self.sequence = sequence
        self.bytes = bytes
    }
}

/// The state after all records up to `sequence`, as bytes.
public struct JournalSnapshot: Sendable, Equatable {
    /// The last record that `bytes` include; 0 is the state before the first.
    public let sequence: UInt64

    /// The bytes exactly as they were given to the journal.
    public let bytes: [UInt8]

    /// A snapshot; the journal itself checks its place.
    public init(sequence: UInt64, bytes: [UInt8]) {
        self.sequence = sequence
        self.bytes = bytes
    }
}
