// Notices on leases: served, planned, withdrawn; and what a contract allows.

import ControlAPI
import FleetModel
import HTTPTypes
import Hummingbird
import Leasing
import MerkleLog
import Scheduling

enum ReclaimHandlers {
    static func list(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        let lease = try LeaseHandlers.visibleLease(exchange, in: view)
        let encoding = NoticeEncoding(book: view.book, now: exchange.scheduler.now)
        let (reclaims, cursor) = try exchange.page(of: view.book.reclaims(of: lease.number), in: view)
        let head = await exchange.auditHead(of: .tenant(lease.tenant))
        let list = ReclaimList(
            reclaims: reclaims.map { encoding.answer($0, to: exchange.role) }, auditHead: head, cursor: cursor)
        return exchange.answer(list, view: view)
    }

    static func serve(_ exchange: Exchange) async throws -> Response {
        let isPlan = try exchange.query("dryRun", "plan") { $0 == "plan" ? true : nil } ?? false
        let body = try await exchange.body()
        let request = try exchange.decode(ReclaimRequest.self, from: body)
        let before = exchange.scheduler.view
        let lease = try LeaseHandlers.visibleLease(exchange, in: before)
        let command = Command.serveReclaim(lease.number, try order(request, exchange))
        let context = try exchange.commandContext(reason: request.reason, body: body)
        if isPlan {
            let now = exchange.scheduler.now
            let book = try await exchange.services.searcher.fork(before.book, after: command, context, now: now)
            return try answer(lease.number, in: book, before, exchange, isServed: false)
        }
        let (_, view, _) = try await exchange.submit(command, context)
        if let (approval, preview) = view.book.openApproval(ofNoticeOn: lease.number), exchange.audience == .provider {
            let encoding = NoticeEncoding(book: view.book, now: exchange.scheduler.now)
            var answer = encoding.answer(preview, to: exchange.role)
            (answer.id, answer.approval) = (nil, ApprovalID.text(approval.number))
            return exchange.answer(answer, .accepted, view: view)
        }
        return try answer(lease.number, in: view.book, view, exchange, status: .created)
    }

    static func withdraw(_ exchange: Exchange) async throws -> Response {
        let lease = try LeaseHandlers.visibleLease(exchange, in: exchange.scheduler.view)
        let context = try exchange.commandContext(reason: try exchange.requiredReason(), body: [])
        let command = Command.withdrawReclaim(lease.number, byTenant: exchange.audience != .provider)
        let (_, view, _) = try await exchange.submit(command, context)
        return try answer(lease.number, in: view.book, view, exchange)
    }

    static func nominate(_ exchange: Exchange) async throws -> Response {
        let body = try await exchange.body()
        let request = try exchange.decode(NominationRequest.self, from: body)
        let before = exchange.scheduler.view
        let lease = try LeaseHandlers.visibleLease(exchange, in: before)
        let nodes = try PinReader().nodes(request.nodes, in: before.book.fleet, "/nodes") ?? []
        let context = try exchange.commandContext(reason: request.reason, body: body)
        let (_, view, _) = try await exchange.submit(.nominate(lease.number, nodes: nodes), context)
        return try answer(lease.number, in: view.book, view, exchange)
    }

    static func guards(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        let lease = try LeaseHandlers.visibleLease(exchange, in: view)
        let verdicts = view.book.verdicts(on: lease, now: exchange.scheduler.now)
        let (page, cursor) = try exchange.page(of: verdicts, in: view)
        let guards = page.map {
            GuardAnswer(
                verb: $0.verb.rawValue, allowed: $0.isAllowed, clause: $0.clause?.rawValue,
                from: $0.from.map { Timestamp($0) }, text: $0.text)
        }
        return exchange.answer(
            GuardList(
                lease: view.book.naming.id(of: lease.number), contract: lease.contract,
                contractVersion: lease.contract == nil ? nil : lease.contractVersion,
                letting: view.book.sublease(on: lease.number).map { sublease in
                    LettingAnswer(
                        sublease: view.book.subleaseID(sublease.number), to: sublease.to,
                        until: Timestamp(view.book.end(of: sublease)),
                        noticePeriod: sublease.noticeSeconds.map { WireDuration(seconds: $0) })
                }, guards: guards, cursor: cursor), view: view)
    }

