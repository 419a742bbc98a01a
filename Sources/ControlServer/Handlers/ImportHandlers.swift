// Taking over what runs already.

import ControlAPI
import HTTPTypes
import Hummingbird
import Leasing
import Scheduling

enum ImportHandlers {
    /// Binds tenants to the hardware that they hold: all of it or nothing. A dry run says of each lease what is in its way.
    static func run(_ exchange: Exchange) async throws -> Response {
        let isPlan = try exchange.query("dryRun", "plan") { $0 == "plan" ? true : nil } ?? false
        let body = try await exchange.body(limit: WireLimits.batchBodyBytesMax)
        let request = try exchange.decode(ImportRequest.self, from: body)
        let context = try exchange.commandContext(reason: request.reason, body: body)
        let before = exchange.scheduler.view
        var results = [LeaseBatchResult](repeating: LeaseBatchResult(), count: request.leases.count)
        let (order, places) = try order(request, before.book, exchange, &results, isPlan: isPlan)
        if isPlan {
            let now = exchange.scheduler.now
            let planned: (book: Book, leases: [Result<UInt64, Refusal>]) = try await exchange.services.searcher.run {
                var context = context
                context.now = now
                do throws(Refusal) { return try before.book.planImport(order, context) } catch { throw Problem(error) }
            }
            let encoding = LeaseEncoding(book: planned.book, role: exchange.role)
            for (place, result) in zip(places, planned.leases) {
                switch result {
                case .success(let number):
                    results[place].lease = planned.book.wholeLease(number).map { encoding.answer($0) }
                case .failure(let refusal): results[place].problem = Problem(refusal).inside("/leases/\(place)")
                }
            }
            return exchange.answer(LeaseBatchAnswer(results: results), view: before)
        }
        switch await exchange.scheduler.submit(.importBook(order), context) {
        case .accepted(let outcome, let view, _):
            let encoding = LeaseEncoding(book: view.book, role: exchange.role)
            let answers = outcome.leases.map {
                LeaseBatchResult(lease: view.book.wholeLease($0).map { encoding.answer($0) })
            }
            return exchange.answer(LeaseBatchAnswer(results: answers), .created, view: view)
        case .refused(let refusal, _):
            throw Problem(refusal).inside(order.leases.isEmpty ? "" : "/leases/\(refusal.orderIndex)")
        case .faulted(let fault): throw Problem(fault)
        }
    }

    /// What a request asks for; in a plan a lease that cannot be read is noted and left out.
    private static func order(
        _ request: ImportRequest, _ book: Book, _ exchange: Exchange, _ results: inout [LeaseBatchResult], isPlan: Bool
    ) throws -> (ImportOrder, [Int]) {
        var order = ImportOrder()
        for tenant in request.tenants ?? [] {
            let stated = tenant.specification
            let share = QuotaShare(
                cohort: stated.cohort, borrowing: Quota(stated.borrowingLimit), lending: Quota(stated.lendingLimit))
            order.tenants.append((tenant.name, Quota(stated.quota), share, stated.description ?? ""))
        }
        order.contracts = (request.contracts ?? []).map { ($0.name, ContractTerms($0.specification)) }
        var places: [Int] = []
        let pins = PinReader()
        for (place, lease) in request.leases.enumerated() {
            do {
                guard lease.reservations.allSatisfy({ $0.hold != nil }), lease.recurrence == nil,
                    lease.planToken == nil,
                    lease.highestCap != true
                else {
                    throw Problem(
                        .badRequest, detail: "a lease that is taken over says in each line what it holds",
                        pointer: "/reservations",
                        expected: "hold in every line, and no recurrence, planToken or highestCap")
                }
                order.leases.append(
                    try LeaseOrder(lease, in: book, now: exchange.scheduler.now, pins: pins, isImport: true))
                places.append(place)
            } catch let problem as Problem {
                guard isPlan else { throw problem.inside("/leases/\(place)") }
                results[place].problem = problem.inside("/leases/\(place)")
            }
        }
        return (order, places)
    }
}
