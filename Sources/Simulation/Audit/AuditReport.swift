// What a check of an audit log found.

public import MerkleLog

/// Something that is not as it was written or signed.
public struct AuditFinding: Sendable, Equatable {
    /// The first entry that is wrong or missing, as far as what is left can tell; nil where no entry is.
    public var revision: UInt64?
    public var problem: String

    public init(revision: UInt64?, problem: String) {
        self.revision = revision
        self.problem = problem
    }
}

/// How much was looked at, and what is wrong.
public struct AuditReport: Sendable {
    public var bookID = ""
    public var epoch: UInt64 = 0
    /// Entries read, each of which follows from those before it.
    public var size: UInt64 = 0
    /// The root over them.
    public var root = MerkleHash.ofNothing
    public var tileCount = 0
    public var headCount = 0
    /// The keys that signed the heads that hold, by id.
    public var keyIDs: Set<String> = []
    /// How many of the entries the last head that holds covers.
    public var signedSize: UInt64 = 0
    public var findings: [AuditFinding] = []

    public init() {}

    /// The first entry that is wrong or missing.
    public var firstRevision: UInt64? { findings.compactMap(\.revision).min() }
}
