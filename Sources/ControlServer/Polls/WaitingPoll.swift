// A poll that waits, held by its connection and not by a task.

import ControlAPI
import HTTPTypes
import Hummingbird
import Leasing
import NIOCore
import NIOHTTPTypes
import Scheduling

/// The poll of a connection that waits for a change, if one does.
struct WaitingPoll {
    /// What a handler gives back for a request that its connection will answer. No answer has this status.
    static var placeholder: Response { Response(status: .init(code: 102)) }

    fileprivate var item: (poll: Poll, place: PollRegistry.Place)?
    /// Its handler has not ended yet.
    fileprivate var isLeaving = false
    /// The wait was over before that, or while the client did not read what was written to it.
    fileprivate var isDue = false
    /// Ends the wait of a handler whose client has gone.
    fileprivate var leave: (@Sendable () -> Void)?

    /// Whether somebody waits.
    var isThere: Bool { item != nil || leave != nil }
}

extension RequestTurn {
    /// Takes over a poll whose handler runs and that waits for a change; false when it cannot wait here, or is to be answered
    /// now. The handler then gives back the placeholder.
    func take(_ poll: Poll) -> Bool {
        guard let context, context.channel.isActive, waiting.item == nil else { return false }
        let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
        let place = desk.services.polls.register(for: poll.tenant, seconds: poll.waitSeconds, on: context.eventLoop) {
            bound.value.wake()
        }
        guard let place else { return false }
        let index = desk.services.scheduler.view.book.tenantIndex(of: poll.tenant)
        let isCurrent = index.map { poll.waits(at: $0) } ?? false
        if !isCurrent, desk.services.polls.leave(place) { return false }
        waiting = WaitingPoll(item: (poll, place), isLeaving: true)
        return true
    }

    /// Waits in a handler until the answer of a name changes, the time is over, the daemon stops, or the connection is gone.
    ///
    /// For waits that cannot be left here. Any thread may call it.
    static func wait(
        for name: String, seconds: Int64, _ work: ConnectionAtWork, _ polls: PollRegistry,
        isStillCurrent: @Sendable () -> Bool
    ) async {
        let eventLoop = work.channel.eventLoop
        await polls.wait(
            for: name, seconds: seconds, on: eventLoop,
            onPlace: { place, end in
                eventLoop.execute {
                    let turn = work.turn.value
                    let leave: @Sendable () -> Void = { if polls.leave(place) { end() } }
                    guard turn.context?.channel.isActive == true else { return leave() }
                    turn.waiting.leave = leave
                }
            }, isStillCurrent: isStillCurrent)
    }

    /// The handler that left its poll here is through.
    func handlerEnded() {
        waiting.isLeaving = false
        wakeIfDue()
    }

    /// Gives the answer that could not be given when its wait was over.
    func wakeIfDue() {
        if waiting.isDue { wake() }
    }

    /// Leaves the place of a poll whose connection ends.
    func leaveWait() {
        if let place = waiting.item?.place { _ = desk.services.polls.leave(place) }
        waiting.leave?()
        waiting = WaitingPoll()
    }

    private func wake() {
        guard let poll = waiting.item?.poll, let context else { return }
        guard !waiting.isLeaving else {
            waiting.isDue = true
            return
        }
        // Who does not read what was written to it is not written more to. Its answer is that of the moment when it does.
        guard context.channel.isWritable else {
            waiting.isDue = true
            return
        }
        waiting = WaitingPoll()
        if line.answerWaiting(poll) { return answered() }
        let requestID = Dispatcher.newRequestID()
        var head: HTTPResponse
        let body: ByteBuffer?
        do {
            let found = try PollHandler.answer(poll, desk.services, requestID: requestID)
            (head, body) = (found.response.head, found.body)
        } catch {
            var problem = error as? Problem ?? Problem(.internalError, detail: "the poll cannot be answered")
            problem.requestId = requestID
            (head, body) = (problem.response(requestID: requestID).head, problem.bytes)
        }
        desk.services.requests.polls.add(status: head.status.code, nanoseconds: nil)
        for (name, value) in desk.services.closingFields() { head.headerFields[name] = value }
        context.write(wrapOutboundOut(.head(head)), promise: nil)
        if let body { context.write(wrapOutboundOut(.body(body)), promise: nil) }
        end()
    }
}
