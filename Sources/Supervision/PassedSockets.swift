// Sockets that the service manager has bound and handed over, by the names that its units give them.

import CSystemd
import Glibc

/// A listening socket that was handed over. Whoever takes it owns its descriptor; its path and port stay the manager's.
public struct PassedSocket: Sendable, Equatable {
    /// What it is for.
    public enum Name: String, Sendable, CaseIterable {
        /// The control socket: a Unix socket.
        case control
        /// Where TLS is spoken.
        case tcp
        /// Plain text, on an address of this machine alone.
        case plain

        fileprivate var kind: String {
            switch self {
            case .control: "a listening Unix stream socket"
            case .tcp: "a listening TCP socket"
            case .plain: "a listening TCP socket on a loopback address"
            }
        }
    }

    public let name: Name
    public let descriptor: Int32

    /// What has been handed over, in the order of the manager. The environment tells of it no more afterwards, so that a child
    /// process does not take it for its own, and no child inherits a descriptor.
    ///
    /// - Throws: ``PassedSocketFault``, when one has a name that is not known or is of the wrong kind.
    public static func take() throws(PassedSocketFault) -> [PassedSocket] {
        var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        let count = sd_listen_fds_with_names(1, &names)
        guard count >= 0 else {
            throw PassedSocketFault("the sockets that were handed over cannot be taken: \(words(-count))")
        }
        defer {
            for index in 0..<Int(count) { free(names?[index]) }
            free(names)
        }
        var sockets: [PassedSocket] = []
        for index in 0..<count {
            let name = names?[Int(index)].map { String(cString: $0) } ?? ""
            sockets.append(try PassedSocket(descriptor: SD_LISTEN_FDS_START + index, named: name))
        }
        return sockets
    }

    private init(descriptor: Int32, named text: String) throws(PassedSocketFault) {
        guard let name = Name(rawValue: text) else {
            let known = Name.allCases.map(\.rawValue).joined(separator: ", ")
            throw PassedSocketFault(
                "socket \(descriptor) was handed over as \"\(text)\", which is none of \(known); "
                    + "set FileDescriptorName= in its .socket unit")
        }
        guard Self.fits(descriptor, name) else {
            throw PassedSocketFault(
                "socket \(descriptor) was handed over as \(text) and is not \(name.kind); "
                    + "see to ListenStream= and FileDescriptorName= in its .socket unit")
        }
        self.name = name
        self.descriptor = descriptor
    }

    private static func fits(_ descriptor: Int32, _ name: Name) -> Bool {
        let stream = Int32(SOCK_STREAM.rawValue)
        switch name {
        case .control: return sd_is_socket_unix(descriptor, stream, 1, nil, 0) > 0
        case .tcp: return sd_is_socket_inet(descriptor, AF_UNSPEC, stream, 1, 0) > 0
        case .plain: return sd_is_socket_inet(descriptor, AF_UNSPEC, stream, 1, 0) > 0 && isLoopback(descriptor)
        }
    }

    private static func isLoopback(_ descriptor: Int32) -> Bool {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard result == 0 else { return false }
        return withUnsafeBytes(of: storage) { bytes in
            guard Int32(storage.ss_family) == AF_INET6 else { return bytes[4] == 127 }
            return bytes[8..<23].allSatisfy { $0 == 0 } && bytes[23] == 1
        }
    }

    private static func words(_ number: Int32) -> String { String(cString: strerror(number)) }
}

/// Why a socket that was handed over cannot be served, with what to do.
public struct PassedSocketFault: Error, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}
