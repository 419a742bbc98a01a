// The requests of one connection, one after another: each is answered by a task that is there for as long as that takes.
//
// A connection that waits for its client, or whose poll waits for a change, has no task. That, and that nothing is made for a
// connection before it is needed, is what lets ten thousand of them wait for next to nothing.

import ControlAPI
import HTTPTypes
import Hummingbird
import HummingbirdCore
import NIOCore
import NIOHTTP1
import NIOHTTPTypes

/// Gives each request its turn: what comes behind one waits until that one is answered.
///
/// Lives on the connection's event loop alone.
final class RequestTurn: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// Answers one request.
    typealias Respond = @Sendable (Request, ConnectionAtWork) async -> Response

    /// What is to be done for the request in hand.
    private struct Current {
        /// Until the request is begun; whoever waits for an answer keeps none.
        var head: HTTPRequest?
        let isHead: Bool
        /// What has come of the body before the request was begun.
        var collected = ByteBuffer()
        /// The rest of a body that did not come at once.
        var stream: IncomingBody?
        var isBegun = false
        /// Nothing more of the request comes.
        var isWhole = false
        var isAnswered = false
    }

    /// The short way of polls on the same connection.
    let line: PollLine
    let desk: PollDesk
    private let connection: Connection
    private let executor: LoopExecutor
    private let respond: Respond
    private(set) var context: ChannelHandlerContext?
    private var current: Current?
    /// What has come behind the request in hand.
    private var held = CircularBuffer<HTTPRequestPart>(initialCapacity: 0)
    private var isReadHeld = false
    /// Why the last request that has come cannot be read to its end, when its turn has not come.
    private var heldError: (any Error)?
    /// The client sends no more.
    private var isInputClosed = false
    /// Completed when the client has taken enough of what was written to it.
    private var writable: EventLoopPromise<Void>?
    /// The poll that waits.
    var waiting = WaitingPoll()

    init(
        _ connection: Connection, line: PollLine, desk: PollDesk, executor: LoopExecutor, respond: @escaping Respond
    ) {
        (self.connection, self.line, self.desk) = (connection, line, desk)
        (self.executor, self.respond) = (executor, respond)
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) {
        giveUp()
        self.context = nil
    }

    // MARK: What comes

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let part = unwrapInboundIn(data)
        if held.isEmpty, current.map({ !$0.isWhole }) ?? true { take(part, context) } else { held.append(part) }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // The rest of the body comes while the request is looked at.
        if current?.isBegun == false { begin(context) }
        context.fireChannelReadComplete()
    }

    private func take(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
        switch part {
        case .head(let head): current = Current(head: head, isHead: head.method == .head)
        case .body(let bytes):
            if let stream = current?.stream {
                stream.add(bytes)
            } else {
                current?.collected.writeImmutableBuffer(bytes)
            }
        case .end:
            current?.isWhole = true
            current?.stream?.end()
            if current?.isBegun == false { begin(context) }
            if current?.isAnswered == true { goOn(context) }
        }
    }

    private func begin(_ context: ChannelHandlerContext) {
        guard var request = current, let head = request.head else { return }
        (request.isBegun, request.head) = (true, nil)
        var body = HummingbirdCore.RequestBody(buffer: request.collected)
        if !request.isWhole {
            let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
            let stream = IncomingBody(request.collected, on: context.eventLoop) { bound.value.readOn() }
            body = HummingbirdCore.RequestBody(asyncSequence: stream)
            request.stream = stream
        }
        request.collected = ByteBuffer()
        current = request
        let turn = NIOLoopBound(self, eventLoop: context.eventLoop)
        let (asked, work) = (
            Request(head: head, body: body), ConnectionAtWork(channel: context.channel, connection, turn: turn)
        )
        Task(executorPreference: executor) { [respond] in
            let response = await respond(asked, work)
            await work.onEventLoop()
            await turn.value.give(response)
        }
    }

    /// A client that sends more before it has its answer is read from no further, and a body no faster than it is used.
    func read(context: ChannelHandlerContext) {
        if held.isEmpty, !(current?.stream?.isFull ?? false) { context.read() } else { isReadHeld = true }
    }

    private func readOn() {
        guard isReadHeld, let context else { return }
        isReadHeld = false
        read(context: context)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case ChannelEvent.inputClosed = event {
            isInputClosed = true
            if current == nil { context.close(mode: .output, promise: nil) }
            // Over a network a client that has gone looks like one that sends no more, and would keep its place for as long as
            // it wanted to wait.
            if waiting.isThere, connection.peer == nil { context.close(promise: nil) }
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if error is HTTPParserError {
            guard held.isEmpty, current?.isWhole == false else {
                heldError = error
                return
            }
            // Whoever reads the body says so.
            if current?.isBegun == false { begin(context) }
            current?.stream?.fail(error)
        } else {
            context.close(promise: nil)
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        giveUp()
        context.fireChannelInactive()
    }

    private func giveUp() {
        current?.stream?.fail(ChannelError.ioOnClosedChannel)
        writable?.fail(ChannelError.ioOnClosedChannel)
        (writable, current) = (nil, nil)
        held.removeAll()
        leaveWait()
    }

    // MARK: What goes

    /// Gives the answer to the request in hand.
    private func give(_ response: Response) async {
        guard let context, context.channel.isActive else { return }
        if response.status.code == WaitingPoll.placeholder.status.code { return handlerEnded() }
        let isHead = current?.isHead == true
        context.write(wrapOutboundOut(.head(response.head)), promise: nil)
        guard !isHead else { return end() }
        let turn = NIOLoopBound(self, eventLoop: context.eventLoop)
        do {
            try await response.body.write(OutgoingBody(turn: turn, isStream: response.body.contentLength == nil))
        } catch {
            // What was promised cannot be given, which the client sees by the end of the connection alone.
            self.context?.close(promise: nil)
        }
    }

    /// Writes a part of a body; nil when more may be written at once.
    func write(_ bytes: ByteBuffer, flushes: Bool) throws -> EventLoopFuture<Void>? {
        guard let context, context.channel.isActive else { throw ChannelError.ioOnClosedChannel }
        context.write(wrapOutboundOut(.body(bytes)), promise: nil)
        if flushes || !context.channel.isWritable { context.flush() }
        if context.channel.isWritable { return nil }
        let promise = writable ?? context.eventLoop.makePromise()
        writable = promise
        return promise.futureResult
    }

    /// Ends the answer to the request in hand, and lets the next one come.
    func end(_ trailers: HTTPFields? = nil) {
        guard let context else { return }
        context.writeAndFlush(wrapOutboundOut(.end(trailers)), promise: nil)
        answered()
    }

    /// Lets the next request come after one that is answered.
    func answered() {
        guard let context else { return }
        current?.isAnswered = true
        current?.stream?.drop()
        if current?.isWhole == true { goOn(context) } else { readOn() }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable, let promise = writable {
            writable = nil
            promise.succeed()
        }
        if context.channel.isWritable { wakeIfDue() }
        context.fireChannelWritabilityChanged()
    }

    /// Takes up what came behind a request that is answered.
    private func goOn(_ context: ChannelHandlerContext) {
        (current, waiting) = (nil, WaitingPoll())
        while current.map({ !$0.isWhole }) ?? true, let part = held.popFirst() { take(part, context) }
        if current?.isBegun == false { begin(context) }
        if let error = heldError, held.isEmpty, current?.isWhole == false {
            heldError = nil
            current?.stream?.fail(error)
        }
        if held.isEmpty { readOn() }
        if current == nil, isInputClosed { context.close(mode: .output, promise: nil) }
    }
}

/// What a request's handlers may use of its connection.
struct ConnectionAtWork: Sendable {
    let channel: any Channel
    let connection: Connection
    /// The connection's turn, for its event loop alone.
    let turn: NIOLoopBound<RequestTurn>

    init(channel: any Channel, _ connection: Connection, turn: NIOLoopBound<RequestTurn>) {
        (self.channel, self.connection, self.turn) = (channel, connection, turn)
    }

    /// Goes on on the connection's event loop, where a request's task is at home; what it awaits may have left it elsewhere.
    func onEventLoop() async {
        guard !channel.eventLoop.inEventLoop else { return }
        try? await channel.eventLoop.submit {}.get()
    }
}

/// Writes the body of an answer to its connection.
struct OutgoingBody: ResponseBodyWriter {
    let turn: NIOLoopBound<RequestTurn>
    /// Each part is sent as it comes; the parts of an answer whose length is known go together.
    let isStream: Bool

    func write(_ buffer: ByteBuffer) async throws {
        let eventLoop = turn.eventLoop
        if eventLoop.inEventLoop {
            try await turn.value.write(buffer, flushes: isStream)?.get()
        } else {
            try await eventLoop.flatSubmit { [turn, isStream] in
                do {
                    return try turn.value.write(buffer, flushes: isStream) ?? eventLoop.makeSucceededVoidFuture()
                } catch { return eventLoop.makeFailedFuture(error) }
            }.get()
        }
    }

    func finish(_ trailingHeaders: HTTPFields?) async throws {
        if turn.eventLoop.inEventLoop {
            turn.value.end(trailingHeaders)
        } else {
            try await turn.eventLoop.submit { [turn] in turn.value.end(trailingHeaders) }.get()
        }
    }
}
