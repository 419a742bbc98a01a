// A head: which log had how many entries with which root when, as text that is signed.

/// What is signed of a log at one moment.
public struct TreeHead: Equatable, Sendable {
    /// The book's id, 32 lower-case hexadecimal digits.
    public var bookID: String
    /// The book's epoch, which a restore raises.
    public var epoch: UInt64
    /// Which log of the book.
    public var log: LogName
    /// How many entries it had.
    public var size: UInt64
    /// The root over them.
    public var root: MerkleHash
    /// When it was signed, in seconds since 1970, UTC.
    public var signedAt: Int64

    /// Every field.
    public init(bookID: String, epoch: UInt64, log: LogName, size: UInt64, root: MerkleHash, signedAt: Int64) {
        self.bookID = bookID
        self.epoch = epoch
        self.log = log
        self.size = size
        self.root = root
        self.signedAt = signedAt
    }

    /// The lines that are signed. This is a format for ever: signatures outlive programs.
    public var text: String {
        """
        berth tree head 1
        book \(bookID)
        epoch \(epoch)
        log \(log)
        size \(size)
        root \(root.hex)
        time \(signedAt)

        """
    }
}

/// A log of a book: the one of all changes, or a tenant's own.
public enum LogName: Hashable, Sendable, CustomStringConvertible {
    case book
    case tenant(String)

    /// Reads `book` or `tenant:NAME`.
    public init?(_ text: String) {
        if text == "book" {
            self = .book
        } else if text.hasPrefix("tenant:"), text.utf8.count > 7 {
            self = .tenant(String(text.dropFirst(7)))
        } else {
            return nil
        }
    }

    /// `book` or `tenant:NAME`.
    public var description: String {
        switch self {
        case .book: "book"
        case .tenant(let name): "tenant:\(name)"
        }
    }
}

/// A head with its signature.
public struct SignedHead: Equatable, Sendable {
    /// What is signed.
    public var head: TreeHead
    /// Whose signature it is: `HeadKey.id`.
    public var keyID: String
    /// Ed25519 over the head's text, 64 bytes.
    public var signature: [UInt8]

    /// Every field.
    public init(head: TreeHead, keyID: String, signature: [UInt8]) {
        self.head = head
        self.keyID = keyID
        self.signature = signature
    }
}
