// A poll that waits, held by its connection and not by a task.

import ControlAPI
import HTTPTypes
import Hummingbird
import Leasing
import NIOCore
import NIOHTTPTypes
import Scheduling

/// Keeps the turn of a request that waits: what its handler gives back goes no further, what comes behind it waits, and its
/// answer is given here when there is something to say.
///
/// Lives on the connection's event loop alone.
final class PollTurn: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// What a handler gives back for a request that its connection will answer. No answer has this status.
    static var placeholder: Response { Response(status: .init(code: 102)) }

    private let desk: PollDesk
    private var context: ChannelHandlerContext?
    private var waiting: (poll: Poll, place: PollRegistry.Place)?
    /// Requests that have gone in and have not been answered, and whether the last of them is whole.
    private var requestsInside = 0
    private var isWhole = true
    /// The placeholder has not come by yet.
    private var isLeaving = false
    /// The wait was over before that.
    private var isDue = false
    /// What has come behind the request.
    private var held: [HTTPRequestPart] = []
    private var isReadHeld = false
    private var heldClose: (isHeld: Bool, promise: EventLoopPromise<Void>?) = (false, nil)

    init(_ desk: PollDesk) {
        self.desk = desk
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        giveUp()
        self.context = nil
    }

    // MARK: Waiting

    /// Takes over a poll whose handler runs and that waits for a change; false when it cannot wait here, or is to be answered
    /// now. The handler then gives back the placeholder.
    func take(_ poll: Poll) -> Bool {
        // What has gone in behind the request would be answered before it.
        guard let context, context.channel.isActive, waiting == nil, requestsInside == 1, isWhole else { return false }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let place = desk.services.polls.register(for: poll.tenant, seconds: poll.waitSeconds, on: context.eventLoop) {
            bound.value.wake()
        }
        guard let place else { return false }
        let index = desk.services.scheduler.view.book.tenantIndex(of: poll.tenant)
        let isCurrent = index.map { poll.waits(at: $0) } ?? false
        if !isCurrent, desk.services.polls.leave(place) { return false }
        (waiting, isLeaving) = ((poll, place), true)
        return true
    }

    private func wake() {
        guard let (poll, _) = waiting, let context else { return }
        guard !isLeaving else {
            isDue = true
            return
        }
        (waiting, isDue) = (nil, false)
        let requestID = Dispatcher.newRequestID()
        let answer: (head: HTTPResponse, body: ByteBuffer?)
        do {
            let found = try PollHandler.answer(poll, desk.services, requestID: requestID)
            answer = (found.response.head, found.body)
        } catch {
            var problem = error as? Problem ?? Problem(.internalError, detail: "the poll cannot be answered")
            problem.requestId = requestID
            answer = (problem.response(requestID: requestID).head, problem.bytes)
        }
        desk.services.requests.polls.add(status: answer.head.status.code, nanoseconds: nil)
        give(answer.head, answer.body, context)
        resume(context)
    }

    private func give(_ head: HTTPResponse, _ body: ByteBuffer?, _ context: ChannelHandlerContext) {
        var head = head
        for (name, value) in desk.services.closingFields() { head.headerFields[name] = value }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if let body { context.write(wrapOutboundOut(.body(body)), promise: nil) }
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
    }

    /// Lets through what has come in the meantime.
    private func resume(_ context: ChannelHandlerContext) {
        let parts = held
        held = []
        for part in parts { pass(part, context) }
        if !parts.isEmpty { context.fireChannelReadComplete() }
        if isReadHeld {
            isReadHeld = false
            context.read()
        }
        if heldClose.isHeld {
            let promise = heldClose.promise
            heldClose = (false, nil)
            context.close(mode: .output, promise: promise)
        }
    }

    private func giveUp() {
        if let (_, place) = waiting { _ = desk.services.polls.leave(place) }
        waiting = nil
        heldClose.promise?.fail(ChannelError.ioOnClosedChannel)
        heldClose = (false, nil)
    }

    // MARK: What comes and goes

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        if waiting == nil { pass(part, context) } else { held.append(part) }
    }

    private func pass(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head: (requestsInside, isWhole) = (requestsInside + 1, false)
        case .body: break
        case .end: isWhole = true
        }
        context.fireChannelRead(wrapInboundOut(part))
    }

    /// A client that sends more before it has its answer is read from no further.
    func read(context: ChannelHandlerContext) {
        if held.isEmpty { context.read() } else { isReadHeld = true }
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let isEnd = if case .end = unwrapOutboundIn(data) { true } else { false }
        if isEnd { requestsInside -= 1 }
        guard isLeaving else { return context.write(data, promise: promise) }
        promise?.succeed()
        guard isEnd else { return }
        isLeaving = false
        if isDue { wake() }
    }

    /// A client that sends no more is still told what it waits for.
    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        guard mode == .output, waiting != nil else { return context.close(mode: mode, promise: promise) }
        heldClose = (true, promise)
    }

    func channelInactive(context: ChannelHandlerContext) {
        giveUp()
        context.fireChannelInactive()
    }
}
