// Who may do what: roles, and how the kernel's word on a peer becomes one.

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

/// The process at the other end of a Unix socket, by the kernel's word when it connected.
public struct Peer: Equatable, Sendable {
    public let uid: UInt32
    public let gid: UInt32
    /// All groups of the user.
    public let groups: [UInt32]
    public let userName: String?
    /// For the audit log, for example `uid:1000 ada`.
    public let actorName: String

    public init(uid: UInt32, gid: UInt32) {
        self.uid = uid
        self.gid = gid
        guard let entry = getpwuid(uid) else {
            (userName, actorName, groups) = (nil, "uid:\(uid)", [gid])
            return
        }
        let name = String(cString: entry.pointee.pw_name)
        (userName, actorName) = (name, "uid:\(uid) \(name)")
        var count: Int32 = 256
        var list = [gid_t](repeating: 0, count: Int(count))
        let found = getgrouplist(entry.pointee.pw_name, gid, &list, &count)
        groups = found >= 0 ? Array(list.prefix(Int(count))) : [gid]
    }

    /// The role of the first rule that names the user or one of its groups.
    public func role(by rules: [RoleRule]) -> Role? {
        rules.first { rule in
            switch rule.subject {
            case .user(let uid): uid == self.uid
            case .group(let gid): groups.contains(gid)
            }
        }?.role
    }
}
