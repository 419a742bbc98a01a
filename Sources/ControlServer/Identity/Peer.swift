// The process at the other end of a Unix socket, by the kernel's word.

import Foundation
import Synchronization

/// The process at the other end of a Unix socket, as it was when it connected.
public struct Peer: Equatable, Sendable {
    /// The effective user.
    public let uid: UInt32
    /// The effective group and the supplementary ones.
    public let groups: [UInt32]
    /// For the audit log, for example `uid:1000 ada`.
    public let actorName: String

    /// - Parameter groups: the supplementary groups that the process has; nil where the kernel does not say, and the
    ///   user database is asked instead.
    public init(uid: UInt32, gid: UInt32, groups: [UInt32]?) {
        self.uid = uid
        let name = UserNames.shared.name(of: uid)
        actorName = name.map { "uid:\(uid) \($0)" } ?? "uid:\(uid)"
        let others = groups ?? name.map { Self.groups(of: $0, gid) } ?? []
        self.groups = [gid] + others.filter { $0 != gid }
    }

    /// Whether the kernel cannot name the user here: the daemon is in a user namespace that has no number for it. All such
    /// users look alike, so none of them has a role.
    public var isUnnamed: Bool { uid == UnnamedNumbers.user }

    /// The role of the first rule that names the user or one of its groups.
    public func role(by rules: [RoleRule]) -> Role? {
        guard !isUnnamed else { return nil }
        return rules.first { rule in
            switch rule.subject {
            case .user(let uid): uid == self.uid
            case .group(let gid): gid != UnnamedNumbers.group && groups.contains(gid)
            }
        }?.role
    }

    private static func groups(of user: String, _ gid: UInt32) -> [UInt32] {
        var count: Int32 = 256
        var list = [gid_t](repeating: 0, count: Int(count))
        let found = getgrouplist(user, gid, &list, &count)
        return found >= 0 ? Array(list.prefix(Int(count))) : []
    }
}

/// The numbers under which the kernel shows users and groups that have none in the reader's user namespace.
public enum UnnamedNumbers {
    /// Usually 65534, `nobody`.
    public static let user = number("/proc/sys/kernel/overflowuid")
    /// Usually 65534, `nogroup`.
    public static let group = number("/proc/sys/kernel/overflowgid")

    /// The number when a rule's subject, like `user:nobody` or `group:65534`, stands for one of these.
    public static func named(by subject: String) -> UInt32? {
        if subject.hasPrefix("user:"), let rule = RoleRule(user: String(subject.dropFirst(5)), role: .auditor) {
            return rule.subject == .user(user) ? user : nil
        }
        if subject.hasPrefix("group:"), let rule = RoleRule(group: String(subject.dropFirst(6)), role: .auditor) {
            return rule.subject == .group(group) ? group : nil
        }
        return nil
    }

    private static func number(_ path: String) -> UInt32 {
        let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
        return UInt32(text.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 65_534
    }
}

/// Names of users, kept so that the user database is not asked for every connection.
private final class UserNames: Sendable {
    static let shared = UserNames()

    /// How long an answer counts; a user that is renamed is logged under the old name until then.
    private static let keptSeconds: Int64 = 300
    private static let countMax = 4_096

    private struct Entry {
        let name: String?
        let readAt: Int64
    }

    private let names = Mutex<[UInt32: Entry]>([:])

    func name(of uid: UInt32) -> String? {
        var now = timespec()
        clock_gettime(CLOCK_MONOTONIC, &now)
        let seconds = Int64(now.tv_sec)
        let kept = names.withLock { $0[uid] }
        if let kept, kept.readAt + Self.keptSeconds > seconds { return kept.name }
        let name = Self.look(up: uid)
        names.withLock { names in
            if names.count >= Self.countMax { names.removeAll(keepingCapacity: true) }
            names[uid] = Entry(name: name, readAt: seconds)
        }
        return name
    }

    private static func look(up uid: UInt32) -> String? {
        var entry = passwd()
        var found: UnsafeMutablePointer<passwd>?
        var buffer = [CChar](repeating: 0, count: 16 << 10)
        guard getpwuid_r(uid, &entry, &buffer, buffer.count, &found) == 0, found != nil else { return nil }
        return String(cString: entry.pw_name)
    }
}
