// Amendments of a lease: extend, shorten, grow, shrink, re-cap.

import ControlAPI
import HTTPTypes
import Hummingbird
import Leasing
import Packing
import Scheduling

enum AmendmentHandlers {
    static func amend(_ exchange: Exchange) async throws -> Response {
        let body = try await exchange.body()
        let request = try exchange.decode(AmendmentRequest.self, from: body)
        let isPlan = try exchange.query("dryRun", "plan") { $0 == "plan" ? true : nil } ?? false
        let view = exchange.scheduler.view
        let lease = try LeaseHandlers.visibleLease(exchange, in: view)
        let context = try exchange.commandContext(reason: request.reason, body: body)
        let amendment = try amendment(request, of: lease, exchange, in: view.book)
        if isPlan {
            let planned: WholeLease
            do throws(Refusal) {
                planned = try await exchange.services.searcher.plan(
                    amendment, of: lease.number, in: view.book, now: exchange.scheduler.now)
            } catch {
                throw Problem(error)
            }
            let encoding = LeaseEncoding(book: view.book, role: exchange.role)
            return exchange.answer(encoding.answer(planned), view: view)
        }
        switch await exchange.scheduler.submit(.amendLease(lease.number, amendment), context) {
        case .accepted(_, let view, _): return try LeaseHandlers.answer(lease.number, view, exchange)
        case .refused(let refusal, let view):
            throw await explained(refusal, amendment, of: lease.number, in: view, exchange)
        case .faulted(let fault): throw Problem(fault)
        }
    }

    private static func amendment(
        _ request: AmendmentRequest, of lease: Lease, _ exchange: Exchange, in book: Book
    ) throws -> Amendment {
        var cap: PowerCap?
        if let watts = request.capWattsPerGpu { cap = .watts(Int64(watts)) }
        if let percent = request.capPercent { cap = .percent(percent) }
        return Amendment(
            end: request.end?.epochSeconds, extendBySeconds: request.extendBy?.seconds, cap: cap,
            lines: try lines(of: request, lease, in: book), from: request.from?.epochSeconds,
            adoptsTerms: request.adoptTerms ?? false, ifMatch: try ifMatch(exchange), audience: exchange.audience)
    }

    private static func lines(
        of request: AmendmentRequest, _ lease: Lease, in book: Book
    ) throws -> [LineAmendment] {
        let pins = PinReader()
        return try (request.reservations ?? []).enumerated().map { place, item in
            guard let line = item.added else {
                let ramp = item.ramp.map { $0.map { Leasing.RampStep($0) } }
                return LineAmendment(name: item.name, change: ramp.map { .ramp($0) } ?? .count(item.count ?? 0))
            }
            return LineAmendment(
                name: item.name,
                change: .added(try LeaseLine(line, index: place, sites: lease.sites, named: item.name, in: book, pins)))
        }
    }

    /// The revision that `If-Match` names, with or without quotes; nil without one, or for any.
    private static func ifMatch(_ exchange: Exchange) throws -> UInt64? {
        guard let text = exchange.request.headers[.ifMatch], text != "*" else { return nil }
        let bare =
            text.count >= 2 && text.hasPrefix("\"") && text.hasSuffix("\"") ? String(text.dropFirst().dropLast()) : text
        guard let revision = UInt64(bare) else {
            throw Problem(
                .badRequest, detail: "If-Match: \(text) is not the revision of a lease",
                expected: "the `revision` of the lease, such as \"42\"")
        }
        return revision
    }

    /// A refusal for want of room says what is in the way: searched beside the writer.
    private static func explained(
        _ refusal: Refusal, _ amendment: Amendment, of number: UInt64, in view: PublishedView, _ exchange: Exchange
    ) async -> Problem {
        guard refusal.code == .noCapacity, refusal.obstacles.isEmpty else { return Problem(refusal) }
        do throws(Refusal) {
            _ = try await exchange.services.searcher.plan(
                amendment, of: number, in: view.book, now: exchange.scheduler.now)
            return Problem(refusal)
        } catch {
            return Problem(error.code == refusal.code ? error : refusal)
        }
    }
}
