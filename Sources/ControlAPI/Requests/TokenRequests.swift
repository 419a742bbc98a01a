// Bearer tokens as they are asked for.

/// What a token may be used for.
public enum TokenScope: String, WireEnumeration {
    /// Reading whatever its owner may read.
    case read
    /// Asking for leases and offers, changing and ending leases, answering transfers.
    case request
    /// Reporting faults and what hardware does, acknowledging notices and orders.
    case report
    /// Making and revoking tokens, none that may do more or lives longer than itself.
    case tokens
}

/// Whose a token of the provider's is.
public enum TokenRole: String, WireEnumeration {
    /// Reads everything.
    case auditor
    /// Reads hardware and reports on it.
    case actuator
}

/// A token that a tenant, or an operator for it, wants.
public struct TokenRequest: Codable, Sendable, Equatable {
    /// A name for it, which no other live token of its owner has; the audit log names it by this.
    public var name: String
    /// What it may be used for; absent: read, request and report.
    public var scopes: [TokenScope]?
    /// How long it is to live; absent: 90 days, or as long as the token that asks.
    public var expiresIn: WireDuration?
    /// Only under `/v1/tokens`, where it must be: whose it is.
    public var role: TokenRole?
    /// Why, for the audit log.
    public var reason: String?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case name, scopes, expiresIn, role, reason
    }

    /// Every field; those left out are absent.
    public init(
        name: String, scopes: [TokenScope]? = nil, expiresIn: WireDuration? = nil, role: TokenRole? = nil,
        reason: String? = nil
    ) {
        self.name = name
        self.scopes = scopes
        self.expiresIn = expiresIn
        self.role = role
        self.reason = reason
    }
}

extension TokenRequest: CheckedOnDecoding {
    func check() throws(WireValueError) {
        try ResourceName.check(name, field: "name")
        try checkText(reason, field: "reason")
        if let scopes, scopes.isEmpty || Set(scopes).count != scopes.count {
            throw WireValueError(
                field: "scopes", expected: "scopes, each once", found: "\(scopes.map(\.rawValue))")
        }
        if let expiresIn, expiresIn.seconds == 0 {
            throw WireValueError(field: "expiresIn", expected: "a duration over 0s", found: "\(expiresIn)")
        }
    }
}
