// The stream of accepted changes.

internal import AsyncHTTPClient
public import ControlAPI
internal import NIOCore
internal import NIOHTTP1

/// One line of the stream.
public enum EventLine: Sendable, Equatable {
    case change(ChangeLine)
    case bookmark(BookmarkLine)
}

/// Which changes to ask for.
public struct EventRequest: Sendable {
    /// The number of a change, with its epoch before a dash where that is known; nil: from now on, or without following
    /// from the first.
    public var after: String?
    /// Whether to wait for what comes.
    public var follows: Bool
    /// Seconds after which the daemon ends it; nil for none.
    public var waitSeconds: Int?
    /// Lines after which to end.
    public var limit: Int?
    /// Only what is about this tenant.
    public var tenant: String?
    /// Kinds, or beginnings of some.
    public var kinds: [String]

    /// Every field; those left out ask for everything.
    public init(
        after: String? = nil, follows: Bool = true, waitSeconds: Int? = nil, limit: Int? = nil, tenant: String? = nil,
        kinds: [String] = []
    ) {
        self.after = after
        self.follows = follows
        self.waitSeconds = waitSeconds
        self.limit = limit
        self.tenant = tenant
        self.kinds = kinds
    }
}

extension ControlClient {
    /// Follows the stream and calls `body` with each line until the daemon ends it.
    public func events(_ request: EventRequest, _ body: (EventLine) async throws -> Void) async throws {
        let query = [
            ("after", request.after), ("follow", request.follows ? nil : "false"),
            ("wait", request.waitSeconds.map { "\($0)s" }), ("limit", request.limit.map(String.init)),
            ("tenant", request.tenant),
            ("kind", request.kinds.isEmpty ? nil : request.kinds.joined(separator: ",")),
        ]
        let exchange = Exchange.get(Routes.events, query: query)
        let response = try await open(exchange)
        var rest = ByteBuffer()
        var chunks = response.body.makeAsyncIterator()
        while var chunk = try await next(&chunks, exchange) {
            rest.writeBuffer(&chunk)
            while let length = rest.readableBytesView.firstIndex(of: UInt8(ascii: "\n")).map({ $0 - rest.readerIndex })
            {
                let line = rest.readBytes(length: length) ?? []
                rest.moveReaderIndex(forwardBy: 1)
                try await body(try eventLine(line))
            }
            rest.discardReadBytes()
            guard rest.readableBytes <= WireLimits.answerBytesMax else {
                throw ClientError.incomprehensible(
                    status: 200, detail: "a line has more than \(WireLimits.answerBytesMax) bytes")
            }
        }
    }

    private func next(
        _ chunks: inout HTTPClientResponse.Body.AsyncIterator, _ exchange: Exchange
    ) async throws(ClientError) -> ByteBuffer? {
        do {
            return try await chunks.next()
        } catch {
            throw unreachable(error, exchange)
        }
    }

    private func eventLine(_ bytes: [UInt8]) throws(ClientError) -> EventLine {
        // Fields come in the order in which they are declared.
        if bytes.starts(with: Array(#"{"bookmark":"#.utf8)) {
            return .bookmark(try decode(BookmarkLine.self, from: bytes, status: .ok))
        }
        return .change(try decode(ChangeLine.self, from: bytes, status: .ok))
    }
}
