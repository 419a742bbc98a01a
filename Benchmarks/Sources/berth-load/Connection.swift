// A small HTTP/1.1 client with a blocking socket: what it costs is little and the same for every server.

import Glibc

/// What went wrong while measuring; ends the run.
struct LoadFault: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

/// An answer, its body only when it was asked for.
struct Reply {
    var status = 0
    var bodyBytes = 0
    var entityTag: String?
    var index: String?
    var body: [UInt8] = []
}

/// One keep-alive connection over a Unix socket.
///
/// `@unchecked Sendable`: each connection is used by one thread at a time.
final class Connection: @unchecked Sendable {
    let descriptor: Int32
    private var buffer = [UInt8](repeating: 0, count: 1 << 16)
    private var filled = 0

    init(path: String) throws {
        descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw LoadFault("socket: errno \(errno)") }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8) + [0]
        guard bytes.count <= MemoryLayout.size(ofValue: address.sun_path) else {
            throw LoadFault("the socket's path is over 107 bytes; use a shorter one")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        if result != 0 {
            let code = errno
            close(descriptor)
            throw LoadFault("connect to \(path): errno \(code)")
        }
    }

    deinit { close(descriptor) }

    func send(_ bytes: [UInt8]) throws {
        try bytes.withUnsafeBytes { raw in
            var sent = 0
            while sent < raw.count {
                let count = Glibc.send(
                    descriptor, raw.baseAddress! + sent, raw.count - sent, Int32(MSG_NOSIGNAL))
                guard count > 0 else { throw LoadFault("send: errno \(errno)") }
                sent += count
            }
        }
    }

    /// Waits for one answer.
    func receive(keepBody: Bool = false) throws -> Reply {
        var headEnd = headerEnd(from: 0)
        while headEnd == nil {
            let from = max(0, filled - 3)
            try fill()
            headEnd = headerEnd(from: from)
        }
        let bodyStart = headEnd!
        var reply = parse(bodyStart)
        let end = bodyStart + reply.bodyBytes
        if end > buffer.count { buffer.append(contentsOf: repeatElement(0, count: end - buffer.count)) }
        while filled < end { try fill() }
        if keepBody { reply.body = Array(buffer[bodyStart..<end]) }
        let left = filled - end
        if left > 0 { buffer.withUnsafeMutableBytes { _ = memmove($0.baseAddress!, $0.baseAddress! + end, left) } }
        filled = left
        return reply
    }

    func exchange(_ request: [UInt8], keepBody: Bool = false) throws -> Reply {
        try send(request)
        return try receive(keepBody: keepBody)
    }

    private func fill() throws {
        if filled == buffer.count { buffer.append(contentsOf: repeatElement(0, count: buffer.count)) }
        let count = buffer.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress! + filled, $0.count - filled, 0) }
        guard count > 0 else { throw LoadFault("the server closed a connection (errno \(errno))") }
        filled += count
    }

    /// The place after the blank line.
    private func headerEnd(from start: Int) -> Int? {
        var place = start
        while place + 3 < filled {
            if buffer[place] == 13, buffer[place + 1] == 10, buffer[place + 2] == 13, buffer[place + 3] == 10 {
                return place + 4
            }
            place += 1
        }
        return nil
    }

    private func parse(_ end: Int) -> Reply {
        var reply = Reply()
        for digit in buffer[9..<12] { reply.status = reply.status * 10 + Int(digit) - 48 }
        var start = 0
        while start < end - 2 {
            var stop = start
            while buffer[stop] != 13 { stop += 1 }
            if let value = value(of: "content-length", start, stop) { reply.bodyBytes = Int(value) ?? 0 }
            if let value = value(of: "etag", start, stop) { reply.entityTag = value }
            if let value = value(of: "berth-index", start, stop) { reply.index = value }
            precondition(value(of: "transfer-encoding", start, stop) == nil, "answers come with their length")
            start = stop + 2
        }
        return reply
    }

    private func value(of name: StaticString, _ start: Int, _ stop: Int) -> String? {
        let count = name.utf8CodeUnitCount
        guard stop - start > count, buffer[start + count] == 58 else { return nil }
        for offset in 0..<count where buffer[start + offset] | 0x20 != name.utf8Start[offset] | 0x20 { return nil }
        return String(decoding: buffer[start + count + 1..<stop].drop { $0 == 32 }, as: UTF8.self)
    }
}

/// The bytes of one request.
func request(_ method: String, _ path: String, body: String = "", headers: [String] = []) -> [UInt8] {
    var lines = ["\(method) \(path) HTTP/1.1", "host: localhost"] + headers
    if !body.isEmpty || method == "POST" || method == "PUT" {
        lines += ["content-type: application/json", "content-length: \(body.utf8.count)"]
    }
    return Array((lines.joined(separator: "\r\n") + "\r\n\r\n" + body).utf8)
}
