// Leases that are let to another tenant.

import ControlAPI
import HTTPTypes
import Hummingbird
import Leasing
import Scheduling

enum SubleaseHandlers {
    static func list(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        let limit = try exchange.limit()
        let state = try exchange.query("state", "offered, active or over") { text in
            ControlAPI.SubleaseState(rawValue: text).flatMap { [.offered, .active, .over].contains($0) ? $0 : nil }
        }
        let encoding = SubleaseEncoding(book: view.book, role: exchange.role)
        let from = try exchange.query("cursor", "a cursor from an earlier answer") { text in
            view.book.sublease(id: text).flatMap { encoding.isShown($0) ? $0.number : nil }
        }
        let book = view.book
        let all =
            switch state {
            case .offered: book.openSubleases
            case .active: book.subleasesInForce
            case .over: book.subleasesOver
            default: (book.openSubleases + book.subleasesInForce).sorted { $0.number < $1.number }
            }
        let shown = all.filter { encoding.isShown($0) && $0.number >= from ?? 0 }
        for sublease in shown.prefix(limit) { noteAccess(to: sublease, exchange) }
        let next = shown.dropFirst(limit).first
        return exchange.answer(
            SubleaseList(
                subleases: shown.prefix(limit).map { encoding.answer($0) },
                cursor: next.map { book.subleaseID($0.number) }), view: view)
    }

    static func show(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        let sublease = try wanted(exchange, in: view.book)
        noteAccess(to: sublease, exchange)
        return exchange.answer(SubleaseEncoding(book: view.book, role: exchange.role).answer(sublease), view: view)
    }

    static func propose(_ exchange: Exchange) async throws -> Response {
        let body = try await exchange.body()
        let request = try exchange.decode(SubleaseRequest.self, from: body)
        let before = exchange.scheduler.view
        guard let lease = before.book.lease(id: request.lease), exchange.role.maySee(lease) else {
            throw LeaseHandlers.notFound
        }
        let order = SubleaseOrder(
            to: request.to,
            selection: try TransferHandlers.selection(request.nodes, request.lines, in: before.book),
            end: request.end?.epochSeconds, pricePerGPUHourMicros: request.pricePerGpuHour?.micros,
            noticeSeconds: request.noticePeriod?.seconds)
        let context = try exchange.commandContext(reason: request.reason, body: body)
        let (outcome, view, _) = try await exchange.submit(
            .proposeSublease(lease.number, order, by: exchange.audience), context)
        return try answer(outcome, .created, in: view, exchange)
    }

    static func respond(_ exchange: Exchange) async throws -> Response {
        let body = try await exchange.body()
        let request = try exchange.decode(SubleaseReplyRequest.self, from: body)
        let context = try exchange.commandContext(reason: request.reason, body: body)
        let (outcome, view, _) = try await exchange.submit(
            .answerSublease(
                try number(exchange), accepts: request.accept, label: request.label, by: exchange.audience), context)
        return try answer(outcome, in: view, exchange)
    }

    /// Withdraws an offer, gives back what is used, or ends what is let.
    static func end(_ exchange: Exchange) async throws -> Response {
        let context = try exchange.commandContext(reason: try exchange.requiredReason(), body: [])
        let (outcome, view, _) = try await exchange.submit(
            .endSublease(try number(exchange), by: exchange.audience), context)
        return try answer(outcome, in: view, exchange)
    }

    /// The sub-lease that a request was about, as it is now, also where the request is repeated.
    private static func answer(
        _ outcome: Outcome, _ status: HTTPResponse.Status = .ok, in view: PublishedView, _ exchange: Exchange
    ) throws -> Response {
        guard case .sublease(let note) = outcome.offer else { throw isOver }
        let encoding = SubleaseEncoding(book: view.book, role: exchange.role)
        if let known = view.book.sublease(note.sublease.number) {
            return exchange.answer(encoding.answer(known), status, view: view)
        }
        switch note.event {
        case .declined: return exchange.answer(encoding.answer(note.sublease, as: .declined), view: view)
        case .withdrawn: return exchange.answer(encoding.answer(note.sublease, as: .withdrawn), view: view)
        default: throw isOver
        }
    }

    /// The sub-lease that is named, whether or not it is kept: what a repeated request was answered is.
    private static func number(_ exchange: Exchange) throws -> UInt64 {
        guard let number = exchange.scheduler.view.book.subleaseNumber(of: try exchange.parameter("id")) else {
            // As the writer refuses one that is another's or not there: whether a text is an id at all is nobody's to learn.
            throw Problem(.notFound, detail: "there is no such sub-lease")
        }
        return number
    }

    private static var isOver: Problem {
        Problem(.notFound, detail: "there is no such sub-lease; an offer may have been answered or have expired")
    }

    /// Every node that is used, for whoever provisions it.
    static func allocation(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        let sublease = try wanted(exchange, in: view.book)
        guard let used = view.book.occupancy(of: sublease) else {
            throw Problem(.wrongState, detail: "nothing is used under this sub-lease: it is offered, or over")
        }
        noteAccess(to: sublease, exchange)
        let index = view.book.tenant(sublease.to)?.index ?? 0
        return try AllocationHandlers.answer(
            AllocatedHardware(
                id: view.book.subleaseID(sublease.number), revision: Int(index), lines: used.lines, cap: used.cap,
                start: used.start, end: used.end), in: view, exchange)
    }

    /// Of what one of the two tenants reads the other is told nothing; of what the provider reads both are.
    private static func noteAccess(to sublease: Sublease, _ exchange: Exchange) {
        if case .tenant(let own) = exchange.role { return exchange.noteAccess(to: own) }
        for tenant in [sublease.from, sublease.to] { exchange.noteAccess(to: tenant) }
    }

    private static func wanted(_ exchange: Exchange, in book: Book) throws -> Sublease {
        let encoding = SubleaseEncoding(book: book, role: exchange.role)
        guard let sublease = book.sublease(id: try exchange.parameter("id")), encoding.isShown(sublease) else {
            throw isOver
        }
        return sublease
    }
}
