// The short way of a poll that says again, byte for byte, what it said before.
//
// Most polls find what the one before found. The first of a connection goes the way of every request: it is decoded, the
// caller is named, the route and its query are checked. What that came to is kept with the bytes of the request. When the next
// request is the same bytes, it means the same, and is answered at once, before it is decoded.

import ControlAPI
import HTTPTypes
import Leasing
import NIOCore
import Scheduling

/// Answers a poll whose bytes are those of the last one on the connection.
///
/// Lives on the connection's event loop alone.
final class PollLine: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundOut = ByteBuffer

    /// Longer requests are not kept.
    private static let requestBytesMax = 2_048

    private let desk: PollDesk
    let guardian: ConnectionGuard
    /// The request that is in hand, when its bytes came alone and all at once.
    private var current: ByteBuffer?
    private var kept: (request: ByteBuffer, poll: Poll)?
    /// Nothing of an unfinished request lies in the decoder behind the last one.
    private var isClean = false
    private var requestIDs = RequestIDs()
    private var context: ChannelHandlerContext?
    private var lastStatus = 0
    private var hasWritten = false
    /// Something has gone on to the other handlers since they were last told that all has been read.
    private var hasPassed = false

    init(_ desk: PollDesk, _ guardian: ConnectionGuard) {
        self.desk = desk
        self.guardian = guardian
    }

    func handlerAdded(context: ChannelHandlerContext) { self.context = context }

    func handlerRemoved(context: ChannelHandlerContext) { self.context = nil }

    /// Keeps what the request in hand has come to. Its handler, which runs on the event loop, may make this call.
    func keep(_ poll: Poll, _ head: HTTPRequest) {
        // Bytes that came behind a part of another head were no request of their own.
        guard let current, guardian.answersOneRequest, Self.bytes(current, are: head) else { return }
        (kept, isClean) = ((current, poll), true)
    }

    /// Whether a head that was decoded is all that stands in some bytes.
    private static func bytes(_ bytes: ByteBuffer, are head: HTTPRequest) -> Bool {
        let lines = String(buffer: bytes).split(separator: "\r\n", omittingEmptySubsequences: false)
        // The line of the request, its fields, an empty line and the nothing behind it; the host is no field here.
        return lines.count == head.headerFields.count + 4 && lines[0] == "GET \(head.path ?? "") HTTP/1.1"
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let bytes = unwrapInboundIn(data)
        guard guardian.isAtRest else {
            (current, hasPassed, isClean) = (nil, true, false)
            return context.fireChannelRead(data)
        }
        // Who does not read what is written to it is not written more to.
        if isClean, let kept, kept.request == bytes, context.channel.isWritable, answer(kept.poll, context) { return }
        current = Self.wholeRequest(bytes)
        (hasPassed, isClean) = (true, false)
        context.fireChannelRead(data)
        if !guardian.answersOneRequest { current = nil }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        if hasWritten {
            hasWritten = false
            context.flush()
        }
        guard hasPassed else { return }
        hasPassed = false
        context.fireChannelReadComplete()
    }

    /// The bytes when they may be one whole request without a body.
    private static func wholeRequest(_ bytes: ByteBuffer) -> ByteBuffer? {
        guard bytes.readableBytes <= requestBytesMax else { return nil }
        let view = bytes.readableBytesView
        guard view.starts(with: "GET /v1/tenants/".utf8), view.suffix(4).elementsEqual("\r\n\r\n".utf8),
            let end = view.firstIndex(of: UInt8(ascii: "\r")), view[..<end].suffix(9).elementsEqual(" HTTP/1.1".utf8)
        else { return nil }
        // A copy, so that the larger buffer that was read into is not kept with it.
        return ByteBuffer(bytes: view)
    }

    /// Answers a poll that has just come, or leaves it to the way of every request.
    private func answer(_ poll: Poll, _ context: ChannelHandlerContext) -> Bool {
        let services = desk.services
        let startedAt = services.scheduler.clock.steadyNanoseconds
        let view = services.scheduler.view
        guard let index = view.book.tenantIndex(of: poll.tenant), !poll.waits(at: index),
            write(poll, at: index, view, context)
        else { return false }
        hasWritten = true
        let took = poll.waitSeconds > 0 ? nil : services.scheduler.clock.steadyNanoseconds - startedAt
        services.requests.polls.add(status: lastStatus, nanoseconds: took)
        guardian.answeredAside()
        return true
    }

    /// Answers a poll whose wait is over, past the handlers that would make the same bytes of it, or leaves it to them.
    func answerWaiting(_ poll: Poll) -> Bool {
        guard let context, guardian.mayPassAnswer else { return false }
        let view = desk.services.scheduler.view
        guard let index = view.book.tenantIndex(of: poll.tenant), write(poll, at: index, view, context) else {
            return false
        }
        context.flush()
        desk.services.requests.polls.add(status: lastStatus, nanoseconds: nil)
        guardian.passAnswer()
        return true
    }

    /// Writes what a poll is answered with at an index, when its bytes have been made.
    private func write(
        _ poll: Poll, at index: UInt64, _ view: PublishedView, _ context: ChannelHandlerContext
    ) -> Bool {
        let services = desk.services
        guard services.authenticator.stillCounts(poll.standing) else { return false }
        let answer = PollAnswer(
            poll, index: index, revision: view.revision, epoch: services.epoch, requestID: requestIDs.next()
        ) { gzip in
            services.pollBodies.isMade(of: poll.tenant, at: index, gzip: poll.takesGzip)
                ? services.pollBodies.made(of: poll.tenant, at: index, gzip: gzip) : nil
        }
        guard let answer else { return false }
        let wallSeconds = services.scheduler.clock.wallSeconds
        services.access.note(poll.reader, of: poll.tenant, at: wallSeconds)
        if let token = poll.standing.token { services.tokenUse.note(token.number, at: wallSeconds) }
        let bytes = answer.bytes(
            date: services.date.text(at: Int(wallSeconds)), allocator: context.channel.allocator)
        context.write(wrapOutboundOut(bytes), promise: nil)
        lastStatus = answer.status.code
        return true
    }
}
