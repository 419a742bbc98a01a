// Leases that are split or handed over to another tenant.

import ControlAPI
import HTTPTypes
import Hummingbird
import Leasing
import Scheduling

enum TransferHandlers {
    // MARK: Splitting

    static func split(_ exchange: Exchange) async throws -> Response {
        let isPlan = try exchange.query("dryRun", "plan") { $0 == "plan" ? true : nil } ?? false
        let body = try await exchange.body()
        let request = try exchange.decode(LeaseSplitRequest.self, from: body)
        let before = exchange.scheduler.view
        let lease = try LeaseHandlers.visibleLease(exchange, in: before)
        let selection = try selection(request.nodes, request.lines, in: before.book) ?? LeaseSelection()
        let command = Command.splitLease(lease.number, selection, by: exchange.audience)
        let context = try exchange.commandContext(reason: request.reason, body: body)
        if isPlan {
            let now = exchange.scheduler.now
            let planned: (kept: WholeLease, split: WholeLease)
            do throws(Refusal) {
                planned = try before.book.planSplit(of: lease.number, selection, by: exchange.audience, now: now)
            } catch {
                throw Problem(error)
            }
            let encoding = LeaseEncoding(book: before.book, role: exchange.role)
            return exchange.answer(
                LeaseSplitAnswer(lease: encoding.answer(planned.kept), split: encoding.answer(planned.split)),
                view: before)
        }
        let (outcome, view, _) = try await exchange.submit(command, context)
        return exchange.answer(try answer(lease.number, outcome, in: view.book, exchange), .created, view: view)
    }

    private static func answer(
        _ number: UInt64, _ outcome: Outcome, in book: Book, _ exchange: Exchange
    ) throws -> LeaseSplitAnswer {
        // A repeated request names the new lease alone.
        guard let kept = book.wholeLease(number), let split = outcome.leases.last.flatMap({ book.wholeLease($0) })
        else {
            throw LeaseHandlers.notFound
        }
        let encoding = LeaseEncoding(book: book, role: exchange.role)
        return LeaseSplitAnswer(lease: encoding.answer(kept), split: encoding.answer(split))
    }

    static func selection(
        _ nodes: [String]?, _ lines: [UnitCountRequest]?, in book: Book
    ) throws -> LeaseSelection? {
        guard nodes != nil || lines != nil else { return nil }
        return LeaseSelection(
            nodes: try PinReader().nodes(nodes, in: book.fleet, "/nodes") ?? [],
            units: (lines ?? []).map { LeaseSelection.Units(line: $0.name, count: $0.count) })
    }

    // MARK: Handing over

    static func list(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        let encoding = TransferEncoding(book: view.book, role: exchange.role)
        let (page, cursor) = try exchange.page(of: view.book.openTransfers.filter(encoding.isShown), in: view)
        return exchange.answer(
            TransferList(transfers: page.map { encoding.answer($0) }, cursor: cursor), view: view)
    }

    static func show(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        let encoding = TransferEncoding(book: view.book, role: exchange.role)
        return exchange.answer(encoding.answer(try wanted(exchange, in: view.book)), view: view)
    }

    static func propose(_ exchange: Exchange) async throws -> Response {
        let body = try await exchange.body()
        let request = try exchange.decode(TransferRequest.self, from: body)
        let before = exchange.scheduler.view
        guard let lease = before.book.lease(id: request.lease), exchange.role.maySee(lease) else {
            throw LeaseHandlers.notFound
        }
        let order = TransferOrder(
            to: request.to, selection: try selection(request.nodes, request.lines, in: before.book))
        let context = try exchange.commandContext(reason: request.reason, body: body)
        let (outcome, view, _) = try await exchange.submit(
            .proposeTransfer(lease.number, order, by: exchange.audience), context)
        guard let transfer = view.book.transfer(try note(of: outcome).transfer.number) else { throw isOver }
        let encoding = TransferEncoding(book: view.book, role: exchange.role)
        return exchange.answer(encoding.answer(transfer), .created, view: view)
    }

    static func respond(_ exchange: Exchange) async throws -> Response {
        let body = try await exchange.body()
        let request = try exchange.decode(TransferReplyRequest.self, from: body)
        let reply = TransferReply(accepts: request.accept, contract: request.contract, label: request.label)
        let context = try exchange.commandContext(reason: request.reason, body: body)
        let (outcome, view, _) = try await exchange.submit(
            .answerTransfer(try number(exchange, in: exchange.scheduler.view.book), reply, by: exchange.audience),
            context)
        let encoding = TransferEncoding(book: view.book, role: exchange.role)
        let note = try note(of: outcome)
        if let open = view.book.transfer(note.transfer.number) {
            return exchange.answer(encoding.answer(open), view: view)
        }
        var answer = encoding.answer(note.transfer)
        switch note.event {
        case .declined: answer.state = .declined
        case _ where note.transfer.isAgreed:
            answer.state = .done
            encoding.add(outcome.leases.last, to: &answer)
        default: throw isOver
        }
        return exchange.answer(answer, view: view)
    }

