// Leases: request, plan, list, show, release.

import ControlAPI
import HTTPTypes
import Hummingbird
import Leasing
import Packing
import Scheduling

enum LeaseHandlers {
    static func create(_ exchange: Exchange) async throws -> Response {
        let body = try await exchange.body()
        let request = try exchange.decode(LeaseRequest.self, from: body)
        try checkRequester(of: request, exchange)
        let isPlan = try exchange.query("dryRun", "plan") { $0 == "plan" ? true : nil } ?? false
        let isShort =
            !isPlan && request.recurrence == nil && request.highestCap != true
            && request.reservations.allSatisfy { $0.pin == nil }
        if isShort { return try await create(request, body, isPlan: false, exchange) }
        return try await besideEventLoops { try await create(request, body, isPlan: isPlan, exchange) }
    }

    private static func create(
        _ request: LeaseRequest, _ body: [UInt8], isPlan: Bool, _ exchange: Exchange
    ) async throws -> Response {
        if let recurrence = request.recurrence {
            return try await SeriesHandlers.create(request, recurrence, body, isPlan: isPlan, exchange)
        }
        let context = try exchange.commandContext(reason: request.reason, body: body)
        // A request that was granted under its key is not decided again, nor is its cap.
        let isRepeated =
            !isPlan && (context.idempotencyKey.map { exchange.scheduler.view.book.keepsSuccess(under: $0) } ?? false)
        let (order, highest) = try await resolve(request, exchange, searchesCap: !isRepeated)
        if isPlan { return try await plan(order, request, highest, exchange) }
        let (outcome, view, took) = try await submit(order, request, context, exchange)
        let lease = try granted(outcome, view)
        if case .tenant(let own) = exchange.role, lease.lease.tenant != own { throw notFound }
        let decision = decision(took, view, highest, preempted: outcome.preempted, exchange)
        let encoding = LeaseEncoding(book: view.book, role: exchange.role)
        let answer = encoding.answer(lease, decision: decision)
        var headers = HTTPFields()
        headers[.location] = Routes.lease(answer.id)
        return exchange.answer(answer, .created, view: view, headers: headers)
    }

    static func createBatch(_ exchange: Exchange) async throws -> Response {
        let body = try await exchange.body(limit: WireLimits.batchBodyBytesMax)
        let batch = try exchange.decode(LeaseBatchRequest.self, from: body)
        for request in batch.leases { try checkRequester(of: request, exchange) }
        return batch.atomic
            ? try await createAll(batch.leases, body, exchange) : try await createEach(batch.leases, body, exchange)
    }

    static func list(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        let limit = try exchange.limit()
        let state = try exchange.query("state", "a lease state") { ControlAPI.LeaseState(rawValue: $0) }
        var tenant = exchange.query["tenant"]
        if case .tenant(let own) = exchange.role {
            guard tenant == nil || tenant == own else { throw notFound }
            tenant = own
        }
        let encoding = LeaseEncoding(book: view.book, role: exchange.role)
        var answers: [LeaseAnswer] = []
        var next: UInt64?
        view.book.forEachLease(from: try start(exchange, in: view)) { lease in
            // The tenant is looked at first: what a lease is as a whole takes longer.
            guard lease.partOf == nil, tenant == nil || lease.tenant == tenant,
                let whole = view.book.wholeLease(lease.number),
                state == nil || ControlAPI.LeaseState(whole.state) == state
            else { return true }
            guard answers.count < limit else {
                next = lease.number
                return false
            }
            answers.append(encoding.answer(whole))
            return true
        }
        for tenant in Set(answers.map(\.tenant)) { exchange.noteAccess(to: tenant) }
        // A lease number would tell a tenant how many leases others have.
        let cursor = next.map { Cursor(revision: view.revision, next: $0).sealed(for: exchange.role, view.book) }
        return exchange.answer(LeaseList(leases: answers, cursor: cursor), view: view)
    }

    /// Where a list goes on; a tenant's cursor is the id of its own lease that comes next.
    private static func start(_ exchange: Exchange, in view: PublishedView) throws -> UInt64 {
        guard case .tenant(let own) = exchange.role else { return try exchange.cursor() }
        return try exchange.query("cursor", "a cursor from an earlier answer") { text in
            view.book.lease(id: text).flatMap { $0.tenant == own ? $0.number : nil }
        } ?? 0
    }

