// Bearer tokens as the book keeps them: whose, what for, until when, and a digest in place of the secret.

/// What a token may be used for.
public struct TokenScopes: OptionSet, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// Reading whatever its owner may read.
    public static let read = TokenScopes(rawValue: 1)
    /// Asking for leases and offers, changing and ending leases, answering transfers.
    public static let request = TokenScopes(rawValue: 2)
    /// Reporting faults and what hardware does, and acknowledging notices and orders.
    public static let report = TokenScopes(rawValue: 4)
    /// Making and revoking tokens, none that may do more or lives longer than itself.
    public static let tokens = TokenScopes(rawValue: 8)

    /// Every scope there is.
    public static let all: TokenScopes = [.read, .request, .report, .tokens]

    /// Scopes with their names, in the order in which they are shown.
    public static let named: [(name: String, scope: TokenScopes)] = [
        ("read", .read), ("request", .request), ("report", .report), ("tokens", .tokens),
    ]

    /// The names of these scopes.
    public var names: [String] { Self.named.filter { contains($0.scope) }.map(\.name) }
}

/// Whose a token is.
public enum TokenOwner: Hashable, Sendable {
    case tenant(String)
    case auditor
    case actuator

    /// `tenant:NAME`, `auditor` or `actuator`, as roles are written.
    public var name: String {
        switch self {
        case .tenant(let name): "tenant:\(name)"
        case .auditor: "auditor"
        case .actuator: "actuator"
        }
    }

    /// The tenant, where it is one.
    public var tenantName: String? {
        if case .tenant(let name) = self { name } else { nil }
    }

    /// Reads what `name` gives.
    init?(name: String) {
        switch name {
        case "auditor": self = .auditor
        case "actuator": self = .actuator
        default:
            guard name.hasPrefix("tenant:"), name.utf8.count > 7 else { return nil }
            self = .tenant(String(name.dropFirst(7)))
        }
    }
}

/// One token. The secret itself is nowhere: it was shown once, and whoever shows it again is known by its digest.
public struct AccessToken: Equatable, Sendable {
    public let number: UInt64
    public let owner: TokenOwner
    /// Its owner's name for it, which no other live token of the owner has.
    public let name: String
    public let scopes: TokenScopes
    /// SHA-256 of the secret, or what that is under the pepper. The secret is 256 random bits, so a plain hash cannot be searched
    /// backwards; slow hashes are for passwords.
    public let digest: [UInt8]
    public let madeAt: Int64
    /// The first second at which it no longer counts.
    public let expiresAt: Int64
    /// Who made it, as the audit log names them.
    public let madeBy: String
    /// The token with which it was made, which takes it along when it is revoked.
    public let parent: UInt64?
    /// When it was revoked.
    public internal(set) var revokedAt: Int64?
    /// The id of the pepper that its digest was made under; nil: of none.
    public internal(set) var pepper: [UInt8]?

    /// Whether it counts at a moment.
    public func isLive(at now: Int64) -> Bool { revokedAt == nil && now < expiresAt }
}

/// The bounds of tokens.
public enum TokenLimits {
    /// Bytes of a digest.
    public static let digestBytes = 32
    /// Bytes of a pepper's id.
    public static let pepperIDBytes = 8
    /// Live tokens of one owner.
    public static let liveMax = 256
    /// Tokens of one owner that are over and still shown, the oldest of which make room.
    public static let overMax = 64
    /// The longest life of a token, in seconds: a year.
    public static let lifeSecondsMax: Int64 = 366 * 86_400
}

/// Which token was made under which pepper.
struct TokenPepperRecord: FieldCoded {
    var number: UInt64 = 0
    var pepper: [UInt8] = []

    static var blank: TokenPepperRecord { TokenPepperRecord() }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&number)
        try coder.code(&pepper)
        guard !coder.isReading || pepper.count == TokenLimits.pepperIDBytes else {
            throw coder.fault("a pepper's id of \(pepper.count) bytes")
        }
    }
}

extension AccessToken: FieldCoded {
    static var blank: AccessToken {
        AccessToken(
            number: 0, owner: .auditor, name: "", scopes: [], digest: [], madeAt: 0, expiresAt: 0, madeBy: "",
            parent: nil, revokedAt: nil)
    }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        var (number, owner, name, scopes, digest) = (number, owner.name, name, scopes.rawValue, digest)
        var (madeAt, life, madeBy, parent) = (madeAt, expiresAt &- madeAt, madeBy, parent ?? 0)
        var revokedAt = revokedAt
        try coder.code(&number)
        try coder.code(&owner)
        try coder.code(&name)
        try coder.code(&scopes)
        try coder.code(&digest)
        try coder.code(&madeAt)
        try coder.code(&life)
        try coder.code(&madeBy)
        try coder.code(&parent)
        try coder.code(&revokedAt)
        guard coder.isReading else { return }
        guard let owner = TokenOwner(name: owner), digest.count == TokenLimits.digestBytes, life > 0,
            life <= TokenLimits.lifeSecondsMax, madeAt >= 0, madeAt < 1 << 48
        else { throw coder.fault("a token of nobody, or without a digest or an end") }
        self = AccessToken(
            number: number, owner: owner, name: name, scopes: TokenScopes(rawValue: scopes), digest: digest,
            madeAt: madeAt, expiresAt: madeAt + life, madeBy: madeBy, parent: parent == 0 ? nil : parent,
            revokedAt: revokedAt)
    }
}
