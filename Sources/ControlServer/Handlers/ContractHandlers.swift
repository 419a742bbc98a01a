// Contracts: stored and shown.

import ControlAPI
import FleetModel
import Hummingbird
import Leasing
import Scheduling

enum ContractHandlers {
    static func list(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        let visible = view.book.contractNames.filter { isVisible($0, exchange, in: view.book) }
        let (names, cursor) = try exchange.page(of: visible, in: view)
        let contracts = names.map { answer($0, view.book, exchange) }
        return exchange.answer(ContractList(contracts: contracts, cursor: cursor), view: view)
    }

    static func show(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        let (name, version) = try wanted(exchange, in: view.book)
        return exchange.answer(answer(name, view.book, exchange, version: version), view: view)
    }

    static func explain(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        let (name, version) = try wanted(exchange, in: view.book)
        let terms = view.book.contractHistory(name)!.versions[version - 1].terms
        var clauses = terms.explained().map { ClauseExplanation(clause: $0.clause.rawValue, text: $0.text) }
        if let place = clauses.lastIndex(where: { $0.clause == Clause.availabilityTargetPercent.rawValue }) {
            clauses.insert(contentsOf: sparesNeeded(terms, view.book.fleet, exchange.scheduler.now), at: place + 1)
        }
        return exchange.answer(ContractExplanation(name: name, version: version, clauses: clauses), view: view)
    }

    /// What the promised availability needs of spares in each kind of domain that the contract allows, by the catalogue's
    /// rates, against what it gives.
    private static func sparesNeeded(
        _ terms: ContractTerms, _ fleet: Fleet, _ now: Int64
    ) -> [ClauseExplanation] {
        guard let target = terms.availabilityBasisPoints, target < 10_000 else { return [] }
        let held = Int(terms.sparesPerDomain ?? 0)
        return SpareHandlers.domains(of: fleet, at: now).compactMap { domain in
            guard let shape = domain.shape, shape != .rack,
                terms.models.isEmpty || terms.models.contains(domain.platform.gpu)
            else { return nil }
            let need = SpareHandlers.table(
                domain, Double(target) / 10_000, failures: nil, repairHours: nil, record: nil)
            guard let wanted = need.sparesForGpuHours else { return nil }
            let has = need.rows.last { $0.spares <= held } ?? need.rows[0]
            return ClauseExplanation(
                clause: "",
                text:
                    "On \(shape == .nvl72 ? "an" : "a") \(shape.rawValue) of \(domain.platform.gpu) (\(need.nodes) nodes) that takes "
                    + "\(wanted == 0 ? "no spares" : wanted == 1 ? "1 spare" : "\(wanted) spares") by the catalogue's rates; "
                    + "the contract's \(held) deliver \(has.gpuHoursPercent) % on average, and all of it is up "
                    + "\(has.allUpPercent) % of the time.")
        }
    }

    /// The contract that the path names and the version that the query names, the newest where it names none.
    private static func wanted(_ exchange: Exchange, in book: Book) throws -> (name: String, version: Int) {
        let name = try exchange.parameter("name")
        guard isVisible(name, exchange, in: book), let contract = book.contractHistory(name) else { throw notFound }
        guard let text = exchange.query["version"] else { return (name, contract.number) }
        guard let version = Int(text), (1...contract.number).contains(version) else {
            throw Problem(
                .badRequest, detail: "?version=\(text): there is no such version of \(name)",
                expected: "1 to \(contract.number)")
        }
        if case .tenant(let own) = exchange.role, let tenant = contract.versions[version - 1].terms.tenant,
            tenant != own
        {
            throw notFound
        }
        return (name, version)
    }

    static func put(_ exchange: Exchange) async throws -> Response {
        let name = try exchange.checkedName()
        let body = try await exchange.body()
        let request = try exchange.decode(ContractSpecification.self, from: body)
        let isNew = exchange.scheduler.view.book.contract(name) == nil
        let context = try exchange.commandContext(reason: request.reason, body: body)
        let (_, view, _) = try await exchange.submit(
            .putContract(name: name, terms: ContractTerms(request)), context)
        return exchange.answer(answer(name, view.book, exchange), isNew ? .created : .ok, view: view)
    }

    static func remove(_ exchange: Exchange) async throws -> Response {
        let name = try exchange.parameter("name")
        let context = try exchange.commandContext(reason: exchange.query["reason"], body: [])
        let (_, view, _) = try await exchange.submit(.removeContract(name: name), context)
        return Response(status: .noContent, headers: exchange.headers(view: view))
    }

    private static var notFound: Problem { Problem(.notFound, detail: "there is no such contract") }

    /// A tenant sees the contracts that it may lease under.
    private static func isVisible(_ name: String, _ exchange: Exchange, in book: Book) -> Bool {
        guard let terms = book.contract(name) else { return false }
        if case .tenant(let own) = exchange.role { return terms.tenant.map { $0 == own } ?? true }
        return true
    }

    private static func answer(
        _ name: String, _ book: Book, _ exchange: Exchange, version: Int? = nil
    ) -> ContractAnswer {
        guard let contract = book.contractHistory(name) else {
            return ContractAnswer(name: name, version: 1, versions: 1, leases: 0, terms: ContractSpecification())
        }
        let number = version ?? contract.number
        // How many leases others have is theirs.
        let own: String? = if case .tenant(let name) = exchange.role { name } else { nil }
        var leases = 0
        book.forEachLease { lease in
            if lease.partOf == nil, own.map({ $0 == lease.tenant }) ?? true, lease.contract == name,
                lease.contractVersion == number,
                book.wholeLease(lease.number)?.state.isFinal == false
            {
                leases += 1
            }
            return true
        }
        let stated = contract.versions[number - 1]
        return ContractAnswer(
            name: name, version: number, since: stated.since.map { Timestamp($0) }, versions: contract.number,
            leases: leases, terms: ContractSpecification(stated.terms))
    }
}