    static func show(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        let lease = try visibleLease(exchange, in: view)
        exchange.noteAccess(to: lease.tenant)
        return try answer(lease.number, view, exchange)
    }

    static func release(_ exchange: Exchange) async throws -> Response {
        let before = exchange.scheduler.view
        let lease = try visibleLease(exchange, in: before)
        let context = try exchange.commandContext(reason: exchange.query["reason"], body: [])
        let (_, view, _) = try await exchange.submit(.releaseLease(lease.number, by: exchange.audience), context)
        return try answer(lease.number, view, exchange)
    }

    /// The lease as it stands in a view.
    static func answer(_ number: UInt64, _ view: PublishedView, _ exchange: Exchange) throws -> Response {
        guard let whole = view.book.wholeLease(number) else { throw notFound }
        return exchange.answer(LeaseEncoding(book: view.book, role: exchange.role).answer(whole), view: view)
    }

    /// The lease that the path names, when the caller may see it.
    static func visibleLease(_ exchange: Exchange, in view: PublishedView) throws -> Lease {
        guard let lease = view.book.lease(id: try exchange.parameter("id")) else { throw notFound }
        if case .tenant(let own) = exchange.role, lease.tenant != own { throw notFound }
        return lease
    }

    static var notFound: Problem { Problem(.notFound, detail: "there is no such lease") }

    // MARK: Steps of a request

    private static func checkRequester(of request: LeaseRequest, _ exchange: Exchange) throws {
        if case .tenant(let own) = exchange.role, request.tenant != own {
            throw Problem(.forbidden, detail: "\(exchange.role) may request leases for itself only", pointer: "/tenant")
        }
    }

    /// The order, its cap found when the highest one was asked for.
    private static func resolve(
        _ request: LeaseRequest, _ exchange: Exchange, searchesCap: Bool
    ) async throws -> (LeaseOrder, HighestCap?) {
        let (view, now) = (exchange.scheduler.view, exchange.scheduler.now)
        let order = try LeaseOrder(request, in: view.book, now: now)
        guard request.highestCap == true, searchesCap else { return (order, nil) }
        let book = view.book
        do { try book.check(order, now: now) } catch { throw Problem(error) }
        guard let found = await exchange.services.searcher.highestCap(for: order, in: book, now: now) else {
            let explanation = await exchange.services.searcher.explain(
                order.withWholeSites, to: exchange.audience, in: book, now: now)
            throw Problem(
                .noCapacity, detail: "it does not fit at any cap that the models take",
                blockers: explanation.obstacles.map { Blocker($0) },
                counterOffers: explanation.counterOffers.map { ControlAPI.CounterOffer($0, like: request) })
        }
        var next: NextPercent?
        if found.percent < 100 {
            var more = found.order
            more.cap = .percent(found.percent + 1)
            let explanation = await exchange.services.searcher.explain(more, to: exchange.audience, in: book, now: now)
            next = NextPercent(percent: found.percent + 1, blockers: explanation.obstacles.map { Blocker($0) })
        }
        return (found.order, HighestCap(percent: found.percent, next: next))
    }

    private static func plan(
        _ order: LeaseOrder, _ request: LeaseRequest, _ highest: HighestCap?, _ exchange: Exchange
    ) async throws -> Response {
        let view = exchange.scheduler.view
        let start = exchange.scheduler.clock.steadyNanoseconds
        var planned: (lease: WholeLease, token: [UInt8])
        var preempted: [UInt64] = []
        do {
            planned = try view.book.planWhole(order, now: exchange.scheduler.now)
        } catch {
            guard let found = await preempting(order, request, refusedBy: error, in: view, exchange) else {
                throw await explained(error, order, request, in: view, exchange)
            }
            (planned, preempted) = ((found.lease, found.planToken), found.leases)
        }
        let took = exchange.scheduler.clock.steadyNanoseconds - start
        let decision = decision(took, view, highest, preempted: preempted, exchange)
        let encoding = LeaseEncoding(book: view.book, role: exchange.role)
        let answer = encoding.answer(planned.lease, decision: decision, planToken: planned.token)
        return exchange.answer(answer, view: view)
    }

