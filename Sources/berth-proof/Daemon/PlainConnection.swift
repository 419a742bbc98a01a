// HTTP/1.1 over a Unix socket for one thread, so plain that it is clear what has been sent and what has come.

import Foundation
import Glibc

/// An answer as it came.
struct PlainAnswer {
    var status: Int
    /// By lower-case name.
    var headers: [String: String]
    var body: [UInt8]

    var revision: Int? { headers["berth-revision"].flatMap { Int($0) } }
}

/// The other side is gone, or says nothing.
struct ConnectionLost: Error {
    /// Whether it went on being there and said nothing for so long that something is wrong.
    var isSilent = false
}

/// One kept-alive connection.
final class PlainConnection {
    /// How long an answer may take, in seconds.
    static let answerSecondsMax = 60
    let descriptor: Int32
    private var unread: [UInt8] = []
    private var offset = 0

    init(path: String, answerSecondsMax: Int = PlainConnection.answerSecondsMax) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw ConnectionLost() }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count <= 107 else { throw ProofFault("the socket's path is too long: \(path)") }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        var patience = timeval(tv_sec: answerSecondsMax, tv_usec: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(descriptor, SOL_SOCKET, SO_SNDTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw ConnectionLost() }
    }

    // It is run for what throws above, too.
    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Whether it was closed, or told something without having asked.
    var isRefused: Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 0) > 0
    }

    /// Sends a request and receives its answer.
    ///
    /// - Throws: ``ConnectionLost``.
    func request(
        _ method: String, _ target: String, _ body: [UInt8]? = nil, key: String? = nil
    ) throws -> PlainAnswer {
        try send(method, target, body, key: key)
        return try receive()
    }

    /// Sends a request whose answer is received later.
    ///
    /// - Throws: ``ConnectionLost``.
    func send(_ method: String, _ target: String, _ body: [UInt8]? = nil, key: String? = nil) throws {
        var head = "\(method) \(target) HTTP/1.1\r\nHost: berth\r\n"
        if let key { head += "Idempotency-Key: \(key)\r\n" }
        if let body { head += "Content-Type: application/json\r\nContent-Length: \(body.count)\r\n" }
        try send(Array((head + "\r\n").utf8) + (body ?? []))
    }

    /// Takes what comes and throws it away, until `goesOn`, which is told how many bytes came and is asked several
    /// times a second, says that it is enough.
    ///
    /// - Throws: ``ConnectionLost``.
    func discard(while goesOn: (Int) -> Bool) throws {
        var buffer = [UInt8](repeating: 0, count: 32 << 10)
        while true {
            var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
            var count = 0
            if poll(&entry, 1, 200) > 0 {
                count = read(descriptor, &buffer, buffer.count)
                guard count > 0 else { throw ConnectionLost() }
            }
            guard goesOn(count) else { return }
        }
    }

    private func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw ConnectionLost(isSilent: count < 0 && errno == EAGAIN) }
            sent += count
        }
    }

    /// Receives the answer to a request that was sent.
    ///
    /// - Throws: ``ConnectionLost``.
    func receive() throws -> PlainAnswer {
        let words = try line().split(separator: " ")
        guard words.count >= 2, let status = Int(words[1]) else { throw ProofFault("no HTTP: \(words)") }
        var headers: [String: String] = [:]
        while true {
            let line = try line()
            if line.isEmpty { break }
            guard let colon = line.firstIndex(of: ":") else { throw ProofFault("no header: \(line)") }
            headers[line[..<colon].lowercased()] = line[line.index(after: colon)...].trimmingCharacters(
                in: .whitespaces)
        }
        var answer = PlainAnswer(status: status, headers: headers, body: [])
        if status == 204 || status == 304 { return answer }
        if headers["transfer-encoding"]?.lowercased() == "chunked" {
            while let chunk = try chunk() { answer.body += chunk }
        } else if let length = headers["content-length"].flatMap({ Int($0) }) {
            answer.body = try take(length)
        }
        return answer
    }

    private func chunk() throws -> [UInt8]? {
        guard let size = Int(try line().prefix { $0 != ";" }, radix: 16) else { throw ProofFault("no chunk") }
        let bytes = try take(size)
        _ = try line()
        return size == 0 ? nil : bytes
    }

    private func line() throws -> String {
        var searched = offset
        while true {
            if let end = unread[searched...].firstIndex(of: 10) {
                let line = String(decoding: unread[offset..<max(offset, end - 1)], as: UTF8.self)
                offset = end + 1
                return line
            }
            let length = unread.count - offset
            try fill()
            searched = offset + length
        }
    }

    private func take(_ count: Int) throws -> [UInt8] {
        while unread.count - offset < count { try fill() }
        defer { offset += count }
        return Array(unread[offset..<offset + count])
    }

    private func fill() throws {
        unread.removeFirst(offset)
        offset = 0
        var buffer = [UInt8](repeating: 0, count: 32 << 10)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw ConnectionLost(isSilent: count < 0 && errno == EAGAIN) }
            unread.append(contentsOf: buffer[..<count])
            return
        }
    }
}
