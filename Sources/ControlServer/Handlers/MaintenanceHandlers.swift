// Maintenance windows: set, list, show, remove.

import ControlAPI
import FleetModel
import Hummingbird
import Leasing
import Packing
import Recurrence
import Scheduling

enum MaintenanceHandlers {
    static func list(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        let (names, cursor) = try exchange.page(of: view.book.maintenanceNames, in: view)
        let items = names.compactMap { view.book.maintenance(named: $0) }.map { answer($0, view, exchange) }
        return exchange.answer(MaintenanceList(maintenance: items, cursor: cursor), view: view)
    }

    static func show(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        guard let item = view.book.maintenance(named: try exchange.parameter("name")) else { throw notFound }
        return exchange.answer(answer(item, view, exchange), view: view)
    }

    static func put(_ exchange: Exchange) async throws -> Response {
        let name = try exchange.checkedName()
        let body = try await exchange.body()
        let request = try exchange.decode(MaintenanceSpecification.self, from: body)
        let before = exchange.scheduler.view.book
        let (plan, isCut) = try Self.plan(request, in: before.fleet, now: exchange.scheduler.now)
        let context = try exchange.commandContext(reason: request.reason, body: body)
        switch await exchange.scheduler.submit(.putMaintenance(name, plan), context) {
        case .accepted(_, let view, _):
            guard let item = view.book.maintenance(named: name) else { throw notFound }
            var answer = answer(item, view, exchange)
            if isCut { answer.bookedUntil = item.plan.windows.last.map { Timestamp($0.upperBound) } }
            return exchange.answer(answer, before.maintenance(named: name) == nil ? .created : .ok, view: view)
        case .refused(let refusal, let view): throw problem(refusal, name, plan, in: view.book)
        case .faulted(let fault): throw Problem(fault)
        }
    }

    static func remove(_ exchange: Exchange) async throws -> Response {
        let name = try exchange.parameter("name")
        let context = try exchange.commandContext(reason: exchange.query["reason"], body: [])
        let (_, view, _) = try await exchange.submit(.removeMaintenance(name), context)
        return Response(status: .noContent, headers: exchange.headers(view: view))
    }

    private static var notFound: Problem { Problem(.notFound, detail: "there is no such maintenance") }

    /// What a request asks for, and whether its rule has more windows than are booked.
    static func plan(
        _ request: MaintenanceSpecification, in fleet: Fleet, now: Int64
    ) throws -> (plan: Maintenance.Plan, isCut: Bool) {
        let series = try request.recurrence.map { try RecurringWindows($0, at: "/recurrence") }
        let start = request.start?.epochSeconds ?? now
        let plan = Maintenance.Plan(
            nodes: try fleet.nodes(inList: request.nodes, at: "/nodes"),
            windows: series?.windows ?? [start..<start + (request.duration?.seconds ?? 1)], reason: request.reason,
            rule: request.recurrence?.rule, timeZone: request.recurrence?.timeZone)
        return (plan, series?.isCut == true)
    }

    /// What holds the nodes is named as blockers too.
    private static func problem(
        _ refusal: Refusal, _ name: String, _ plan: Maintenance.Plan, in book: Book
    ) -> Problem {
        var problem = Problem(refusal)
        guard refusal.code == .inUse,
            let conflict = book.maintenanceConflict(plan, besides: book.maintenance(named: name)?.number)
        else { return problem }
        problem.blockers = conflict.bookings.prefix(WireLimits.shortListMax).map { booking in
            if let other = book.maintenance(of: booking) {
                return Blocker(
                    kind: .booking, name: other.name, from: Timestamp(booking.start), until: Timestamp(booking.until),
                    message: "maintenance: \(other.plan.reason)")
            }
            let tenant = book.lease(booking.lease)?.tenant ?? "another"
            return Blocker(
                kind: .booking, name: book.naming.id(of: booking.lease), from: Timestamp(booking.start),
                until: Timestamp(booking.until), message: "a lease of \(tenant) holds some of these nodes")
        }
        return problem
    }

    private static func answer(
        _ item: Maintenance, _ view: PublishedView, _ exchange: Exchange
    ) -> MaintenanceAnswer {
        let now = exchange.scheduler.now
        return MaintenanceAnswer(
            name: item.name, nodes: HardwarePaths(item.plan.nodes, in: view.book.fleet).paths,
            nodeCount: item.nodeCount, reason: item.plan.reason, by: item.actor, setAt: Timestamp(item.setAt),
            active: item.window(at: now) != nil,
            windows: item.plan.windows.map {
                WindowAnswer(start: Timestamp($0.lowerBound), end: Timestamp($0.upperBound))
            }, rule: item.plan.rule, timeZone: item.plan.timeZone)
    }
}