    private static func submit(
        _ order: LeaseOrder, _ request: LeaseRequest, _ context: CommandContext, _ exchange: Exchange
    ) async throws -> (Outcome, PublishedView, Int64) {
        let token = try token(of: request)
        switch await exchange.scheduler.submit(.requestLeases([order], planTokens: [token]), context) {
        case .accepted(let outcome, let view, let took): return (outcome, view, took)
        case .refused(let refusal, var view):
            // Another one may take what was found in between.
            for _ in 0..<preemptingTries {
                guard let found = await preempting(order, request, refusedBy: refusal, in: view, exchange) else {
                    break
                }
                let command = Command.requestLeases([order], planTokens: [found.planToken])
                switch await exchange.scheduler.submit(command, context) {
                case .accepted(let outcome, let view, let took): return (outcome, view, took)
                case .refused(_, let newer): view = newer
                case .faulted(let fault): throw Problem(fault)
                }
            }
            throw await explained(refusal, order, request, in: view, exchange)
        case .faulted(let fault): throw Problem(fault)
        }
    }

    private static let preemptingTries = 3

    /// What gives way to a request that finds no room beside it, where that was left to the daemon.
    private static func preempting(
        _ order: LeaseOrder, _ request: LeaseRequest, refusedBy refusal: Refusal, in view: PublishedView,
        _ exchange: Exchange
    ) async -> Preemption? {
        guard refusal.code == .noCapacity || refusal.code == .quotaExceeded, request.preempt != false,
            request.planToken == nil
        else { return nil }
        return await exchange.services.searcher.preempting(order, in: view.book, now: exchange.scheduler.now)
    }

    static func token(of request: LeaseRequest, pointer: String = "/planToken") throws -> [UInt8]? {
        guard let text = request.planToken else { return nil }
        guard let bytes = PlanTokenText.bytes(text) else {
            throw Problem(.badRequest, detail: "this is not a plan token", pointer: pointer, expected: "a planToken")
        }
        return bytes
    }

    /// A refusal for want of room says what is in the way and what would fit.
    static func explained(
        _ refusal: Refusal, _ order: LeaseOrder, _ request: LeaseRequest, in view: PublishedView, _ exchange: Exchange
    ) async -> Problem {
        var problem = Problem(refusal)
        guard refusal.code == .noCapacity || refusal.code == .quotaExceeded else { return problem }
        // Nothing would do but what is named.
        guard order.lines.allSatisfy({ $0.claim == nil }) else { return problem }
        let explanation = await exchange.services.searcher.explain(
            order, to: exchange.audience, in: view.book, now: exchange.scheduler.now)
        problem.blockers = explanation.obstacles.map { Blocker($0) }
        let offers = explanation.counterOffers.filter { $0.kind != .preempting || request.preempt != false }
        problem.counterOffers = offers.map { ControlAPI.CounterOffer($0, like: request) }
        return problem
    }

    private static func granted(_ outcome: Outcome, _ view: PublishedView) throws -> WholeLease {
        guard let number = outcome.leases.first, let lease = view.book.wholeLease(number) else {
            throw Problem(.notFound, detail: "the lease that this key was used for is over and no longer kept")
        }
        return lease
    }

    private static func decision(
        _ nanoseconds: Int64, _ view: PublishedView, _ highest: HighestCap?, preempted: [UInt64], _ exchange: Exchange
    ) -> Decision? {
        if case .tenant = exchange.role { return nil }
        var decision = Decision(
            nanoseconds: nanoseconds, view.report(at: exchange.scheduler.now), highestCap: highest)
        if !preempted.isEmpty { decision.preempts = preempted.map(view.book.naming.id) }
        return decision
    }

    // MARK: Batches

