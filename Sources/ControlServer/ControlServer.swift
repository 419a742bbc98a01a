// The control sockets: HTTP on every listener, by one set of routes.

import ControlAPI
import DaemonLog
import Foundation
import HTTPTypes
import Hummingbird
import Leasing
public import Logging
import NIOCore
import NIOPosix
import Scheduling
public import ServiceLifecycle
import Synchronization

typealias ControlResponse = Response

/// Serves the control API on all its listeners until it is told to stop.
///
/// On a graceful stop it takes no more connections, wakes every long poll, and ends when all requests are answered.
public struct ControlServer: Service {
    private let listeners: [Listener]
    private let services: ControlServices
    private let logger: Logger
    private let onReady: @Sendable ([OpenListener]) -> Void

    /// - Parameter onReady: called when all listeners take connections.
    public init(
        listeners: [Listener], services: ControlServices, logger: Logger,
        onReady: @escaping @Sendable ([OpenListener]) -> Void
    ) {
        self.listeners = listeners
        self.services = services
        self.logger = logger
        self.onReady = onReady
    }

    /// Makes the threads of the network, which are kept to the processors of the thread that calls this first.
    public static func startEventLoops() {
        _ = MultiThreadedEventLoopGroup.singleton.next()
        _ = ReadingExecutor.shared
    }

    /// - Throws: ``ListenerFault`` when a listener cannot be opened.
    public func run() async throws {
        services.scheduler.observe {
            [
                polls = services.polls, bodies = services.pollBodies, ordersWatch = OrdersWatch(),
                events = services.events, weak scheduler = services.scheduler,
                eventLoop = MultiThreadedEventLoopGroup.singleton.next()
            ] view, tenants in
            if let scheduler { events.tell(of: scheduler, on: eventLoop) }
            bodies.forget(tenants, in: view.book)
            PollAlarm(waiters: polls.take(tenants), view: view, bodies: bodies).ring()
            ordersWatch.note(view.book.ordersIndex) {
                for waiters in polls.take([PollRegistry.orders]).values { waiters.wake() }
            }
        }
        let sockets = try listeners.map { (socket: try ListeningSocket($0.place), tls: $0.tls) }
        var runs: [ListenerRun] = []
        let limits = services.limits.within(openFiles: ServerLimits.openFilesMax)
        let counts = ConnectionCounts(limits: limits)
        let authenticator = services.authenticator
        let answering = answering()
        for (socket, tls) in sockets {
            runs.append(
                try await ListenerRun(
                    socket, tls: tls, limits: limits, counts: counts, polls: PollDesk(services), logger: quiet,
                    isOperator: { authenticator.isOperator($0) }, respond: answering))
            try socket.takeCrowds()
        }
        services.listening.set(sockets.map { (OpenListener(place: $0.socket.place, isTLS: $0.tls != nil), $0.tls) })
        onReady(services.listening.listeners.map(\.listener))
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                for run in runs { group.addTask { await run.run() } }
            }
        } onGracefulShutdown: {
            services.polls.finish()
            services.events.finish()
        }
        // Nobody else has made one there meanwhile: the book is still locked.
        for case .unixSocket(let path) in listeners.map(\.place) { unlink(path) }
    }

    /// What a connection does with each of its requests.
    private func answering() -> RequestTurn.Respond {
        let router = Router(context: ControlContext.self, options: [])
        Dispatcher(services: services, logger: logger).register(Route.all, on: router)
        let responder = KnownPathsResponder(router: router.buildResponder(), others: services.requests.others)
        let (quiet, services, logger) = (quiet, services, logger)
        return { request, work in
            let context = ControlContext(source: ConnectionSource(work: work, logger: quiet))
            var response: Response
            do {
                response = try await responder.respond(to: request, context: context)
            } catch {
                // The dispatcher answers every error, and the router throws none of its own.
                let requestID = Dispatcher.newRequestID()
                logger.log(
                    .requestFailed, "a request could not be routed",
                    metadata: ["request": "\(requestID)", "error": "\(error)"])
                response = Problem(.internalError, detail: "the daemon's log says more under this request id")
                    .response(requestID: requestID)
            }
            for (name, value) in services.closingFields() { response.headers[name] = value }
            return response
        }
    }

    private var quiet: Logger {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        return quiet
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

/// Answers paths and methods that no route has with a problem, as everything else is answered.
private struct KnownPathsResponder: HTTPResponder {
    let router: RouterResponder<ControlContext>
    let others: RouteMeter

    func respond(to request: Request, context: ControlContext) async throws -> Response {
        var request = request
        if !Dispatcher.methods.contains(request.method) {
            var head = request.head
            head.method = .trace
            request = Request(head: head, body: request.body)
        }
        let response = try await router.respond(to: request, context: context)
        guard response.status == .notFound, response.headers[.contentType] != MediaTypes.problem else {
            return response
        }
        others.add(status: 404, nanoseconds: nil)
        return Problem(.notFound, detail: "there is nothing at this path").response(
            requestID: Dispatcher.newRequestID())
    }
}
