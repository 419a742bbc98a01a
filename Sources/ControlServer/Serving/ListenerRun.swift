// Accepts connections on one socket until the daemon stops.

import DaemonLog
import Logging
import NIOCore
import NIOExtras
import NIOPosix
import NIOSSL
import ServiceLifecycle
import Synchronization

/// One listener at work.
struct ListenerRun: Sendable {
    private let channel: any Channel
    private let quiescing: ServerQuiescingHelper
    /// Completed when the daemon stops and the last connection is closed.
    private let isOver: EventLoopPromise<Void>
    private let open: OpenChannels
    private let logger: Logger

    /// Gives a socket to the event loops.
    ///
    /// - Parameter isOperator: whether a connection's peer is an operator, for whom there is always room.
    init(
        _ socket: ListeningSocket, tls: TLSIdentity?, limits: ServerLimits, counts: ConnectionCounts, polls: PollDesk,
        logger: Logger, isOperator: @escaping @Sendable (Peer) -> Bool, respond: @escaping RequestTurn.Respond
    ) async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let quiescing = ServerQuiescingHelper(group: group)
        let bounds = ConnectionPhases.Bounds(limits)
        let isTCP = socket.isTCP
        let open = OpenChannels()
        var bootstrap = ServerBootstrap(group: group)
            .serverChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(
                        quiescing.makeServerChannelHandler(channel: channel))
                }
            }
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelInitializer { channel in
                let connection = Connection(of: channel, isTCP: isTCP, isTLS: tls != nil)
                let isOperator = connection.peer.map(isOperator) ?? false
                if let refusal = counts.enter(connection.origin, isOperator: isOperator) {
                    return Self.refuse(refusal, on: channel, isTLS: tls != nil, counts)
                }
                channel.closeFuture.whenComplete { _ in counts.leave(connection.origin) }
                open.add(channel)
                return channel.eventLoop.makeCompletedFuture {
                    try AcceptedConnection(
                        connection: connection, respond: respond, bounds: bounds, polls: polls,
                        executor: LoopExecutor.of(channel.eventLoop), tls: tls?.context
                    ).setUp(channel)
                }
            }
        if isTCP { bootstrap = Self.keepingAlive(bootstrap) }
        channel = try await bootstrap.withBoundSocket(socket.descriptor).get()
        isOver = channel.eventLoop.makePromise()
        self.quiescing = quiescing
        self.open = open
        self.logger = logger
    }

    /// Serves until the daemon stops gracefully and the last answer is given, or until it is cancelled: then what is still open is
    /// cut off.
    func run() async {
        let isStopping = Mutex(false)
        await withTaskCancellationHandler {
            await withGracefulShutdownHandler {
                try? await channel.closeFuture.get()
                if isStopping.withLock({ $0 }) {
                    try? await isOver.futureResult.get()
                } else {
                    isOver.succeed()
                    logger.log(.listenerEnded, "a listener has ended; restart the daemon")
                }
            } onGracefulShutdown: {
                isStopping.withLock { $0 = true }
                quiescing.initiateShutdown(promise: isOver)
            }
        } onCancel: {
            isStopping.withLock { $0 = true }
            quiescing.initiateShutdown(promise: isOver)
            let count = open.close()
            guard count > 0 else { return }
            logger.log(
                .requestsCutOff, "some clients did not finish their requests in time",
                metadata: ["connections": "\(count)"])
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

/// The connections of a listener that are open.
private final class OpenChannels: Sendable {
    private let channels = Mutex<[ObjectIdentifier: any Channel]>([:])

    func add(_ channel: any Channel) {
        let id = ObjectIdentifier(channel)
        channels.withLock { $0[id] = channel }
        channel.closeFuture.whenComplete { [self] _ in channels.withLock { $0[id] = nil } }
    }

    /// Closes all, whatever they are at, and says how many there were.
    func close() -> Int {
        let open = channels.withLock { Array($0.values) }
        for channel in open { channel.close(promise: nil) }
        return open.count
    }
}
