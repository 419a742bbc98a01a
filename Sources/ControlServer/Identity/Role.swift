// Who may do what: roles, and which users and groups have them.

import Foundation

/// What a caller may do.
public enum Role: Hashable, Sendable, CustomStringConvertible {
    /// Everything.
    case `operator`
    /// Reads everything, changes nothing.
    case auditor
    /// Reads hardware and reports on it: cleaned, validated, faulty, and what it draws.
    case actuator
    /// Sees and asks for its own leases only.
    case tenant(String)

    /// Reads `operator`, `auditor`, `actuator` or `tenant:NAME`.
    public init?(_ text: String) {
        switch text {
        case "operator": self = .operator
        case "auditor": self = .auditor
        case "actuator": self = .actuator
        default:
            guard text.hasPrefix("tenant:"), text.count > 7 else { return nil }
            self = .tenant(String(text.dropFirst(7)))
        }
    }

    public var description: String {
        switch self {
        case .operator: "operator"
        case .auditor: "auditor"
        case .actuator: "actuator"
        case .tenant(let name): "tenant:\(name)"
        }
    }
}

/// One line of the configuration: a user or a group has a role.
public struct RoleRule: Equatable, Sendable {
    public enum Subject: Equatable, Sendable {
        case user(UInt32)
        case group(UInt32)
    }

    public let subject: Subject
    public let role: Role

    public init(subject: Subject, role: Role) {
        self.subject = subject
        self.role = role
    }

    /// The rule for a user or a group by name or number; nil when the machine knows no such name.
    public init?(user: String, role: Role) {
        guard let uid = UInt32(user) ?? getpwnam(user)?.pointee.pw_uid else { return nil }
        self.init(subject: .user(uid), role: role)
    }

    public init?(group: String, role: Role) {
        guard let gid = UInt32(group) ?? getgrnam(group)?.pointee.gr_gid else { return nil }
        self.init(subject: .group(gid), role: role)
    }
}
