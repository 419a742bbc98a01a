// HTTP/1.1 over a Unix socket, blocking and plain, so that bad requests can be sent as they are.

import Foundation
import Glibc

/// An answer as it came.
struct HTTPAnswer {
    var status: Int
    /// By lower-case name; the last one of a name.
    var headers: [String: String]
    /// The names as they were written, in their order.
    var fieldNames: [String] = []
    var body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }
    var json: JSONValue { JSONValue(bytes: body) }
    var isChunked: Bool { headers["transfer-encoding"]?.lowercased() == "chunked" }
    var isProblem: Bool { headers["content-type"] == "application/problem+json" }
}

/// The other side is gone.
struct ConnectionLost: Error {}

/// One kept-alive connection; for one thread.
final class HTTPConnection {
    private let descriptor: Int32
    private var unread: [UInt8] = []
    private var offset = 0

    init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        guard path.utf8.count <= 107 else { throw Unexpected("the socket's path is too long: \(path)") }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard result == 0 else { throw SystemFault("connect \(path)") }
    }

    /// A connection over TCP to a port of this machine.
    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        var address = Loopback.address(port: port)
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw SystemFault("connect to port \(port)") }
    }

    // It is run for what an initialiser throws, too.
    deinit { close(descriptor) }

    /// True when something has come that was not received.
    var hasUnread: Bool {
        if offset < unread.count { return true }
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return Glibc.poll(&entry, 1, 0) > 0
    }

    /// Blocks until something has come.
    func awaitUnread() throws {
        if offset == unread.count { try fill() }
    }

    func request(
        _ method: String, _ target: String, _ body: String? = nil, headers: [String: String] = [:]
    ) throws -> HTTPAnswer {
        try send(method, target, body, headers: headers)
        return try receive(hasBody: method != "HEAD")
    }

    func get(_ target: String, headers: [String: String] = [:]) throws -> HTTPAnswer {
        try request("GET", target, headers: headers)
    }

    func post(_ target: String, _ body: String, headers: [String: String] = [:]) throws -> HTTPAnswer {
        try request("POST", target, body, headers: headers)
    }

    func send(_ method: String, _ target: String, _ body: String? = nil, headers: [String: String] = [:]) throws {
        var head = "\(method) \(target) HTTP/1.1\r\nHost: berth\r\n"
        if let body {
            head += "Content-Length: \(body.utf8.count)\r\n"
            if headers["Content-Type"] == nil { head += "Content-Type: application/json\r\n" }
        }
        for (name, value) in headers where !value.isEmpty { head += "\(name): \(value)\r\n" }
        try sendRaw(Array((head + "\r\n" + (body ?? "")).utf8))
    }

    /// Ends the connection both ways.
    func end() { shutdown(descriptor, Int32(SHUT_RDWR)) }

    /// Sends no more; what comes can still be received.
    func endSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    func sendRaw(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { buffer in
                Glibc.send(descriptor, buffer.baseAddress! + sent, bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw ConnectionLost() }
            sent += count
        }
    }

    /// Sends what is taken at once, and says how much that was.
    func sendAtOnce(_ bytes: some Collection<UInt8>) throws -> Int {
        let bytes = Array(bytes)
        let count = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT))
        guard count >= 0 || errno == EAGAIN else { throw ConnectionLost() }
        return max(0, count)
    }

    func receive(hasBody: Bool = true) throws -> HTTPAnswer {
        var answer = try receiveHead()
        guard hasBody, answer.status != 204, answer.status != 304 else { return answer }
        if answer.isChunked {
            while let chunk = try chunk() { answer.body += chunk }
        } else if let length = answer.headers["content-length"].flatMap({ Int($0) }) {
            answer.body = try take(length)
        }
        return answer
    }

    /// The status of what comes next, which may be an interim answer.
    func receiveInterim() throws -> Int {
        let words = try head().first?.split(separator: " ") ?? []
        guard words.count > 1, let status = Int(words[1]) else { throw Unexpected("not HTTP: \(words)") }
        return status
    }

    /// The status and the headers of an answer, whose body comes after.
    func receiveHead() throws -> HTTPAnswer {
        let lines = try head()
        let words = lines[0].split(separator: " ")
        guard words.count >= 2, let status = Int(words[1]) else { throw Unexpected("not HTTP: \(lines[0])") }
        var headers: [String: String] = [:]
        var names: [String] = []
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { throw Unexpected("not a header: \(line)") }
            let value = line[line.index(after: colon)...]
            names.append(String(line[..<colon]))
            headers[line[..<colon].lowercased()] = value.trimmingCharacters(in: .whitespaces)
        }
        if status == 100 { return try receiveHead() }
        return HTTPAnswer(status: status, headers: headers, fieldNames: names, body: [])
    }

    /// The next chunk of a chunked body; nil after the last.
    func chunk() throws -> [UInt8]? {
        guard let size = Int(try line().prefix { $0 != ";" }, radix: 16) else { throw Unexpected("not a chunk") }
        let bytes = try take(size)
        _ = try line()
        return size == 0 ? nil : bytes
    }

    /// All that comes until the other side closes.
    func rest() throws -> [UInt8] {
        while true {
            do { try fill() } catch is ConnectionLost { break }
        }
        defer { offset = unread.count }
        return Array(unread[offset...])
    }

    // MARK: Reading

    private func head() throws -> [String] {
        var lines: [String] = []
        while true {
            let line = try line()
            if line.isEmpty { return lines }
            lines.append(line)
        }
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
        var buffer = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            if count < 0 && errno == EINTR { continue }
            guard count > 0 else { throw ConnectionLost() }
            unread.append(contentsOf: buffer[..<count])
            return
        }
    }
}

/// A JSON value read without the wire types, so that the tests do not share their mistakes.
struct JSONValue: CustomStringConvertible {
    let value: Any?

    init(bytes: [UInt8]) {
        value = try? JSONSerialization.jsonObject(with: Data(bytes), options: [.fragmentsAllowed])
    }

    private init(_ value: Any?) { self.value = value }

    subscript(_ name: String) -> JSONValue { JSONValue((value as? [String: Any])?[name]) }
    subscript(_ index: Int) -> JSONValue {
        guard let array = value as? [Any], array.indices.contains(index) else { return JSONValue(nil) }
        return JSONValue(array[index])
    }

    var string: String? { value as? String }
    var int: Int? { (value as? NSNumber)?.intValue }
    var bool: Bool? { value as? Bool }
    var array: [JSONValue] { (value as? [Any] ?? []).map { JSONValue($0) } }
    var names: [String] { ((value as? [String: Any])?.keys).map { $0.sorted() } ?? [] }
    var isAbsent: Bool { value == nil }
    /// The value as JSON again, its members in the order of their names.
    var text: String {
        let data = try? JSONSerialization.data(
            withJSONObject: value ?? NSNull(), options: [.fragmentsAllowed, .sortedKeys])
        return String(decoding: data ?? Data(), as: UTF8.self)
    }
    var description: String { value.map { "\($0)" } ?? "nothing" }
}
