// Finds out who calls, whether they may, and turns problems into answers.

import ControlAPI
import Foundation
import HTTPTypes
import Hummingbird
import Leasing
import Logging
import NIOHTTP1
import Scheduling

/// Finds out who calls, whether they may, and turns problems into answers.
struct Dispatcher: Sendable {
    let services: ControlServices
    let logger: Logger
    private let log: RequestLog

    init(services: ControlServices, logger: Logger) {
        self.services = services
        self.logger = logger
        log = RequestLog(logger)
    }

    /// Methods that paths answer to, if only with 405; others are answered as the last of them.
    static let methods: [HTTPRequest.Method] = [.get, .post, .put, .delete, .patch, .head, .options, .trace]

    func register(_ routes: [Route], on router: Router<ControlContext>) {
        for pattern in Set(routes.map(\.pattern)) {
            let here = routes.filter { $0.pattern == pattern }
            let allow = Route.allow(at: pattern, in: here)
            let path = RouterPath(pattern)
            for method in Self.methods {
                if let route = here.first(where: { $0.method == method }) {
                    let meter = services.requests.meter(method: method.rawValue, pattern: pattern)
                    router.on(path, method: method) { request, context in
                        await answer(request, context, meter, allow: nil) { try await serve(route, $0) }
                    }
                } else {
                    router.on(path, method: method) { request, context in
                        await answer(request, context, services.requests.others, allow: allow) { _ in
                            throw Problem(.methodNotAllowed, detail: "this path takes \(allow)")
                        }
                    }
                }
            }
        }
    }

    /// Names one request, in its answer and in the log.
    static func newRequestID() -> String { RequestIDs.text(UInt64.random(in: .min ... .max)) }

    private func answer(
        _ request: Request, _ context: ControlContext, _ meter: RouteMeter, allow: String?,
        _ serve: (Exchange) async throws -> Response
    ) async -> Response {
        let clock = services.scheduler.clock
        var record = RequestRecord(
            id: Self.newRequestID(), trace: TraceContext(request.headers)?.next(), method: request.method.rawValue,
            route: meter.pattern, startedAt: clock.steadyNanoseconds)
        var refusal: Problem?
        var reader: Standing?
        var response: Response
        do {
            let exchange = try exchange(request, context, record)
            record.caller = (exchange.caller.actorName, "\(exchange.role)")
            if exchange.seesBookings { reader = exchange.standing }
            response = try await serve(exchange)
        } catch {
            let problem = problem(error, &record)
            services.requests.note(problem)
            refusal = problem
            response = problem.response(
                requestID: record.id, allow: allow, retryAfterSeconds: (error as? Throttled)?.seconds ?? 1)
            // Who has lost its role meanwhile is told nothing of the book.
            if let reader, services.authenticator.stillCounts(reader) {
                response.headers[.revision] = String(services.scheduler.view.revision)
            }
        }
        if let trace = record.trace { response.headers[.traceparent] = trace.text }
        // What its connection answers later is counted then.
        guard response.status.code >= 200 else { return response }
        let took = clock.steadyNanoseconds - record.startedAt
        let waits = request.uri.queryParameters["wait"] != nil || request.uri.queryParameters["minRevision"] != nil
        meter.add(status: response.status.code, nanoseconds: waits ? nil : took)
        log.note(record, response, refusal, nanoseconds: took)
        return response
    }

    private func problem(_ error: any Error, _ record: inout RequestRecord) -> Problem {
        if let problem = error as? Problem { return problem }
        if let throttled = error as? Throttled { return Problem(.rateLimited, detail: throttled.detail) }
        if error as? HTTPParserError == .headerOverflow { return ConnectionGuard.headTooLarge }
        if let error = error as? HTTPParserError {
            return Problem(.badRequest, detail: "the body cannot be read: \(error.debugDescription)")
        }
        record.failure = "\(error)"
        return Problem(.internalError, detail: "the daemon's log says more under this request id")
    }

    private func exchange(
        _ request: Request, _ context: ControlContext, _ record: RequestRecord
    ) throws -> Exchange {
        let caller = try services.authenticator.caller(of: request, on: context.connection)
        var query: [String: String] = [:]
        for (name, value) in request.uri.queryParameters {
            guard query.updateValue(String(value), forKey: String(name)) == nil else {
                throw Problem(.badRequest, detail: "?\(name) is there twice", expected: "each parameter once")
            }
        }
        var logger = logger
        logger[metadataKey: "request"] = "\(record.id)"
        return Exchange(
            request: request, context: context, caller: caller, requestID: record.id, services: services,
            query: query, logger: logger, fleetVersion: services.scheduler.view.book.fleetVersion)
    }

    private func serve(_ route: Route, _ exchange: Exchange) async throws -> Response {
        guard route.roles.contains(RoleKind(exchange.role)) else {
            throw Problem(.forbidden, detail: "\(exchange.role) may not do this")
        }
        if let token = exchange.caller.token, !token.scopes.contains(route.scope) {
            let (has, needs) = (token.scopes.names.joined(separator: ", "), route.scope.names[0])
            throw Problem(.forbidden, detail: "this token has the scopes \(has); \(needs) is needed here")
        }
        try route.checkQuery(of: exchange)
        guard route.isGuarded || exchange.request.headers[.ifMatch] == nil else {
            throw Problem(
                .badRequest, detail: "If-Match guards nothing here, so the change could not be held back by it",
                expected: "no If-Match")
        }
        try await awaitRevision(exchange)
        return try await limitingSearches(route, exchange) {
            guard !route.isShort else { return try await route.handler(exchange) }
            if route.isLongReading { return try await amongReadings { try await route.handler(exchange) } }
            return try await besideEventLoops { try await route.handler(exchange) }
        }
    }

    /// What is asked without being taken tells of others' capacity, so a tenant asks only so often. A request that is refused
    /// for want of room tells as much as a plan, and counts as one.
    private func limitingSearches(
        _ route: Route, _ exchange: Exchange, _ serve: () async throws -> Response
    ) async throws -> Response {
        guard case .tenant(let tenant) = exchange.role, route.isAdmission else { return try await serve() }
        let clock = services.scheduler.clock
        let isSearch = route.pattern == Routes.offers || exchange.query["dryRun"] != nil
        let wait =
            isSearch
            ? services.searches.take(tenant, at: clock.steadyNanoseconds)
            : services.searches.wait(for: tenant, at: clock.steadyNanoseconds)
        if let wait {
            throw Throttled(
                detail:
                    "plans, offers and refused requests are limited to \(services.limits.searchesPerMinute) a minute; "
                    + "try again in \(wait) s", seconds: wait)
        }
        do {
            return try await serve()
        } catch let problem as Problem {
            if !isSearch, problem.status == 409 { exchange.chargeSearches(1) }
            throw problem
        }
    }

    /// Reads of one's own writes: an answered revision has been published, so a later one can only be a guess or come
    /// from another book; it is waited for through the writer once.
    private func awaitRevision(_ exchange: Exchange) async throws {
        guard let wanted = exchange.query[QueryParameter.minRevision.name].flatMap({ UInt64($0) }) else { return }
        if services.scheduler.view.revision >= wanted { return }
        let context = try exchange.commandContext(reason: "", body: [])
        _ = try await exchange.submit(.heartbeat, context)
        let reached = services.scheduler.view.revision
        guard reached >= wanted else {
            throw Problem(
                .badRequest, detail: "?minRevision=\(wanted): this book has no such revision; it is at \(reached)",
                expected: "a revision that this book has answered with")
        }
    }
}
