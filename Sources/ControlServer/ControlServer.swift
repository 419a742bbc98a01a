// The control socket: HTTP over a Unix socket, every caller known by the kernel's word.

import ControlAPI
import Foundation
import HTTPTypes
import Hummingbird
import Leasing
public import Logging
import NIOCore
import Scheduling
public import ServiceLifecycle
import Synchronization

typealias ControlResponse = Response

/// Serves the control API on one Unix socket until it is told to stop.
///
/// On a graceful stop it takes no more connections, wakes every long poll, and ends when all requests are answered.
public struct ControlServer: Service {
    private let socketPath: String
    private let services: ControlServices
    private let logger: Logger
    private let onReady: @Sendable () -> Void

    /// - Parameter onReady: called when the socket accepts connections.
    public init(
        socketPath: String, services: ControlServices, logger: Logger, onReady: @escaping @Sendable () -> Void
    ) {
        self.socketPath = socketPath
        self.services = services
        self.logger = logger
        self.onReady = onReady
    }

    public func run() async throws {
        let peers = ConnectedPeers()
        let router = Router(context: ControlContext.self, options: [])
        Dispatcher(services: services, peers: peers, logger: logger).register(Route.all, on: router)
        services.scheduler.observe {
            [polls = services.polls, bodies = services.pollBodies, ordersWatch = OrdersWatch()] view, tenants in
            bodies.forget(tenants, in: view.book)
            polls.changed(tenants)
            ordersWatch.note(view.book.ordersIndex) { polls.changed([PollRegistry.orders]) }
        }
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        let application = Application(
            responder: KnownPathsResponder(router: router.buildResponder()),
            server: .http1(
                configuration: .init(
                    additionalChannelHandlers: [PeerCredentialHandler(peers)],
                    httpDecoderConfiguration: .init(
                        maxHeaderFieldSize: 16 << 10, maxHeaderListSize: 32 << 10, maxHeaderFieldCount: 100))),
            configuration: ApplicationConfiguration(
                address: .unixDomainSocket(path: socketPath), serverName: "berthd", backlog: 4_096),
            onServerRunning: { [socketPath, onReady, logger] _ in
                // The process's umask keeps others out until here; the group may connect from here on.
                if chmod(socketPath, 0o660) != 0 {
                    logger.error("the socket's mode cannot be set", metadata: ["path": "\(socketPath)"])
                }
                onReady()
            }, logger: quiet)
        try await withGracefulShutdownHandler {
            try await application.run()
        } onGracefulShutdown: {
            services.polls.finish()
        }
    }
}

/// Notices when the list of orders has changed.
private final class OrdersWatch: Sendable {
    private let last = Mutex<UInt64>(0)

    func note(_ index: UInt64, onChange: () -> Void) {
        let hasChanged = last.withLock { last in
            defer { last = index }
            return last != index
        }
        if hasChanged { onChange() }
    }
}

/// Finds out who calls, whether they may, and turns problems into answers.
struct Dispatcher: Sendable {
    let services: ControlServices
    let peers: ConnectedPeers
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
        } catch {
            logger.error("a request failed", metadata: ["request": "\(requestID)", "error": "\(error)"])
            let problem = Problem(.internalError, detail: "the daemon's log says more under this request id")
            return problem.response(requestID: requestID)
        }
    }

    private func exchange(_ request: Request, _ context: ControlContext, _ requestID: String) throws -> Exchange {
        guard let peer = peers.peer(of: context.channel) else {
            throw Problem(.unauthenticated, detail: "the kernel does not say who is calling")
        }
        guard let role = peer.role(by: services.roleRules) else {
            throw Problem(
                .forbidden,
                detail: "\(peer.actorName) has no role; an operator can give one under `roles` in berthd.yaml")
        }
        var query: [String: String] = [:]
        for (name, value) in request.uri.queryParameters { query[String(name)] = String(value) }
        return Exchange(
            request: request, context: context, peer: peer, role: role, requestID: requestID, services: services,
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

/// Answers paths and methods that no route has with a problem, as everything else is answered.
private struct KnownPathsResponder: HTTPResponder {
    let router: RouterResponder<ControlContext>

    func respond(to request: Request, context: ControlContext) async throws -> Response {
        let response = try await router.respond(to: request, context: context)
        guard response.status == .notFound, response.headers[.contentType] != MediaTypes.problem else {
            return response
        }
        return Problem(.notFound, detail: "there is nothing at this path").response(
            requestID: Dispatcher.newRequestID())
    }
}
