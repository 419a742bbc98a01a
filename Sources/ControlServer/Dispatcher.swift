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

    func register(_ routes: [Route], on router: Router<ControlContext>) {
        for pattern in Set(routes.map(\.pattern)) {
            let here = routes.filter { $0.pattern == pattern }
            let allow = Route.allow(at: pattern, in: here)
            let path = RouterPath(pattern)
            for method in [HTTPRequest.Method.get, .post, .put, .delete, .patch, .head, .options] {
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
        do {
            return try await serve(try exchange(request, context, requestID))
        } catch let problem as Problem {
            return problem.response(requestID: requestID, allow: allow)
        } catch let error as HTTPParserError {
            let problem = Problem(.badRequest, detail: "the body cannot be read: \(error.debugDescription)")
            return problem.response(requestID: requestID)
        } catch {
            logger.error("a request failed", metadata: ["request": "\(requestID)", "error": "\(error)"])
            let problem = Problem(.internalError, detail: "the daemon's log says more under this request id")
            return problem.response(requestID: requestID)
        }
    }

    private func exchange(_ request: Request, _ context: ControlContext, _ requestID: String) throws -> Exchange {
        let caller = try services.authenticator.caller(of: request, on: context.connection)
        var query: [String: String] = [:]
        for (name, value) in request.uri.queryParameters { query[String(name)] = String(value) }
        return Exchange(
            request: request, context: context, caller: caller, requestID: requestID, services: services,
            query: query)
    }

    private func serve(_ route: Route, _ exchange: Exchange) async throws -> Response {
        guard route.roles.contains(RoleKind(exchange.role)) else {
            throw Problem(.forbidden, detail: "\(exchange.role) may not do this")
        }
        let names = route.query.map(\.name)
        for name in exchange.query.keys.sorted() where name != QueryParameter.minRevision.name && !names.contains(name)
        {
            let known = names.isEmpty ? "none" : names.sorted().joined(separator: ", ")
            throw Problem(.unknownParameter, detail: "?\(name) is not known here; known are: \(known)", expected: known)
        }
        try await awaitRevision(exchange)
        return try await route.handler(exchange)
    }

    /// Reads of one's own writes: an answered revision has been published, so a later one can only be a guess or come
    /// from another book; it is waited for through the writer once.
    private func awaitRevision(_ exchange: Exchange) async throws {
        guard let wanted = try exchange.query("minRevision", "a revision", { UInt64($0) }) else { return }
        if services.scheduler.view.book.revision >= wanted { return }
        let context = try exchange.commandContext(reason: "", body: [])
        _ = try await exchange.submit(.heartbeat, context)
        let reached = services.scheduler.view.book.revision
        guard reached >= wanted else {
            throw Problem(.notReady, detail: "revision \(wanted) is not there yet; the book is at \(reached)")
        }
    }
}
