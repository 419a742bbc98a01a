// How what is shown becomes a role: the configuration's rules, all of them.

import Foundation

/// Who is what.
public struct CallerRules: Sendable {
    /// Users and groups on Unix sockets; the first rule that matches counts.
    public let peers: [RoleRule]
    /// Names in client certificates; the first rule that matches counts.
    public let certificates: [CertificateRule]
    /// Whether an operator's certificate counts over TCP. Without it, operators act on Unix sockets alone.
    public let takesOperatorsOverTCP: Bool

    /// Whether there is an operator among those whom these rules know: a user, a group, or a certificate that counts for one.
    public var hasOperator: Bool {
        peers.contains { $0.role == .operator }
            || takesOperatorsOverTCP && certificates.contains { $0.role == .operator }
    }

    /// All of them.
    public init(peers: [RoleRule], certificates: [CertificateRule] = [], takesOperatorsOverTCP: Bool = false) {
        self.peers = peers
        self.certificates = certificates
        self.takesOperatorsOverTCP = takesOperatorsOverTCP
    }
}

/// One line of the configuration: a name in a certificate has a role.
public struct CertificateRule: Equatable, Sendable {
    private enum Pattern: Equatable {
        /// A SPIFFE ID, exactly.
        case identity(String)
        /// A SPIFFE ID in which one segment of the path is the tenant's name.
        case tenantIn(prefix: String, suffix: String)
        /// A subject, exactly as RFC 4514 writes it.
        case subject(String)
    }

    private static let placeholder = "{tenant}"

    private let pattern: Pattern
    /// The role that is given; nil where the pattern names the tenant.
    fileprivate let role: Role?

    /// Reads `spiffe://berth.example/tenant/acme=tenant:acme`, `spiffe://berth.example/tenant/{tenant}=tenant:{tenant}` or
    /// `subject:CN=auditor.example=auditor`.
    public init?(_ text: String) {
        guard let equals = text.lastIndex(of: "=") else { return nil }
        let (name, role) = (String(text[..<equals]), String(text[text.index(after: equals)...]))
        if name.hasPrefix("subject:"), name.count > 8, let role = Role(role) {
            pattern = .subject(String(name.dropFirst(8)))
            self.role = role
            return
        }
        guard CertificateNames.isIdentity(name.replacingOccurrences(of: Self.placeholder, with: "x")) else {
            return nil
        }
        let parts = name.components(separatedBy: Self.placeholder)
        if parts.count == 2, role == "tenant:" + Self.placeholder, parts[0].hasSuffix("/"),
            parts[1].isEmpty || parts[1].hasPrefix("/")
        {
            pattern = .tenantIn(prefix: parts[0], suffix: parts[1])
            self.role = nil
        } else if parts.count == 1, let role = Role(role) {
            pattern = .identity(name)
            self.role = role
        } else {
            return nil
        }
    }

    /// The role that this rule gives to a certificate; nil when it says nothing of it.
    func role(of names: CertificateNames) -> Role? {
        switch pattern {
        case .identity(let identity): return names.identity == identity ? role : nil
        case .subject(let subject): return names.subject == subject ? role : nil
        case .tenantIn(let prefix, let suffix):
            guard let identity = names.identity, identity.hasPrefix(prefix), identity.hasSuffix(suffix),
                identity.utf8.count > prefix.utf8.count + suffix.utf8.count
            else { return nil }
            let tenant = identity.dropFirst(prefix.count).dropLast(suffix.count)
            return tenant.contains("/") ? nil : .tenant(String(tenant))
        }
    }
}
