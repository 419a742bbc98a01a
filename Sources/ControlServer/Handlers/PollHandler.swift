// The tenant's poll: answered at once when something changed, else when it does.

import ControlAPI
import HTTPTypes
import Hummingbird
import Leasing
import NIOCore
import Scheduling

enum PollHandler {
    static func poll(_ exchange: Exchange) async throws -> Response {
        let poll = try Poll(exchange)
        let (services, work) = (exchange.services, exchange.context.work)
        // A trace is continued by the way of every request.
        let isTraced = exchange.request.headers[.traceparent] != nil
        let isUsual = exchange.request.headers[.connection] == nil && !isTraced
        await work.onEventLoop()
        let turn = work.turn.value
        if isUsual { turn.line.keep(poll, exchange.request.head) }
        let isLeft = poll.waitSeconds > 0 && poll.known != nil && !isTraced && turn.take(poll)
        if isLeft { return WaitingPoll.placeholder }
        if poll.waitSeconds > 0, let known = poll.known {
            await RequestTurn.wait(for: poll.tenant, seconds: poll.waitSeconds, work, services.polls) {
                services.scheduler.view.book.tenantIndex(of: poll.tenant) == known
            }
        }
        return try answer(poll, services, requestID: exchange.requestID).response
    }

    /// What a poll is answered with now.
    ///
    /// - Throws: a ``Problem`` when the tenant is gone, or the token of who asks no longer counts.
    static func answer(_ poll: Poll, _ services: ControlServices, requestID: String) throws -> PollAnswer {
        guard services.authenticator.stillCounts(poll.standing) else { throw Authenticator.ended(poll.standing) }
        let view = services.scheduler.view
        guard let tenant = view.book.tenant(poll.tenant) else { throw TenantHandlers.notFound }
        services.access.note(poll.reader, of: poll.tenant, at: services.scheduler.clock.wallSeconds)
        return PollAnswer(
            poll, index: tenant.index, revision: view.revision, epoch: services.epoch, requestID: requestID
        ) { gzip in
            services.pollBodies.body(of: tenant, in: view.book, gzip: gzip)
        }!
    }
}
