// Keeps one client's slowness, half requests and endless bodies to its own connection.

import ControlAPI
import HTTPTypes
import HummingbirdCore
import NIOCore
import NIOExtras
import NIOHTTP1
import NIOHTTPTypes
import NIOTLS

/// Stands between the decoder and the requests of one connection: closes it when the client takes too long, answers what is
/// no HTTP, ends bodies that nobody reads, and lets a connection finish when the daemon stops.
///
/// Lives on the connection's event loop alone.
final class ConnectionGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private var phases: ConnectionPhases
    private var timer: (deadline: NIODeadline, task: Scheduled<Void>)?
    /// The daemon stops: the connection ends with the answers that are due.
    private var isQuiescing = false
    /// What came was no HTTP; it is said when the answers before are given.
    private var parserError: (any Error)?
    /// What is still to come of the body that is being read; nil when its length was not said.
    private var bodyBytesLeft: Int?
    /// The client waits for a word before it sends the body of the newest request.
    private var awaitsWord = false
    /// Whoever answers the request in hand looks itself whether the client takes the answer.
    private var leavesPaceToAnswer = false
    private var closesAfterAnswer = false
    private var endsSoon = false
    /// How many answers to requests that came by here have not come by.
    private(set) var answersPassed = 0
    private var context: ChannelHandlerContext?
    /// The connection is closed, and needs no more timers.
    private var isOver = false

    private let onHandshake: (any Channel) -> Void

    /// - Parameter onHandshake: called on the event loop when TLS has been agreed on; nil where there is no TLS.
    init(bounds: ConnectionPhases.Bounds, onHandshake: ((any Channel) -> Void)?) {
        self.onHandshake = onHandshake ?? { _ in }
        let hasHandshake = onHandshake != nil
        phases = ConnectionPhases(bounds: bounds, hasHandshake: hasHandshake, at: .now())
    }

    // MARK: For polls

    /// Whether no request is being read or answered, and the next one may come.
    var isAtRest: Bool { phases.isIdle && parserError == nil && !isQuiescing }

    /// Whether one request is being answered, and has been read whole.
    var answersOneRequest: Bool { phases.requestsInProgress == 1 && !phases.isReading }

    /// Told that the answer that is being given is the connection's last.
    func closeAfterAnswer() { closesAfterAnswer = true }

    /// Told that the connection ends with a request that has come.
    func endIsNear() { endsSoon = true }

    /// Told that whoever answers the request in hand looks itself whether the client takes the answer.
    func leavePaceToAnswer() { leavesPaceToAnswer = true }

    /// Whether the answer to the request in hand need not come by here: the connection just goes on after it.
    var mayPassAnswer: Bool {
        answersOneRequest && !endsSoon && !closesAfterAnswer && !isQuiescing && parserError == nil
    }

    /// Told that an answer has passed.
    func passAnswer() {
        answersPassed += 1
        phases.answerEnded(at: .now())
        if let context { arm(context) }
    }

    /// Told that a request has been answered that did not come by here.
    func answeredAside() { phases.answeredAside(at: .now()) }

    // MARK: What comes

    func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        arm(context)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        self.context = nil
        isOver = true
        timer?.task.cancel()
        timer = nil
    }

    /// Told by ``ByteArrival``: something has come, whatever it is.
    func bytesArrived() { phases.bytesArrived(at: .now()) }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        let wasClosing = phases.isClosing
        switch part {
        case .head(let head):
            phases.headArrived(at: .now())
            bodyBytesLeft = head.headerFields[.contentLength].flatMap { Int($0) }
            awaitsWord = Self.awaitsWord(head)
            encourage(context)
        case .body(let bytes):
            awaitsWord = false
            phases.bodyArrived(bytes.readableBytes)
            bodyBytesLeft = bodyBytesLeft.map { $0 - bytes.readableBytes }
        case .end:
            awaitsWord = false
            phases.endArrived(at: .now())
        }
        if wasClosing { return }
        context.fireChannelRead(data)
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        arm(context)
        context.fireChannelReadComplete()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        switch event {
        case is ChannelShouldQuiesceEvent:
            isQuiescing = true
            if phases.requestsInProgress == 0 { context.close(promise: nil) }
        case TLSUserEvent.handshakeCompleted:
            onHandshake(context.channel)
            phases.handshakeEnded(at: .now())
            arm(context)
            context.fireUserInboundEventTriggered(event)
        default: context.fireUserInboundEventTriggered(event)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable { phases.bytesWait(0, at: .now()) }
        arm(context)
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        isOver = true
        timer?.task.cancel()
        timer = nil
        context.fireChannelInactive()
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // What comes behind something that was no HTTP means nothing.
        if case ByteToMessageDecoderError.dataReceivedInErrorState = error { return }
        guard error is HTTPParserError || error is HostFault else { return context.fireErrorCaught(error) }
        guard !phases.isClosing else { return }
        if phases.isReading {
            // The newest request cannot be read to its end; whoever reads its body answers, when it is that one's turn.
            if phases.answersEarly { closesAfterAnswer = true }
            return context.fireErrorCaught(error)
        }
        parserError = error
        if phases.requestsInProgress == 0 { answer(error, context) }
    }

    /// Whether a client waits for a word before it sends the body, and the body would not be refused anyway. What else it may
    /// expect is not looked at, as RFC 9110, 10.1.1 allows.
    private static func awaitsWord(_ head: HTTPRequest) -> Bool {
        guard let field = head.headerFields[.expect],
            field.split(separator: ",").contains(where: { $0.trimmed.lowercased() == "100-continue" })
        else { return false }
        guard let length = head.headerFields[.contentLength] else {
            return head.headerFields[.transferEncoding] != nil
        }
        return Int(length).map { (1...WireLimits.batchBodyBytesMax).contains($0) } ?? false
    }

    /// Tells a client that waits for it to go on with its body, when it is that request's turn.
    private func encourage(_ context: ChannelHandlerContext) {
        guard awaitsWord, phases.requestsInProgress == 1, !phases.isClosing else { return }
        awaitsWord = false
        context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
    }

    // MARK: What goes

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        guard !phases.isClosing else {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        switch unwrapOutboundIn(data) {
        case .head(var head):
            if phases.answersEarly, (bodyBytesLeft ?? .max) > ServerLimits.unreadBodyBytesMax {
                closesAfterAnswer = true
            }
            if closesAfterAnswer || isQuiescing { head.headerFields[.connection] = "close" }
            context.write(wrapOutboundOut(.head(head)), promise: promise)
        case .body: context.write(data, promise: promise)
        case .end:
            context.write(data, promise: promise)
            phases.answerEnded(at: .now())
            leavesPaceToAnswer = false
            if closesAfterAnswer {
                context.flush()
                linger(context)
            } else if phases.requestsInProgress == 0, let parserError {
                context.flush()
                answer(parserError, context)
            } else if isQuiescing, phases.requestsInProgress == 0 {
                context.flush()
                context.close(promise: nil)
            } else {
                encourage(context)
            }
            arm(context)
        }
    }

    func flush(context: ChannelHandlerContext) {
        context.flush()
        if !context.channel.isWritable { arm(context) }
    }

    func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
        if mode == .output, !phases.isClosing {
            phases.closeBegan(at: .now())
            arm(context)
        }
        context.close(mode: mode, promise: promise)
    }

    // MARK: Ends

    /// Says in the API's own form that something was no HTTP, and ends the connection.
    private func answer(_ error: any Error, _ context: ChannelHandlerContext) {
        var problem =
            error as? HTTPParserError == .headerOverflow
            ? Self.headTooLarge : Problem(.badRequest, detail: Self.words(for: error))
        let requestID = Dispatcher.newRequestID()
        problem.requestId = requestID
        var head = problem.response(requestID: requestID).head
        head.headerFields[.connection] = "close"
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        context.write(wrapOutboundOut(.body(problem.bytes)), promise: nil)
        context.writeAndFlush(wrapOutboundOut(.end(nil)), promise: nil)
        linger(context)
    }

    /// What is answered to a head that is too large, and to fields behind a body that are.
    static var headTooLarge: Problem {
        Problem(
            .headersTooLarge,
            detail:
                "a head has up to \(ServerLimits.headerFieldsMax) fields of \(ServerLimits.headerFieldBytesMax) "
                + "bytes, \(ServerLimits.headerBytesMax) bytes in all; so have the fields behind a body")
    }

    private static func words(for error: any Error) -> String {
        guard let error = error as? HTTPParserError else {
            return "a request names one Host, and this one none or several"
        }
        return "this is not HTTP/1.1: \(error.debugDescription)"
    }

    /// Closes the way out, and the whole connection soon after: closing it at once would take the answer from a client that
    /// still sends.
    private func linger(_ context: ChannelHandlerContext) {
        phases.closeBegan(at: .now())
        context.close(mode: .output, promise: nil)
        arm(context)
    }

    /// Sets the timer for the next deadline. One that is set for an earlier moment stays, so that a request that comes and is
    /// answered sets none.
    private func arm(_ context: ChannelHandlerContext) {
        if !context.channel.isWritable { weigh(context) }
        guard !isOver, let deadline = phases.deadline else { return }
        if let timer {
            if timer.deadline <= deadline { return }
            timer.task.cancel()
        }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        let task = context.eventLoop.scheduleTask(deadline: deadline) {
            let (owner, context) = bound.value
            owner.timerFired(context)
        }
        timer = (deadline, task)
    }

    private func timerFired(_ context: ChannelHandlerContext) {
        timer = nil
        weigh(context)
        if let deadline = phases.deadline, deadline <= .now() {
            context.close(promise: nil)
        } else {
            arm(context)
        }
    }

    private func weigh(_ context: ChannelHandlerContext) {
        phases.bytesWait(leavesPaceToAnswer ? 0 : context.channel.bytesUntaken, at: .now())
    }
}

/// Tells the guard behind the decoder that bytes have come which may be no whole head.
final class ByteArrival: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer

    private let owner: ConnectionGuard

    init(_ owner: ConnectionGuard) {
        self.owner = owner
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        owner.bytesArrived()
        context.fireChannelRead(data)
    }
}
