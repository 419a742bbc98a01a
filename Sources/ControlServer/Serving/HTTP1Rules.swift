// What HTTP/1 says of the connection itself: when it ends, in whose language it is spoken, and that it names one host.

import NIOCore
import NIOHTTP1

/// A request that names no host, or several.
struct HostFault: Error {}

/// Ends a connection after the request that asks for it, answers HTTP/1.0 in HTTP/1.0, and refuses requests without one host
/// (RFC 9112, 3.2 and 9.3).
///
/// Lives on the connection's event loop alone.
final class HTTP1Rules: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart
    typealias OutboundIn = HTTPServerResponsePart
    typealias OutboundOut = HTTPServerResponsePart

    private let guardian: ConnectionGuard
    private var requests = 0
    private var answers = 0
    /// The request after which the connection ends, by its number, and whether it is HTTP/1.0.
    private var last: (number: Int, isOld: Bool)?
    /// What still comes means nothing.
    private var isOver = false

    init(_ guardian: ConnectionGuard) {
        self.guardian = guardian
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        var data = data
        if case .head(var head) = unwrapInboundIn(data) {
            isOver = isOver || last != nil
            guard !isOver else { return }
            let isOld = head.version == .http1_0
            let hosts = head.headers[canonicalForm: "host"].count
            guard hosts == 1 || isOld && hosts == 0 else {
                isOver = true
                return context.fireErrorCaught(HostFault())
            }
            requests += 1
            // Nobody needs an old client's connection to stay, and an answer without a length ends with it.
            // Behind a request for another protocol the decoder reads no more; nothing else is spoken here.
            let wantsOther = head.method == .CONNECT || head.headers.contains(name: "upgrade")
            if isOld || !Self.staysOpen(after: head) || wantsOther {
                last = (requests, isOld)
                guardian.endIsNear()
            }
            if isOld, head.headers.contains(name: "expect") {
                // Who speaks HTTP/1.0 knows no interim answer (RFC 9110, 10.1.1).
                head.headers.remove(name: "expect")
                data = wrapInboundOut(.head(head))
            }
        }
        if !isOver { context.fireChannelRead(data) }
    }

    /// Whether a connection goes on after a request. The decoder's own word on that misses a `close` with a tab beside it.
    private static func staysOpen(after head: HTTPRequestHead) -> Bool {
        head.isKeepAlive && !head.headers[canonicalForm: "connection"].contains { $0.lowercased() == "close" }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard case .head(var head) = unwrapOutboundIn(data), head.status.code >= 200 else {
            return context.write(data, promise: promise)
        }
        answers += 1
        guard let last, last.number == answers + guardian.answersPassed else {
            return context.write(data, promise: promise)
        }
        if last.isOld { head.version = .http1_0 }
        head.headers.replaceOrAdd(name: "connection", value: "close")
        guardian.closeAfterAnswer()
        context.write(wrapOutboundOut(.head(head)), promise: promise)
    }
}