    static func withdraw(_ exchange: Exchange) async throws -> Response {
        let context = try exchange.commandContext(reason: try exchange.requiredReason(), body: [])
        let (outcome, view, _) = try await exchange.submit(
            .withdrawTransfer(try number(exchange, in: exchange.scheduler.view.book), by: exchange.audience), context)
        var answer = TransferEncoding(book: view.book, role: exchange.role).answer(try note(of: outcome).transfer)
        answer.state = .withdrawn
        return exchange.answer(answer, view: view)
    }

    /// The transfer that is named, whether or not it is open: what a repeated request was answered is kept.
    private static func number(_ exchange: Exchange, in book: Book) throws -> UInt64 {
        guard let number = book.transferNumber(of: try exchange.parameter("id")) else { throw isOver }
        return number
    }

    private static func note(of outcome: Outcome) throws -> TransferNote {
        guard case .transfer(let note) = outcome.offer else { throw isOver }
        return note
    }

    private static var isOver: Problem {
        Problem(.notFound, detail: "there is no such transfer; it may have been answered or have expired")
    }

    private static func wanted(_ exchange: Exchange, in book: Book) throws -> Transfer {
        let encoding = TransferEncoding(book: book, role: exchange.role)
        guard let transfer = book.transfer(try number(exchange, in: book)), encoding.isShown(transfer) else {
            throw isOver
        }
        return transfer
    }
}

/// Writes transfers for one reader: each side is told what it needs to know of the other, and no more.
struct TransferEncoding {
    let book: Book
    let role: Role

    func isShown(_ transfer: Transfer) -> Bool {
        if case .tenant(let name) = role { return name == transfer.from || name == transfer.to }
        return true
    }

    func answer(_ transfer: Transfer) -> TransferAnswer {
        let isReceiver = role == .tenant(transfer.to)
        let isHolder = role == .tenant(transfer.from)
        let encoding = LeaseEncoding(book: book, role: role)
        let schedule = transfer.schedule(in: book)
        let reservations = (transfer.lines(in: book) ?? []).enumerated().map { index, line in
            var answer = encoding.reservation(line, ramp: transfer.ramp(ofLine: index))
            answer.pin = nil
            return answer
        }
        return TransferAnswer(
            id: book.transferID(transfer.number), state: .open,
            lease: isReceiver ? nil : book.naming.id(of: transfer.lease), from: transfer.from, to: transfer.to,
            whole: isReceiver ? nil : transfer.isWhole, promised: ControlAPI.Capacity(transfer.capacity),
            reservations: reservations, leaseClass: ControlAPI.LeaseClass(transfer.leaseClass),
            start: transfer.start > transfer.proposedAt ? Timestamp(transfer.start) : nil,
            end: Timestamp(transfer.end), capWattsPerGpu: transfer.cap.wattsPerGPU, capPercent: transfer.cap.percent,
            schedule: schedule.isEmpty ? nil : schedule.map { ControlAPI.ScheduleStep($0) },
            holderAgreed: transfer.holderAgreed, receiverAgreed: transfer.receiverAgreed,
            providerAgreed: transfer.needsProvider ? transfer.providerAgreed : nil,
            contract: isHolder ? nil : transfer.contract, proposedAt: Timestamp(transfer.proposedAt),
            expiresAt: Timestamp(transfer.expiresAt), reason: transfer.reason)
    }

    /// What is offered by a tenant or to it, as its poll has it: acknowledged when it has agreed itself.
    func notices(to tenant: String) -> [Notice] {
        book.openTransfers.filter(isShown).map { transfer in
            Notice(
                id: book.transferID(transfer.number), kind: .transfer, deadline: Timestamp(transfer.expiresAt),
                acknowledged: tenant == transfer.from ? transfer.holderAgreed : transfer.receiverAgreed)
        }
    }

    /// Adds the lease that the receiver got.
    func add(_ lease: UInt64?, to answer: inout TransferAnswer) {
        guard let lease = lease.flatMap({ book.lease($0) }), role.maySee(lease) else { return }
        (answer.granted, answer.contract) = (book.naming.id(of: lease.number), lease.contract)
    }
}

extension Role {
    /// Whether a lease is the caller's, or the caller is on the provider's side.
    func maySee(_ lease: Lease) -> Bool {
        if case .tenant(let name) = self { return lease.tenant == name }
        return true
    }
}

extension Book {
    /// What a transfer is called: nothing that says how many others there are.
    func transferID(_ number: UInt64) -> String { "t-" + naming.id(of: Self.transferMark | number).dropFirst(2) }

    /// The number of a transfer, or nil when its id is not spelt like one.
    func transferNumber(of id: String) -> UInt64? {
        guard id.hasPrefix("t-"), let number = naming.number(of: "l-" + id.dropFirst(2)),
            number & Self.transferMark != 0
        else { return nil }
        return number & ~Self.transferMark
    }

    /// Tells transfers from leases and notices.
    private static let transferMark: UInt64 = 1 << 61
}
