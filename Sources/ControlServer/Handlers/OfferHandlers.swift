// Offers: what a request with ranges could be granted as, at what price.

import ControlAPI
import Hummingbird
import Leasing
import Scheduling

enum OfferHandlers {
    static func create(_ exchange: Exchange) async throws -> Response {
        let request = try await exchange.decode(OfferRequest.self)
        if case .tenant(let own) = exchange.role, request.tenant != own {
            throw Problem(.forbidden, detail: "\(exchange.role) may ask offers for itself only", pointer: "/tenant")
        }
        let view = exchange.scheduler.view
        let now = max(exchange.scheduler.now, view.time)
        let query = try OfferQuery(request, in: view.book, now: now)
        switch await exchange.services.searcher.offers(for: query, in: view.book, now: now) {
        case .success(let offers):
            let encoding = OfferEncoding(book: view.book, role: exchange.role, request: request, query: query)
            let obstacles = await exchange.services.searcher.obstacles(
                to: query, for: exchange.audience, in: view.book, now: now)
            return exchange.answer(encoding.answer(offers, obstacles), view: view)
        case .failure(let refusal):
            throw await explained(refusal, query, request, in: view, now: now, exchange)
        }
    }

    /// A refusal for want of room says what is in the way of the first shape, and what would fit.
    private static func explained(
        _ refusal: Refusal, _ query: OfferQuery, _ request: OfferRequest, in view: PublishedView, now: Int64,
        _ exchange: Exchange
    ) async -> Problem {
        var problem = Problem(refusal)
        guard refusal.code == .noCapacity || refusal.code == .quotaExceeded,
            let order = try? view.book.leastOrder(of: query, now: now)
        else { return problem }
        let explanation = await exchange.services.searcher.explain(
            order, to: exchange.audience, in: view.book, now: now)
        problem.blockers = explanation.obstacles.map { Blocker($0) }
        let like = request.leaseRequest(start: order.start.map { Timestamp($0) })
        problem.counterOffers = explanation.counterOffers.map { ControlAPI.CounterOffer($0, like: like) }
        return problem
    }
}

extension Searcher {
    /// What is in the way of the first shapes at the first start and the lowest cap.
    func obstacles(to query: OfferQuery, for audience: Audience, in book: Book, now: Int64) -> [Obstacle] {
        (try? book.leastOrder(of: query, now: now)).map { book.obstacles(to: $0, for: audience, now: now) } ?? []
    }

    /// Searches offers on a view.
    func offers(for query: OfferQuery, in book: Book, now: Int64) -> Result<[Offer], Refusal> {
        do throws(Refusal) {
            return .success(try book.offers(for: query, now: now))
        } catch {
            return .failure(error)
        }
    }
}
