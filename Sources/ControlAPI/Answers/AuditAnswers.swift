// The audit log on the wire. Hashes, keys and signatures are lower-case hexadecimal.

/// One accepted change, as the caller may know it.
public struct AuditEntry: Codable, Sendable, Equatable {
    /// The place in the log: the revision in the book's log, the count of its own entries in a tenant's.
    public var number: Int
    /// When it was recorded.
    public var recordedAt: Timestamp
    /// Who; absent to a tenant whose change it was not.
    public var actor: String?
    /// In which role.
    public var role: String
    /// Why; absent: nobody said, or not for you to see.
    public var reason: String?
    /// Under which request id; absent to a tenant whose request it was not.
    public var requestId: String?
    /// What happened, in words.
    public var what: [String]
    /// The hash of the leaf; absent unless asked for.
    public var leafHash: String?
    /// What the leaf is made of, in base64: the bytes that the journal stores. Absent unless asked for, and of the first
    /// entry, which holds the book's secret.
    public var stored: String?
    /// What the leaf of a tenant's log is made of.
    public var text: String?

    /// Every field; those left out are absent.
    public init(
        number: Int, recordedAt: Timestamp, actor: String? = nil, role: String, reason: String? = nil,
        requestId: String? = nil, what: [String], leafHash: String? = nil, stored: String? = nil, text: String? = nil
    ) {
        self.number = number
        self.recordedAt = recordedAt
        self.actor = actor
        self.role = role
        self.reason = reason
        self.requestId = requestId
        self.what = what
        self.leafHash = leafHash
        self.stored = stored
        self.text = text
    }
}

/// Entries of one log in the order of their numbers.
public struct AuditEntryList: Codable, Sendable, Equatable {
    /// `book`, or `tenant:NAME`.
    public var log: String
    /// The entries; fewer than the limit: these are the last.
    public var entries: [AuditEntry]

    /// Every field.
    public init(log: String, entries: [AuditEntry]) {
        self.log = log
        self.entries = entries
    }
}

/// What was signed of a log at one moment.
public struct AuditHead: Codable, Sendable, Equatable {
    /// The book's id.
    public var bookId: String
    /// The book's epoch.
    public var epoch: Int
    /// `book`, or `tenant:NAME`.
    public var log: String
    /// How many entries it had.
    public var size: Int
    /// The RFC 6962 root over them.
    public var root: String
    /// When it was signed.
    public var signedAt: Timestamp
    /// The first 8 bytes of the public key's SHA-256.
    public var keyId: String
    /// Ed25519 over the head's text.
    public var signature: String

    /// Every field.
    public init(
        bookId: String, epoch: Int, log: String, size: Int, root: String, signedAt: Timestamp, keyId: String,
        signature: String
    ) {
        self.bookId = bookId
        self.epoch = epoch
        self.log = log
        self.size = size
        self.root = root
        self.signedAt = signedAt
        self.keyId = keyId
        self.signature = signature
    }
}

/// A head with the key that it is signed with.
public struct AuditHeadAnswer: Codable, Sendable, Equatable {
    /// The head.
    public var head: AuditHead
    /// The Ed25519 public key, as this daemon says: whoever checks a head has it from elsewhere.
    public var publicKey: String

    /// Every field.
    public init(head: AuditHead, publicKey: String) {
        self.head = head
        self.publicKey = publicKey
    }
}

/// That an entry stands in a log.
public struct AuditProof: Codable, Sendable, Equatable {
    /// The entry's place in the log.
    public var number: Int
    /// What the leaf of a tenant's log is made of.
    public var text: String?
    /// What the leaf of the book's log is made of, in base64; absent of the first entry, which holds the book's secret.
    public var stored: String?
    /// The hash of the leaf.
    public var leafHash: String
    /// The hashes beside the way from the leaf to the root.
    public var path: [String]
    /// The head whose root it is.
    public var head: AuditHead
    /// As in ``AuditHeadAnswer``.
    public var publicKey: String

    /// Every field; those left out are absent.
    public init(
        number: Int, text: String? = nil, stored: String? = nil, leafHash: String, path: [String], head: AuditHead,
        publicKey: String
    ) {
        self.number = number
        self.text = text
        self.stored = stored
        self.leafHash = leafHash
        self.path = path
        self.head = head
        self.publicKey = publicKey
    }
}

/// That the log of an earlier size is the beginning of the log at the head.
public struct AuditConsistency: Codable, Sendable, Equatable {
    /// The earlier size.
    public var from: Int
    /// The hashes that lead from the earlier root to the later.
    public var path: [String]
    /// The later head.
    public var head: AuditHead
    /// As in ``AuditHeadAnswer``.
    public var publicKey: String

    /// Every field.
    public init(from: Int, path: [String], head: AuditHead, publicKey: String) {
        self.from = from
        self.path = path
        self.head = head
        self.publicKey = publicKey
    }
}

/// Reads of what a tenant holds, by one caller within one hour.
public struct AccessRow: Codable, Sendable, Equatable {
    /// Whose allocation was read.
    public var tenant: String
    /// Who read it; absent: callers beyond those that are told apart in one hour.
    public var actor: String?
    /// In which role; absent with the actor.
    public var role: String?
    /// The hour, by its beginning.
    public var hour: Timestamp
    /// How often.
    public var reads: Int

    /// Every field; those left out are absent.
    public init(tenant: String, actor: String? = nil, role: String? = nil, hour: Timestamp, reads: Int) {
        self.tenant = tenant
        self.actor = actor
        self.role = role
        self.hour = hour
        self.reads = reads
    }
}

/// Reads, newest hour first.
public struct AccessList: Codable, Sendable, Equatable {
    /// At most as many as asked for.
    public var access: [AccessRow]
    /// Whether there are more.
    public var isCut: Bool

    /// Every field.
    public init(access: [AccessRow], isCut: Bool) {
        self.access = access
        self.isCut = isCut
    }
}
