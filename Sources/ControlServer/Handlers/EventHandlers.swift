// The stream of accepted changes, for programs and for pages.

import ControlAPI
import DaemonLog
import HTTPTypes
import Hummingbird
import Logging
import Scheduling

enum EventHandlers {
    static func stream(_ exchange: Exchange) async throws -> Response {
        let query = try EventQuery(exchange)
        var (source, caller) = (EventSource.book, exchange.caller.actorName)
        if case .tenant(let own) = exchange.role {
            (source, caller) = (.tenant(own, try await exchange.services.audit.span(of: own)), "\(exchange.role)")
        }
        let place = try place(caller, source, exchange)
        let start = try start(query, source, exchange)
        let first: EventLines
        do {
            first = try await source.lines(after: start, query, exchange.services)
        } catch {
            exchange.logger.log(
                .streamFailed, "the history cannot be read", metadata: ["after": "\(start)", "error": "\(error)"])
            throw gone("what came after change \(start) cannot be read any more")
        }
        if case .tenant(let own) = exchange.role { exchange.noteAccess(to: own) }
        var headers = exchange.headers(view: exchange.scheduler.view)
        headers[.contentType] = query.format == .serverSent ? MediaTypes.eventStream : MediaTypes.ndjson
        headers[.cacheControl] = "no-store"
        let stream = EventStream(source, query, after: start, place, exchange)
        let body = ResponseBody { writer in
            var stream = stream
            try await stream.run(first, to: &writer)
            try await writer.finish(nil)
        }
        return Response(status: .ok, headers: headers, body: body)
    }

    private static func place(_ caller: String, _ source: EventSource, _ exchange: Exchange) throws -> StreamPlace {
        var tenant: String?
        if case .tenant(let name, _) = source { tenant = name }
        do {
            return try StreamPlace(in: exchange.services.events, caller: caller, tenant: tenant)
        } catch {
            switch error {
            case .full: throw Problem(.overloaded, detail: "\(EventHub.streamsMax) streams are open; try again later")
            case .fullForCaller:
                throw Problem(
                    .rateLimited, detail: "you have \(EventHub.streamsPerCallerMax) streams open; end one first")
            case .stopping: throw Problem(.notReady, detail: "the daemon is stopping; try again when it is back")
            }
        }
    }

    /// Where the stream begins. A place that this book never had, or had in another epoch, is history that is gone.
    private static func start(_ query: EventQuery, _ source: EventSource, _ exchange: Exchange) throws -> UInt64 {
        let (base, last) = (source.base, source.last(exchange.services))
        guard let cursor = query.cursor else { return query.follows ? last : base }
        let epoch = exchange.services.epoch
        if let known = cursor.epoch, known != epoch {
            throw gone("a backup was put back since: you come from epoch \(known), and this is epoch \(epoch)")
        }
        guard cursor.after <= last else {
            throw gone(
                "you come from change \(cursor.after), and the last one is \(last): a backup was put back, or it is of another book"
            )
        }
        // The beginning of everything is also that of what comes after another tenant of the name.
        guard cursor.after == 0 || cursor.after >= base else {
            throw gone("you come from change \(cursor.after), which was another tenant's of this name")
        }
        return max(cursor.after, base)
    }

    private static func gone(_ why: String) -> Problem {
        Problem(
            .historyGone,
            detail:
                "\(why); list again what you follow (/v1/leases, /v1/tenants/NAME/allocation), then follow without ?after="
        )
    }
}
