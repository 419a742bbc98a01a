// Accepts connections on one socket until the daemon stops.

import HummingbirdCore
import Logging
import NIOCore
import NIOExtras
import NIOPosix
import NIOSSL
import ServiceLifecycle

/// One listener at work.
struct ListenerRun: Sendable {
    /// What an accepted connection becomes; nil when there was no room for it.
    private typealias Accepted = (connection: AcceptedConnection, channel: AcceptedConnection.Value)?
    private typealias ServerChannel = NIOAsyncChannel<Accepted, Never>

    /// Answers one request of a connection.
    typealias Respond = @Sendable (Request, consuming ResponseWriter, any Channel, Connection) async throws -> Void

    private let server: ServerChannel
    private let quiescing: ServerQuiescingHelper
    private let logger: Logger

    /// Gives a socket to the event loops.
    ///
    /// - Parameter isOperator: whether a connection's peer is an operator, for whom there is always room.
    init(
        _ socket: ListeningSocket, tls: TLSIdentity?, limits: ServerLimits, counts: ConnectionCounts, polls: PollDesk,
        logger: Logger, isOperator: @escaping @Sendable (Peer) -> Bool, respond: @escaping Respond
    ) async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let quiescing = ServerQuiescingHelper(group: group)
        let bounds = ConnectionPhases.Bounds(limits)
        var bootstrap = ServerBootstrap(group: group)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        quiescing.makeServerChannelHandler(channel: channel))
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
        if socket.isTCP { bootstrap = Self.keepingAlive(bootstrap) }
        let isTCP = socket.isTCP
        server = try await bootstrap.bind(socket.descriptor) { channel -> EventLoopFuture<Accepted> in
            let connection = Connection(of: channel, isTCP: isTCP, isTLS: tls != nil)
            let isOperator = connection.peer.map(isOperator) ?? false
            if let refusal = counts.enter(connection.origin, isOperator: isOperator) {
                return Self.refuse(refusal, on: channel, isTLS: tls != nil, counts).map { nil }
            }
            channel.closeFuture.whenComplete { _ in counts.leave(connection.origin) }
            let accepted = AcceptedConnection(
                connection: connection,
                responder: { request, writer, channel in try await respond(request, writer, channel, connection) },
                bounds: bounds, polls: polls, tls: tls?.context)
            return accepted.setup(channel: channel, logger: logger).map { (accepted, $0) }
        }
        self.quiescing = quiescing
        self.logger = logger
    }

    /// Serves until the daemon stops gracefully and the last answer is given.
    func run() async {
        await withGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                do {
                    try await server.executeThenClose { inbound in
                        for try await accepted in inbound {
                            guard let accepted else { continue }
                            group.addTask { await accepted.connection.handle(value: accepted.channel, logger: logger) }
                        }
                    }
                } catch {
                    logger.error("a listener has ended", metadata: ["error": "\(error)"])
                }
            }
        } onGracefulShutdown: {
            quiescing.initiateShutdown(promise: nil)
        }
    }

    /// A connection whose other end has gone without a word does not stay for ever.
    private static func keepingAlive(_ bootstrap: ServerBootstrap) -> ServerBootstrap {
        // From <netinet/tcp.h>: TCP_KEEPIDLE, TCP_KEEPINTVL, TCP_KEEPCNT.
        let (idle, interval, count) = (CInt(4), CInt(5), CInt(6))
        return
            bootstrap
            .childChannelOption(.socketOption(.so_keepalive), value: 1)
            .childChannelOption(.tcpOption(.init(rawValue: idle)), value: .init(ServerLimits.keepAlive.idle))
            .childChannelOption(.tcpOption(.init(rawValue: interval)), value: .init(ServerLimits.keepAlive.interval))
            .childChannelOption(.tcpOption(.init(rawValue: count)), value: .init(ServerLimits.keepAlive.count))
    }

    /// Over TLS there is no telling without a handshake, which a crowd must not get for nothing.
    private static func refuse(
        _ refusal: ConnectionCounts.Refusal, on channel: any Channel, isTLS: Bool, _ counts: ConnectionCounts
    ) -> EventLoopFuture<Void> {
        guard !isTLS, counts.enterRefusal() else { return channel.close().recover { _ in } }
        channel.closeFuture.whenComplete { _ in counts.leaveRefusal() }
        return channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(RefusedConnection(refusal))
        }
    }
}
