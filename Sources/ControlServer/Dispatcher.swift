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

    /// Methods that paths answer to, if only with 405; others are answered as the last of them.
    static let methods: [HTTPRequest.Method] = [.get, .post, .put, .delete, .patch, .head, .options, .trace]

    func register(_ routes: [Route], on router: Router<ControlContext>) {
        for pattern in Set(routes.map(\.pattern)) {
            let here = routes.filter { $0.pattern == pattern }
            let allow = Route.allow(at: pattern, in: here)
            let path = RouterPath(pattern)
            for method in Self.methods {
                if let route = here.first(where: { $0.method == method }) {
                    router.on(path, method: method) { request, context in
                        let response = await answer(request, context, allow: nil) { try await serve(route, $0) }
                        services.requestCounts.add(status: response.status.code)
                        return response
                    }
                } else {
                    router.on(path, method: method) { request, context in
                        await answer(request, context, allow: allow) { _ in
                            throw Problem(.methodNotAllowed, detail: "this path takes \(allow)")
                        }
                    }
                }
            }
        }
    }

    /// Names one request, in its answer and in the log.
    static func newRequestID() -> String { "r-" + String(UInt64.random(in: .min ... .max), radix: 36) }

    private func answer(
        _ request: Request, _ context: ControlContext, allow: String?,
        _ serve: (Exchange) async throws -> Response
    ) async -> Response {
        let requestID = Self.newRequestID()
        var seesRevision = false
        do {
            let exchange = try exchange(request, context, requestID)
            seesRevision = exchange.seesBookings
            return try await serve(exchange)
        } catch {
            var response = problem(error, requestID).response(requestID: requestID, allow: allow)
            if seesRevision { response.headers[.revision] = String(services.scheduler.view.book.revision) }
            return response
        }
    }

    private func problem(_ error: any Error, _ requestID: String) -> Problem {
        if let problem = error as? Problem { return problem }
        if let error = error as? HTTPParserError {
            return Problem(.badRequest, detail: "the body cannot be read: \(error.debugDescription)")
        }
        logger.error("a request failed", metadata: ["request": "\(requestID)", "error": "\(error)"])
        return Problem(.internalError, detail: "the daemon's log says more under this request id")
    }

    private func exchange(_ request: Request, _ context: ControlContext, _ requestID: String) throws -> Exchange {
        let caller = try services.authenticator.caller(of: request, on: context.connection)
        var query: [String: String] = [:]
        for (name, value) in request.uri.queryParameters {
            guard query.updateValue(String(value), forKey: String(name)) == nil else {
                throw Problem(.badRequest, detail: "?\(name) is there twice", expected: "each parameter once")
            }
        }
        var logger = logger
        logger[metadataKey: "request"] = "\(requestID)"
        return Exchange(
            request: request, context: context, caller: caller, requestID: requestID, services: services,
            query: query, logger: logger)
    }

    private func serve(_ route: Route, _ exchange: Exchange) async throws -> Response {
        guard route.roles.contains(RoleKind(exchange.role)) else {
            throw Problem(.forbidden, detail: "\(exchange.role) may not do this")
        }
        try route.checkQuery(of: exchange)
        try await awaitRevision(exchange)
        return try await route.handler(exchange)
    }

    /// Reads of one's own writes: an answered revision has been published, so a later one can only be a guess or come
    /// from another book; it is waited for through the writer once.
    private func awaitRevision(_ exchange: Exchange) async throws {
        guard let wanted = exchange.query[QueryParameter.minRevision.name].flatMap({ UInt64($0) }) else { return }
        if services.scheduler.view.book.revision >= wanted { return }
        let context = try exchange.commandContext(reason: "", body: [])
        _ = try await exchange.submit(.heartbeat, context)
        let reached = services.scheduler.view.book.revision
        guard reached >= wanted else {
            throw Problem(
                .badRequest, detail: "?minRevision=\(wanted): this book has no such revision; it is at \(reached)",
                expected: "a revision that this book has answered with")
        }
    }
}
