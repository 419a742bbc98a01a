// Contracts: stored and shown.

import ControlAPI
import Hummingbird
import Leasing
import Scheduling

enum ContractHandlers {
    static func list(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        let visible = view.book.contractNames.filter { isVisible($0, exchange, in: view.book) }
        let (names, cursor) = try exchange.page(of: visible, in: view)
        let contracts = names.map { answer($0, view.book) }
        return exchange.answer(ContractList(contracts: contracts, cursor: cursor), view: view)
    }

    static func show(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        let name = try exchange.parameter("name")
        guard isVisible(name, exchange, in: view.book) else { throw notFound }
        return exchange.answer(answer(name, view.book), view: view)
    }

    static func put(_ exchange: Exchange) async throws -> Response {
        let name = try exchange.checkedName()
        let body = try await exchange.body()
        let request = try exchange.decode(ContractSpecification.self, from: body)
        let isNew = exchange.scheduler.view.book.contract(name) == nil
        let context = try exchange.commandContext(reason: request.reason, body: body)
        let (_, view, _) = try await exchange.submit(
            .putContract(name: name, terms: ContractTerms(request)), context)
        return exchange.answer(answer(name, view.book), isNew ? .created : .ok, view: view)
    }

    static func remove(_ exchange: Exchange) async throws -> Response {
        let name = try exchange.parameter("name")
        let context = try exchange.commandContext(reason: exchange.query["reason"], body: [])
        let (_, view, _) = try await exchange.submit(.removeContract(name: name), context)
        return Response(status: .noContent, headers: exchange.headers(view: view))
    }

    private static var notFound: Problem { Problem(.notFound, detail: "there is no such contract") }

    /// A tenant sees the contracts that are with it.
    private static func isVisible(_ name: String, _ exchange: Exchange, in book: Book) -> Bool {
        guard let terms = book.contract(name) else { return false }
        if case .tenant(let own) = exchange.role { return terms.tenant == own }
        return true
    }

    private static func answer(_ name: String, _ book: Book) -> ContractAnswer {
        var leases = 0
        book.forEachLease { lease in
            if lease.partOf == nil, lease.contract == name, book.wholeLease(lease.number)?.state.isFinal == false {
                leases += 1
            }
            return true
        }
        let terms = book.contract(name).map { ContractSpecification($0) } ?? ContractSpecification()
        return ContractAnswer(name: name, leases: leases, terms: terms)
    }
}
