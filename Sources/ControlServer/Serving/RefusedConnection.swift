// A connection that there is no room for: told so, and closed.

import ControlAPI
import NIOCore

/// Answers whatever comes with 503, and closes the connection a moment later so that the client can read it.
final class RefusedConnection: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let detail: String

    init(_ refusal: ConnectionCounts.Refusal) {
        detail =
            switch refusal {
            case .inAll(let most): "there are \(most) connections, and no more are taken; close idle ones, or try again"
            case .ofOne(let most): "you have \(most) connections, and no more are taken; close some, or keep them alive"
            }
    }

    func channelActive(context: ChannelHandlerContext) {
        var problem = Problem(.overloaded, detail: detail)
        problem.requestId = Dispatcher.newRequestID()
        let body = problem.bytes
        var answer = context.channel.allocator.buffer(capacity: 512)
        answer.writeString("HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\n")
        answer.writeString("Content-Type: \(MediaTypes.problem)\r\nContent-Length: \(body.readableBytes)\r\n\r\n")
        answer.writeImmutableBuffer(body)
        context.writeAndFlush(wrapOutboundOut(answer), promise: nil)
        context.close(mode: .output, promise: nil)
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: .seconds(ServerLimits.lingerSeconds)) {
            bound.value.close(promise: nil)
        }
    }

    /// What comes is not looked at.
    func channelRead(context: ChannelHandlerContext, data: NIOAny) {}
}