    private static func order(_ request: ReclaimRequest, _ exchange: Exchange) throws -> ReclaimOrder {
        let isTenant = exchange.audience != .provider
        guard !isTenant || request.clause == .cancellation else {
            throw Problem(
                .forbidden, detail: "\(exchange.role) may cancel its lease, not reclaim it", pointer: "/clause")
        }
        return ReclaimOrder(request, byTenant: isTenant)
    }

    /// What a planned notice changes of what is due.
    private static func quote(
        of number: UInt64, before: Book, after: Book, _ exchange: Exchange
    ) -> ControlAPI.NoticeQuote? {
        let now = max(exchange.scheduler.now, before.time)
        let isTenants = after.reclaims(of: number).last?.clause == .cancellation(byTenant: true)
        guard let lease = before.lease(number),
            let then = after.costToCome(of: number, from: now, isBound: isTenants),
            let otherwise = before.costToCome(of: number, from: now, isBound: true)
        else { return nil }
        let credit = before.statement(of: lease.tenant, month: CalendarMonth(at: now), now: now).contracts
            .first { $0.contract == lease.contract }?.creditMicros
        func dollars(_ micros: MicroDollars) -> Money { Money(currency: "USD", micros: micros) }
        return ControlAPI.NoticeQuote(
            charge: dollars(then.totalMicros), chargeOtherwise: dollars(otherwise.totalMicros),
            owedUntil: then.owedUntil.map { Timestamp($0) }, creditThisMonth: dollars(credit ?? 0))
    }

    /// The last notice on a lease.
    private static func answer(
        _ number: UInt64, in book: Book, _ view: PublishedView, _ exchange: Exchange,
        status: HTTPResponse.Status = .ok, isServed: Bool = true
    ) throws -> Response {
        guard let reclaim = book.reclaims(of: number).last else { throw LeaseHandlers.notFound }
        let encoding = NoticeEncoding(book: book, now: exchange.scheduler.now)
        var answer = encoding.answer(reclaim, to: exchange.role)
        // Notices are counted for all tenants, and one that is only planned has no number.
        if !isServed {
            answer.id = nil
            answer.quote = quote(of: number, before: view.book, after: book, exchange)
        }
        return exchange.answer(answer, status, view: view)
    }
}

extension ReclaimOrder {
    /// What a request asks for.
    init(_ request: ReclaimRequest, byTenant: Bool) {
        let clause: ReclaimClause =
            switch request.clause {
            case .cause: .cause(request.cause ?? "")
            case .convenience: .convenience
            case .cancellation: .cancellation(byTenant: byTenant)
            case .preemption: preconditionFailure("nobody serves it; it is refused where the request is read")
            }
        self.init(
            clause: clause,
            steps: (request.offRamp ?? []).map { Leasing.ReclaimStep(at: $0.at.epochSeconds, gpus: $0.gpus) },
            gpus: request.gpus)
    }
}

extension Searcher {
    /// The book as a command would leave it, or the problem that it would be refused with.
    func fork(_ book: Book, after command: Command, _ context: CommandContext, now: Int64) throws -> Book {
        try trial(of: command, context, in: book, now: now).book
    }

    /// The book as a command would leave it, and what it would do, or the problem that it would be refused with.
    func trial(
        of command: Command, _ context: CommandContext, in book: Book, now: Int64
    ) throws -> (book: Book, outcome: Outcome) {
        var (fork, context) = (book, context)
        context.idempotencyKey = nil
        context.now = max(now, book.time)
        do {
            // As part of a plan, so that nothing waits for a second operator.
            let plan = Command.carryOut([PlannedCommand(command, reason: context.reason)], nil)
            let outcome = try fork.execute(plan, context).outcome
            return (fork, outcome)
        } catch {
            throw Problem(error)
        }
    }
}
