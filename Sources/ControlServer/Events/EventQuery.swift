// What a reader of the stream asks for.

import ControlAPI
import HTTPTypes
import Hummingbird
import Leasing

/// A place in a stream: after which change of which epoch.
struct EventCursor: Equatable {
    /// Nil where the reader does not say.
    var epoch: UInt64?
    var after: UInt64

    /// Reads `42` or, with the epoch, `1-42`.
    init?(_ text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count <= 2, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }),
            let after = UInt64(parts[parts.count - 1]), after <= UInt64(Int64.max)
        else { return nil }
        self.after = after
        if parts.count == 2 {
            guard let epoch = UInt64(parts[0]) else { return nil }
            self.epoch = epoch
        }
    }
}

/// How lines are written.
enum EventFormat { case lines, serverSent }

/// Which changes, and how long.
struct EventQuery {
    /// Lines that one stream is asked to end after.
    static let limitMax = 1_000_000

    /// Where to begin; nil: from now on, or without following from the first change.
    let cursor: EventCursor?
    let follows: Bool
    /// Seconds after which it ends; nil for none.
    let waitSeconds: Int64?
    let limit: Int?
    /// Only what is about this tenant.
    let tenant: String?
    /// Beginnings of kinds; empty for all.
    let kinds: [String]
    let format: EventFormat

    /// Everything there is, from now on.
    static let everything = EventQuery()

    private init() {
        (cursor, follows, waitSeconds, limit, tenant, kinds, format) = (nil, true, nil, nil, nil, [], .lines)
    }

    init(_ exchange: Exchange) throws {
        let expected = "the number of a change like 42, or with its epoch like 1-42"
        var cursor = try exchange.query("after", expected) { EventCursor($0) }
        // A browser that connects anew repeats the address it began with, and says here how far it came.
        if let last = exchange.request.headers[.lastEventID], !last.isEmpty {
            guard let place = EventCursor(last) else {
                throw Problem(.badRequest, detail: "Last-Event-ID: \(last): expected \(expected)", expected: expected)
            }
            cursor = place
        }
        self.cursor = cursor
        follows = try exchange.query("follow", "true or false") { Bool($0) } ?? true
        waitSeconds = try exchange.query("wait", "a duration like 60s, at most 300s") { text in
            WireDuration(text).flatMap {
                (0...Int64(WireLimits.waitSecondsMax)).contains($0.seconds) ? $0.seconds : nil
            }
        }
        guard follows || waitSeconds == nil else {
            throw Problem(.badRequest, detail: "?wait= says how long to follow, and follow=false not to")
        }
        limit = try exchange.query("limit", "1 to \(Self.limitMax)") { text in
            Int(text).flatMap { (1...Self.limitMax).contains($0) ? $0 : nil }
        }
        kinds =
            try exchange.query("kind", "kinds like lease.granted, or beginnings of some like lease.") { text in
                let beginnings = text.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
                let known = EventKind.allCases.map(\.rawValue)
                return beginnings.allSatisfy { beginning in
                    !beginning.isEmpty && known.contains { $0.hasPrefix(beginning) }
                } ? beginnings : nil
            } ?? []
        format =
            exchange.request.headers[values: .accept].contains { $0.lowercased().contains(MediaTypes.eventStream) }
            ? .serverSent : .lines
        tenant = try Self.tenant(exchange)
    }

    private static func tenant(_ exchange: Exchange) throws -> String? {
        let named = exchange.query["tenant"]
        if case .tenant(let own) = exchange.role {
            guard (named ?? own) == own else { throw Problem(.notFound, detail: "there is no such stream") }
            return own
        }
        guard named.map(ResourceName.isValid) ?? true else {
            throw Problem(.notFound, detail: "there is no such tenant")
        }
        return named
    }

    /// Whether an event is among those asked for.
    func takes(_ kind: EventKind) -> Bool {
        kinds.isEmpty || kinds.contains { kind.rawValue.hasPrefix($0) }
    }
}

extension HTTPField.Name {
    static let lastEventID = HTTPField.Name("Last-Event-ID")!
}
