// Sockets that listen, made by hand so that a socket that is handed over is served in the same way.

import Foundation
import Glibc
import HummingbirdCore
import NIOCore

/// A socket that listens and has not been given to an event loop.
struct ListeningSocket {
    let descriptor: Int32
    let isTCP: Bool
    /// Where it listens in fact.
    let place: String

    /// Opens a listener's socket.
    ///
    /// - Throws: ``ListenerFault``.
    init(_ place: Listener.Place) throws {
        switch place {
        case .unixSocket(let path):
            descriptor = try Self.bindUnix(path)
            self.place = path
        case .tcp(let host, let port):
            descriptor = try Self.bindTCP(host, port)
            self.place = SocketEnds.local(descriptor)?.text ?? place.description
        case .descriptor(let number):
            descriptor = number
            self.place = SocketEnds.local(number)?.text ?? place.description
        }
        isTCP = SocketEnds.local(descriptor)?.isTCP ?? false
        try takeCrowds()
    }

    /// Lets as many connections wait to be accepted as the daemon takes. Said again once an event loop has the socket, since NIO
    /// then listens with a bound of its own: 128, which a restart under load is over.
    ///
    /// - Throws: ``ListenerFault``.
    func takeCrowds() throws {
        guard listen(descriptor, ServerLimits.backlog) == 0 else { throw Self.fault("listening", place, descriptor) }
    }

    private static func bindUnix(_ path: String) throws -> Int32 {
        let descriptor = try make(AF_UNIX, path)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else {
            close(descriptor)
            throw ListenerFault(description: "\(path): the path is too long for a socket")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK { unlink(path) }
        try bind(descriptor, &address, path)
        // The process's umask keeps others out until here; the group may connect once it listens.
        guard chmod(path, 0o660) == 0 else { throw fault("setting the mode of", path, descriptor) }
        return descriptor
    }

    private static func bindTCP(_ host: String, _ port: UInt16) throws -> Int32 {
        let name = Listener.Place.tcp(host: host, port: port).description
        var (four, six) = (sockaddr_in(), sockaddr_in6())
        if inet_pton(AF_INET, host, &four.sin_addr) == 1 {
            four.sin_family = sa_family_t(AF_INET)
            four.sin_port = port.bigEndian
            let descriptor = try make(AF_INET, name)
            try bind(descriptor, &four, name)
            return descriptor
        }
        guard inet_pton(AF_INET6, host, &six.sin6_addr) == 1 else {
            throw ListenerFault(description: "\(host) is not an address like 127.0.0.1 or ::1")
        }
        six.sin6_family = sa_family_t(AF_INET6)
        six.sin6_port = port.bigEndian
        let descriptor = try make(AF_INET6, name)
        try bind(descriptor, &six, name)
        return descriptor
    }

    private static func make(_ family: Int32, _ name: String) throws -> Int32 {
        let type = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = socket(family, type, 0)
        guard descriptor >= 0 else { throw fault("making a socket for", name, nil) }
        // A restart must not wait for connections of the daemon before it.
        var on: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
        return descriptor
    }

    private static func bind<Address>(_ descriptor: Int32, _ address: inout Address, _ name: String) throws {
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.bind(descriptor, $0, socklen_t(MemoryLayout<Address>.size))
            }
        }
        guard result == 0 else { throw fault("binding", name, descriptor) }
    }

    private static func fault(_ operation: String, _ name: String, _ descriptor: Int32?) -> ListenerFault {
        let words = String(cString: strerror(errno))
        if let descriptor { close(descriptor) }
        return ListenerFault(description: "\(operation) \(name): \(words)")
    }
}

/// The addresses of a socket's two ends.
enum SocketEnds {
    struct End {
        let isTCP: Bool
        /// The path, or the address with its port.
        let text: String
        /// The address alone; of IPv6 the 64 bits of the network, since a host may have all addresses in it.
        let network: String
    }

    static func local(_ descriptor: Int32) -> End? { end(descriptor, getsockname) }
    static func remote(_ descriptor: Int32) -> End? { end(descriptor, getpeername) }

    private static func end(
        _ descriptor: Int32,
        _ ask: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) -> End? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let result = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { ask(descriptor, $0, &length) }
        }
        guard result == 0 else { return nil }
        let family = Int32(storage.ss_family)
        return withUnsafeBytes(of: storage) { bytes in
            switch family {
            case AF_UNIX:
                let path = bytes[2..<max(2, Int(length))].prefix { $0 != 0 }
                return End(isTCP: false, text: String(decoding: path, as: UTF8.self), network: "")
            case AF_INET:
                let address = bytes.loadUnaligned(as: sockaddr_in.self)
                let text = bytes[4..<8].map(String.init).joined(separator: ".")
                return End(isTCP: true, text: "\(text):\(UInt16(bigEndian: address.sin_port))", network: text)
            case AF_INET6:
                let address = bytes.loadUnaligned(as: sockaddr_in6.self)
                return six(Array(bytes[8..<24]), UInt16(bigEndian: address.sin6_port))
            default: return nil
            }
        }
    }

    private static func six(_ address: [UInt8], _ port: UInt16) -> End {
        // An IPv4 client of a socket for both.
        if address[..<10].allSatisfy({ $0 == 0 }), address[10] == 0xFF, address[11] == 0xFF {
            let text = address[12...].map { String($0) }.joined(separator: ".")
            return End(isTCP: true, text: "\(text):\(port)", network: text)
        }
        var buffer = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        func text(_ bytes: [UInt8]) -> String {
            inet_ntop(AF_INET6, bytes, &buffer, socklen_t(buffer.count)).map { String(cString: $0) } ?? ""
        }
        let network = Array(address[..<8]) + [UInt8](repeating: 0, count: 8)
        // Every process of this machine is one host, whatever its network.
        let isLoopback = address[..<15].allSatisfy { $0 == 0 } && address[15] == 1
        return End(
            isTCP: true, text: "[\(text(address))]:\(port)", network: isLoopback ? "::1" : text(network) + "/64")
    }
}
