// Series of leases: one request by a rule, all windows or none.

import ControlAPI
import FleetModel
import Hummingbird
import Leasing
import Recurrence
import Scheduling

enum SeriesHandlers {
    static func create(
        _ request: LeaseRequest, _ recurrence: RecurrenceRequest, _ body: [UInt8], isPlan: Bool, _ exchange: Exchange
    ) async throws -> Response {
        let context = try exchange.commandContext(reason: request.reason, body: body)
        let series = try RecurringWindows(recurrence, at: "/recurrence")
        let name = request.label ?? ""
        let first = try LeaseOrder(request, in: exchange.scheduler.view.book, now: exchange.scheduler.now)
        let orders = series.windows.enumerated().map { place, window in
            var order = first
            (order.start, order.end, order.durationSeconds) = (window.lowerBound, window.upperBound, nil)
            order.label = LeaseSeries.label(name, place: place + 1)
            return order
        }
        let view: PublishedView
        let leases: [WholeLease]
        if isPlan {
            view = exchange.scheduler.view
            do {
                leases = try view.book.planSeries(name, orders, now: exchange.scheduler.now)
            } catch {
                throw await problem(error, request, orders, in: view, exchange)
            }
        } else {
            switch await exchange.scheduler.submit(.requestSeries(name, orders), context) {
            case .accepted(let outcome, let published, _):
                view = published
                leases = outcome.leases.compactMap { published.book.wholeLease($0) }
            case .refused(let refusal, let published):
                throw await problem(refusal, request, orders, in: published, exchange)
            case .faulted(let fault): throw Problem(fault)
            }
        }
        let end = series.isCut ? series.windows.last.map { Timestamp($0.upperBound) } : nil
        return exchange.answer(
            answer(name, leases, bookedUntil: end, view, exchange), isPlan ? .ok : .created, view: view)
    }

    static func release(_ exchange: Exchange) async throws -> Response {
        guard let name = exchange.query["series"] else {
            throw Problem(
                .badRequest, detail: "?series= says which series is released; one lease is released at its own path",
                expected: "?series=NAME")
        }
        let tenant = try tenant(ofSeries: name, exchange)
        let context = try exchange.commandContext(reason: exchange.query["reason"], body: [])
        let (outcome, view, _) = try await exchange.submit(
            .releaseSeries(name, tenant: tenant, by: exchange.audience), context)
        let leases = outcome.leases.compactMap { view.book.wholeLease($0) }
        return exchange.answer(answer(name, leases, bookedUntil: nil, view, exchange), view: view)
    }

    /// A tenant's series is its own; an operator may leave the tenant out where only one has such a series.
    private static func tenant(ofSeries name: String, _ exchange: Exchange) throws -> String {
        let wanted = exchange.query["tenant"]
        if case .tenant(let own) = exchange.role {
            guard wanted == nil || wanted == own else { throw LeaseHandlers.notFound }
            return own
        }
        if let wanted { return wanted }
        let book = exchange.scheduler.view.book
        let tenants = book.tenantNames.filter { !book.leases(ofSeries: name, of: $0).isEmpty }
        guard tenants.count < 2 else {
            throw Problem(
                .badRequest, detail: "\(tenants.joined(separator: " and ")) have a series \(name); say whose is meant",
                expected: "?tenant=NAME")
        }
        guard let tenant = tenants.first else {
            throw Problem(.notFound, detail: "there is no such series that is not over")
        }
        return tenant
    }

    private static func answer(
        _ name: String, _ leases: [WholeLease], bookedUntil: Timestamp?, _ view: PublishedView, _ exchange: Exchange
    ) -> LeaseSeriesAnswer {
        let encoding = LeaseEncoding(book: view.book, role: exchange.role)
        return LeaseSeriesAnswer(
            series: name, leases: leases.map { encoding.answer($0) },
            bookedUntil: bookedUntil)
    }

    /// What is in the way of the first window that does not fit. What would fit one window would not fit the series, so
    /// there are no counter-offers.
    private static func problem(
        _ refusal: Refusal, _ request: LeaseRequest, _ orders: [LeaseOrder], in view: PublishedView,
        _ exchange: Exchange
    ) async -> Problem {
        let order = orders[refusal.orderIndex]
        var problem = await LeaseHandlers.explained(refusal, order, request, in: view, exchange)
        problem.counterOffers = nil
        guard refusal.code != .inUse && refusal.code != .idempotencyMismatch else { return problem }
        if let pointer = refusal.pointer, ["/start", "/end"].contains(pointer) {
            problem.pointer = "/recurrence/start"
        }
        problem.detail =
            "window \(refusal.orderIndex + 1) of \(orders.count), \(RFC3339.text(order.start ?? 0)) to "
            + "\(RFC3339.text(order.end)): \(problem.detail)"
        return problem
    }
}

extension RecurringWindows {
    /// The windows of a request's recurrence, which stands at `pointer` in its body.
    init(_ request: RecurrenceRequest, at pointer: String) throws {
        do throws(RecurrenceError) {
            guard let start = LocalMoment(request.start) else {
                throw RecurrenceError(
                    .start, "\"\(request.start.prefix(64))\" is no local time such as 2026-12-01T20:00")
            }
            try self.init(
                rule: try RecurrenceRule(request.rule), zone: try NamedTimeZone(request.timeZone), start: start,
                durationSeconds: request.duration.seconds)
        } catch {
            throw Problem(.badRequest, detail: error.problem, pointer: "\(pointer)/\(error.field.rawValue)")
        }
    }
}
