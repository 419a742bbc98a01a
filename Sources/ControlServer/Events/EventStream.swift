// One stream of changes to one reader, from its cursor on until it ends.

import ControlAPI
import DaemonLog
import Hummingbird
import Leasing
import Logging
import NIOCore
import Scheduling

/// How patient streams are.
public struct EventPatience: Sendable {
    /// Seconds without a line after which a bookmark is sent.
    public let bookmarkSeconds: Int64
    /// Seconds for which a reader may take nothing of what is written to it.
    public let stallSeconds: Int64

    /// Both.
    public init(bookmarkSeconds: Int64 = 30, stallSeconds: Int64 = 60) {
        self.bookmarkSeconds = bookmarkSeconds
        self.stallSeconds = stallSeconds
    }
}

/// Writes lines as they become durable.
struct EventStream {
    let source: EventSource
    let query: EventQuery
    let place: StreamPlace
    let services: ControlServices
    let channel: any Channel
    /// The connection's turn, for its event loop alone.
    private let turn: NIOLoopBound<RequestTurn>
    let logger: Logger
    /// As whom the reader was let in, which may end.
    private let standing: Standing
    private(set) var cursor: UInt64
    private var sent = 0
    private var lastWrite: Int64
    private let startedAt: Int64

    /// Bytes that are written together.
    private static let bytesPerWrite = 64 << 10

    init(
        _ source: EventSource, _ query: EventQuery, after cursor: UInt64, _ place: StreamPlace, _ exchange: Exchange
    ) {
        self.source = source
        self.query = query
        self.place = place
        self.cursor = cursor
        services = exchange.services
        channel = exchange.context.channel
        turn = exchange.context.work.turn
        logger = exchange.logger
        standing = exchange.standing
        startedAt = exchange.scheduler.clock.steadyNanoseconds
        lastWrite = startedAt
    }

    private var now: Int64 { services.scheduler.clock.steadyNanoseconds }

    /// Why a stream ends.
    private enum End: String {
        case stopping = "the daemon is stopping; connect again when it is back"
        case token = "the token that was sent no longer counts"
        case tenant = "the tenant was removed"
        case role = "a reload of the daemon has changed who you are here"
        case history = "the history cannot be read any further; list again"
    }

    // MARK: The loop

    /// Runs the stream; `first` are the lines after the cursor, which have been read already.
    mutating func run(_ first: EventLines, to writer: inout any ResponseBodyWriter) async throws {
        let (hub, number, turn) = (services.events, place.number, turn)
        try await channel.eventLoop.submit { turn.value.line.guardian.leavePaceToAnswer() }.get()
        channel.closeFuture.whenComplete { _ in hub.close(number) }
        try await write(opening(), to: &writer)
        var lines = first
        while true {
            let hasRead = lines.cursor > cursor
            guard services.authenticator.stillCounts(standing) else {
                return try await write(bookmark(standing.token == nil ? .role : .token), to: &writer)
            }
            try await send(lines, to: &writer)
            let isOver = query.limit.map { sent >= $0 } ?? false || hasRead && (endAt.map { $0 <= now } ?? false)
            if isOver { return try await write(bookmark(), to: &writer) }
            if hasRead && hub.isStopping { return try await write(bookmark(.stopping), to: &writer) }
            if !hasRead {
                if try await source.isOver(services) { return try await write(bookmark(.tenant), to: &writer) }
                guard try await waitForMore(&writer) else { return }
            } else if isBookmarkDue {
                // Much has come by, and nothing of it was asked for.
                try await write(bookmark(), to: &writer)
            }
            do {
                lines = try await source.lines(after: cursor, query, services)
            } catch {
                logger.log(.streamFailed, "a stream of events cannot be read", metadata: ["error": "\(error)"])
                return try await write(bookmark(.history), to: &writer)
            }
        }
    }

    /// When the next bookmark is to be written, by the steady clock.
    private var bookmarkAt: Int64 { lastWrite + services.eventPatience.bookmarkSeconds * 1_000_000_000 }
    private var isBookmarkDue: Bool { bookmarkAt <= now }
    /// When the reader wants it to end, or nil.
    private var endAt: Int64? { query.waitSeconds.map { startedAt + $0 * 1_000_000_000 } }

    /// Waits for more to send; false when the stream is over.
    private mutating func waitForMore(_ writer: inout any ResponseBodyWriter) async throws -> Bool {
        guard query.follows else {
            try await write(bookmark(), to: &writer)
            return false
        }
        let wait = max(0, min(bookmarkAt, endAt ?? .max) - now)
        switch await services.events.wait(place.number, upTo: .nanoseconds(wait), on: channel.eventLoop) {
        case .changed: return true
        case .closed: return false
        case .stopping:
            try await write(bookmark(.stopping), to: &writer)
            return false
        case .timedOut:
            try await write(bookmark(), to: &writer)
            return endAt.map { $0 > now } ?? true
        }
    }

    private mutating func send(_ lines: EventLines, to writer: inout any ResponseBodyWriter) async throws {
        var buffer = ByteBuffer()
        for line in lines.lines {
            if let limit = query.limit, sent >= limit { break }
            append(line.bytes, cursor: line.cursor, to: &buffer)
            sent += 1
            cursor = line.cursor
            if buffer.readableBytes > Self.bytesPerWrite {
                try await write(buffer, to: &writer)
                buffer = ByteBuffer()
            }
        }
        if query.limit.map({ sent < $0 }) ?? true { cursor = lines.cursor }
        if buffer.readableBytes > 0 { try await write(buffer, to: &writer) }
    }

    /// Writes, and ends the connection when the reader takes nothing for long: it holds a place that others want.
    private mutating func write(_ buffer: ByteBuffer, to writer: inout any ResponseBodyWriter) async throws {
        let watch = TakingWatch(
            on: channel.eventLoop, seconds: services.eventPatience.stallSeconds,
            untaken: { [channel] in channel.bytesUntaken }
        ) { [channel, logger, number = place.number] in
            logger.log(
                .streamCutOff, "a reader of events took nothing for long and is cut off",
                metadata: ["stream": "\(number)"])
            channel.close(promise: nil)
        }
        defer { watch.cancel() }
        try await writer.write(buffer)
        lastWrite = now
    }

    // MARK: The form

    private func append(_ line: ByteBuffer, cursor: UInt64, to buffer: inout ByteBuffer) {
        if query.format == .serverSent { buffer.writeString("id: \(services.epoch)-\(cursor)\ndata: ") }
        buffer.writeImmutableBuffer(line)
        buffer.writeString(query.format == .serverSent ? "\n\n" : "\n")
    }

    /// What comes first: where the stream begins.
    private func opening() -> ByteBuffer {
        var buffer = query.format == .serverSent ? ByteBuffer(string: "retry: 2000\n\n") : ByteBuffer()
        var first = bookmark()
        buffer.writeBuffer(&first)
        return buffer
    }

    private func bookmark(_ end: End? = nil) -> ByteBuffer {
        let line = BookmarkLine(bookmark: Int(cursor), epoch: Int(services.epoch), ends: end?.rawValue)
        let text = String(decoding: CanonicalJSON.encode(line), as: UTF8.self)
        guard query.format == .serverSent else { return ByteBuffer(string: text + "\n") }
        // The id without data moves the place to go on from and shows the page nothing.
        let id = "id: \(services.epoch)-\(cursor)\n"
        return ByteBuffer(string: end == nil ? ": bookmark\n\(id)\n" : "event: end\n\(id)data: \(text)\n\n")
    }
}
