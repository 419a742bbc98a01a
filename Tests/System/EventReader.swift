// One stream of events as a client reads it, line by line.

import Foundation

/// A stream that has been opened; for one thread.
final class EventReader {
    let connection: HTTPConnection
    let head: HTTPAnswer
    private var unread: [UInt8] = []
    private(set) var hasEnded = false

    init(
        _ connection: HTTPConnection, _ query: String = "", headers: [String: String] = [:]
    ) throws {
        self.connection = connection
        try connection.send("GET", "/v1/events" + query, headers: headers)
        head = try connection.receiveHead()
        guard head.status == 200 else {
            throw Unexpected("\(head.status) instead of a stream")
        }
    }

    /// The next line without its end; nil when the stream has ended as it should.
    func line() throws -> String? {
        while true {
            if let end = unread.firstIndex(of: 10) {
                defer { unread.removeFirst(end + 1) }
                return String(decoding: unread[..<end], as: UTF8.self)
            }
            guard !hasEnded else {
                guard unread.isEmpty else { throw Unexpected("half a line") }
                return nil
            }
            if let chunk = try connection.chunk() { unread += chunk } else { hasEnded = true }
        }
    }

    /// The next line as JSON.
    func next() throws -> JSONValue? { try line().map { JSONValue(bytes: Array($0.utf8)) } }

    /// The next change, passing over bookmarks.
    func change() throws -> JSONValue {
        while let next = try next() {
            if next["bookmark"].isAbsent { return next }
        }
        throw Unexpected("the stream ended")
    }

    /// Everything until the end, bookmarks included.
    func rest() throws -> [JSONValue] {
        var lines: [JSONValue] = []
        while let next = try next() { lines.append(next) }
        return lines
    }
}

extension [JSONValue] {
    /// Lines that are changes.
    var changes: [JSONValue] { filter { $0["bookmark"].isAbsent } }
}
