// Where a stream's lines come from: the book's changes, or one tenant's own.

import ControlAPI
import Leasing
import NIOCore
import Scheduling
import Synchronization

/// Some lines, and how far the changes that they come from go.
struct EventLines {
    /// Each with the cursor after it.
    var lines: [(cursor: UInt64, bytes: ByteBuffer)] = []
    /// The cursor after the last change that was looked at, whether or not it gave a line.
    var cursor: UInt64
}

/// Gives lines after a cursor.
enum EventSource {
    case book
    /// The tenant's own changes, counted by themselves, as long as its name is its own.
    case tenant(String, TenantSpan)

    /// Changes looked at in one go.
    private static let changesPerRead = 256

    /// The cursor of the last change.
    func last(_ services: ControlServices) -> UInt64 {
        switch self {
        case .book: services.scheduler.lastRevision
        case .tenant(_, let span): span.last
        }
    }

    /// What comes before the first place, which is nobody's or somebody else's.
    var base: UInt64 {
        switch self {
        case .book: 0
        case .tenant(_, let span): span.base
        }
    }

    /// Whether nothing more can come.
    func isOver(_ services: ControlServices) async throws -> Bool {
        guard case .tenant(let name, let begun) = self else { return false }
        let span = try await services.audit.span(of: name)
        return span.number != begun.number || span.isEnded
    }

    /// What comes after a cursor; no further when there is nothing yet.
    func lines(after cursor: UInt64, _ query: EventQuery, _ services: ControlServices) async throws -> EventLines {
        let encoding = EventEncoding(book: services.scheduler.view.book)
        var result = EventLines(cursor: cursor)
        switch self {
        case .book:
            for change in try services.scheduler.changes(after: cursor, limit: Self.changesPerRead) {
                result.cursor = change.entry.revision
                guard let bytes = services.eventBodies.bytes(of: change, encoding, query) else { continue }
                result.lines.append((result.cursor, bytes))
            }
        case .tenant(let name, let span):
            let shares = try await services.audit.changes(
                of: name, in: span, after: cursor, limit: Self.changesPerRead)
            for share in shares {
                result.cursor = span.base + share.entry.number
                guard let line = encoding.line(share, of: name, at: result.cursor, query) else { continue }
                result.lines.append((result.cursor, ByteBuffer(bytes: CanonicalJSON.encode(line))))
            }
        }
        return result
    }
}

/// The last lines of the book's changes as bytes, made once however many read them.
final class EventBodies: Sendable {
    private static let kept = 1_024
    /// Longer ones are made each time.
    private static let bytesMax = 64 << 10

    private let bodies = Mutex([(revision: UInt64, bytes: ByteBuffer)?](repeating: nil, count: kept))

    func bytes(of change: AcceptedChange, _ encoding: EventEncoding, _ query: EventQuery) -> ByteBuffer? {
        guard query.tenant == nil && query.kinds.isEmpty else {
            return encoding.line(change, query).map { ByteBuffer(bytes: CanonicalJSON.encode($0)) }
        }
        let revision = change.entry.revision
        let place = Int(revision % UInt64(Self.kept))
        if let kept = bodies.withLock({ $0[place] }), kept.revision == revision { return kept.bytes }
        guard let line = encoding.line(change, query) else { return nil }
        let bytes = ByteBuffer(bytes: CanonicalJSON.encode(line))
        if bytes.readableBytes <= Self.bytesMax { bodies.withLock { $0[place] = (revision, bytes) } }
        return bytes
    }
}