    private static func createAll(
        _ requests: [LeaseRequest], _ body: [UInt8], _ exchange: Exchange
    ) async throws -> Response {
        let (book, now) = (exchange.scheduler.view.book, exchange.scheduler.now)
        var orders: [LeaseOrder] = []
        var tokens: [[UInt8]?] = []
        let pins = PinReader()
        for (index, request) in requests.enumerated() {
            do {
                try refuseBeyondBatches(request)
                orders.append(try LeaseOrder(request, in: book, now: now, pins: pins))
                tokens.append(try token(of: request))
            } catch let problem as Problem {
                throw problem.inside("/leases/\(index)")
            }
        }
        guard orders.count <= OrderLimits.leasesMax else {
            throw Problem(
                .badRequest, detail: "an atomic batch has at most \(OrderLimits.leasesMax) leases", pointer: "/leases")
        }
        let context = try exchange.commandContext(reason: requests.first?.reason, body: body)
        switch await exchange.scheduler.submit(.requestLeases(orders, planTokens: tokens), context) {
        case .accepted(let outcome, let view, _):
            let encoding = LeaseEncoding(book: view.book, role: exchange.role)
            let results = outcome.leases.map { LeaseBatchResult(lease: encoding.answer($0)) }
            return exchange.answer(LeaseBatchAnswer(results: results), .created, view: view)
        case .refused(let refusal, let view):
            let index = refusal.orderIndex
            let problem = await explained(refusal, orders[index], requests[index], in: view, exchange)
            throw problem.inside("/leases/\(index)")
        case .faulted(let fault): throw Problem(fault)
        }
    }

    private static func createEach(
        _ requests: [LeaseRequest], _ body: [UInt8], _ exchange: Exchange
    ) async throws -> Response {
        let (book, now) = (exchange.scheduler.view.book, exchange.scheduler.now)
        var results = [LeaseBatchResult](repeating: LeaseBatchResult(), count: requests.count)
        var commands: [(Command, CommandContext)] = []
        var places: [Int] = []
        let pins = PinReader()
        let digest = exchange.keyedDigest(of: body)
        for (index, request) in requests.enumerated() {
            do {
                try refuseBeyondBatches(request)
                let order = try LeaseOrder(request, in: book, now: now, pins: pins)
                let context = try exchange.commandContext(reason: request.reason, digest: digest, part: index)
                commands.append((.requestLeases([order], planTokens: [try token(of: request)]), context))
                places.append(index)
            } catch let problem as Problem {
                results[index].problem = problem.inside("/leases/\(index)")
            }
        }
        let answers = await exchange.scheduler.submitAll(commands)
        // Most answers of a batch are read from one view.
        var (last, encoding): (PublishedView?, LeaseEncoding?)
        for (place, answer) in zip(places, answers) {
            switch answer {
            case .accepted(let outcome, let view, _):
                if view !== last {
                    (last, encoding) = (view, LeaseEncoding(book: view.book, role: exchange.role))
                }
                results[place].lease = outcome.leases.first.flatMap { encoding?.answer($0) }
            case .refused(let refusal, _): results[place].problem = Problem(refusal).inside("/leases/\(place)")
            case .faulted(let fault): results[place].problem = Problem(fault)
            }
        }
        for case .some(let problem) in results.map(\.problem) { exchange.services.requests.note(problem) }
        exchange.chargeSearches(results.count { $0.problem?.status == 409 })
        return exchange.answer(LeaseBatchAnswer(results: results), view: exchange.scheduler.view)
    }

    private static func refuseBeyondBatches(_ request: LeaseRequest) throws {
        if request.recurrence != nil {
            throw Problem(
                .badRequest, detail: "a series is requested by itself", pointer: "/recurrence",
                expected: "a window in a batch")
        }
        guard request.highestCap == true else { return }
        throw Problem(
            .badRequest, detail: "the highest cap is searched for one lease at a time", pointer: "/highestCap",
            expected: "capWattsPerGpu or capPercent in a batch")
    }
}

extension Problem {
    /// The same problem of one element of a larger body.
    func inside(_ prefix: String) -> Problem {
        var problem = self
        problem.pointer = prefix + (pointer ?? "")
        return problem
    }
}

extension Exchange {
    /// Whom an explanation is for.
    var audience: Audience {
        if case .tenant(let name) = role { return .tenant(name) }
        return .provider
    }
}

extension Cursor {
    /// The cursor's text; for a tenant the place is the lease's opaque id.
    func sealed(for role: Role, _ book: Book) -> String {
        if case .tenant = role { return book.naming.id(of: next) }
        return text
    }
}
