// The service manager's ear: a socket on which a daemon says how it is.

import Foundation
import Glibc

/// Receives what `sd_notify` sends.
final class NotifySocket {
    /// For the daemon's `NOTIFY_SOCKET`.
    let path: String
    private let descriptor: Int32

    init(in folder: ScratchFolder) throws {
        path = folder("notify")
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        guard descriptor >= 0 else { throw SystemFault("socket") }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw SystemFault("bind") }
    }

    deinit { close(descriptor) }

    /// Blocks until the next message, and returns its variables.
    func next() throws -> [String: String] {
        var buffer = [UInt8](repeating: 0, count: 64 << 10)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        guard count >= 0 else { throw SystemFault("recv") }
        var variables: [String: String] = [:]
        for line in String(decoding: buffer[..<count], as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            if parts.count == 2 { variables[parts[0]] = parts[1] }
        }
        return variables
    }

    /// Blocks until a message is as `body` wants it; returns it and, before it, those that were not.
    func messages(until body: ([String: String]) -> Bool) throws -> [[String: String]] {
        var all: [[String: String]] = []
        repeat { all.append(try next()) } while !body(all[all.count - 1])
        return all
    }
}
