// Making sure of the control socket's path before anything else is made.

import Foundation
import Glibc

/// Checks where the control socket will be.
enum SocketPath {
    /// The longest path that a socket's address holds.
    static let bytesMax = 107

    /// Refuses a path that cannot be a socket, and one on which somebody answers: binding would take it from them.
    static func check(_ path: String) throws {
        guard (1...bytesMax).contains(path.utf8.count) else {
            throw StartFailure(
                "socket.path: a socket's path has 1 to \(bytesMax) bytes, and \"\(path)\" has \(path.utf8.count)")
        }
        // A symbolic link is not followed.
        guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else { return }
        guard attributes[.type] as? FileAttributeType == .typeSocket else {
            throw StartFailure("socket.path: \(path) is there and is no socket; move it away or name another path")
        }
        if answers(path) {
            throw StartFailure(
                "socket.path: another daemon answers on \(path); stop it, or name another path with --socket", .passing,
                errorNumber: EADDRINUSE)
        }
    }

    private static func answers(_ path: String) -> Bool {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size)) == 0
            }
        }
    }
}
