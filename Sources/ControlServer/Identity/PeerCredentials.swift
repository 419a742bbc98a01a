// What the kernel says of the process at the other end of a Unix socket.

import Glibc

/// What SO_PEERCRED gives: `struct ucred` of Linux, which its headers hide from Swift.
private struct KernelCredentials {
    var pid: pid_t = 0
    var uid: uid_t = 0
    var gid: gid_t = 0
}

/// Reads the credentials that a peer had when it connected.
enum PeerCredentials {
    /// From <asm-generic/socket.h>, which Glibc's module leaves out.
    private static let peerGroups: Int32 = 59
    /// More than a process can have (NGROUPS_MAX).
    private static let groupsMax = 65_536
    private static let groupsUsual = 64

    /// The peer of a connected Unix socket, or nil where the kernel does not say.
    ///
    /// The process id is not looked at: the kernel may give 0, and a process may be gone.
    static func peer(of descriptor: Int32) -> Peer? {
        var credentials = KernelCredentials()
        var length = socklen_t(MemoryLayout<KernelCredentials>.size)
        guard getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &credentials, &length) == 0,
            length == MemoryLayout<KernelCredentials>.size
        else { return nil }
        return Peer(uid: credentials.uid, gid: credentials.gid, groups: groups(of: descriptor))
    }

    /// The process's own supplementary groups, not those that the user database gives its user: a process that has given
    /// up a group does not act with it. Nil on kernels before 4.13, which do not say.
    private static func groups(of descriptor: Int32) -> [UInt32]? {
        var count = groupsUsual
        while count <= groupsMax {
            var groups = [gid_t](repeating: 0, count: count)
            var length = socklen_t(count * MemoryLayout<gid_t>.stride)
            if getsockopt(descriptor, SOL_SOCKET, peerGroups, &groups, &length) == 0 {
                return Array(groups.prefix(Int(length) / MemoryLayout<gid_t>.stride))
            }
            guard errno == ERANGE else { return nil }
            // The kernel has said how many bytes it needs.
            count = max(count * 2, Int(length) / MemoryLayout<gid_t>.stride)
        }
        return nil
    }
}
