// Bearer tokens as they stand.

/// Whether a token counts.
public enum TokenState: String, WireEnumeration {
    case live, expired, revoked
}

/// How a token stands to the pepper of the daemon.
public enum TokenPepperUse: String, WireEnumeration {
    /// It has it.
    case current
    /// It has another one or none, so that the token does not count.
    case other
    /// It was made without one, and does not count because one is required.
    case missing
}

/// One token. Its secret is shown in the answer that makes it, and nowhere else.
public struct TokenAnswer: Codable, Sendable, Equatable {
    /// Its id, under which it is revoked.
    public var id: String
    /// Whose it is: `tenant:NAME`, `auditor` or `actuator`.
    public var owner: String
    /// Its owner's name for it.
    public var name: String
    /// Whether it counts.
    public var state: TokenState
    /// What it may be used for.
    public var scopes: [TokenScope]
    /// When it was made.
    public var createdAt: Timestamp
    /// Who made it; absent: not for you to see.
    public var createdBy: String?
    /// The first second at which it no longer counts.
    public var expiresAt: Timestamp
    /// When it was revoked.
    public var revokedAt: Timestamp?
    /// The hour in which it was last used; absent: it has not been used.
    public var lastUsed: Timestamp?
    /// How it stands to the pepper; absent: it was made without one, and none is required.
    public var pepper: TokenPepperUse?
    /// The secret to send as `Authorization: Bearer`, in the answer that makes the token and never again.
    public var token: String?

    /// Every field; those left out are absent.
    public init(
        id: String, owner: String, name: String, state: TokenState, scopes: [TokenScope], createdAt: Timestamp,
        createdBy: String? = nil, expiresAt: Timestamp, revokedAt: Timestamp? = nil, lastUsed: Timestamp? = nil,
        pepper: TokenPepperUse? = nil, token: String? = nil
    ) {
        self.id = id
        self.owner = owner
        self.name = name
        self.state = state
        self.scopes = scopes
        self.createdAt = createdAt
        self.createdBy = createdBy
        self.expiresAt = expiresAt
        self.revokedAt = revokedAt
        self.lastUsed = lastUsed
        self.pepper = pepper
        self.token = token
    }
}

/// A page of tokens.
public struct TokenList: Codable, Sendable, Equatable {
    /// Oldest first.
    public var tokens: [TokenAnswer]
    /// Where the next page begins; absent: this is the last.
    public var cursor: String?

    /// Every field; those left out are absent.
    public init(tokens: [TokenAnswer], cursor: String? = nil) {
        self.tokens = tokens
        self.cursor = cursor
    }
}
