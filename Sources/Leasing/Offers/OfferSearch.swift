// The search for offers.
//
// Each way to fill the lines is tried on several grounds: all accepted sites, each of them, and each with one of the
// accepted models. On a ground the start comes first, at the lowest cap and for the shortest window, since what does not
// fit so fits in no other way. There the cap is raised as far as it goes, then the window is made as long as it can
// be. What is found is granted on a copy of the book, by the very path that takes an offer, and measured there.

import FleetModel
import Packing

/// One search for offers.
struct OfferSearch {
    /// At the time of the search.
    let book: Book
    let query: OfferQuery
    let now: Int64
    let starts: ClosedRange<Int64>
    private let memory = OfferMemory()

    /// Placements that are worked out in full. With whole fleets to search each takes some milliseconds.
    private static let candidatesMax = 48
    /// Starts that are looked for, of which each takes up to a hundred searches where there is none.
    private static let triesMax = 96
    /// Grounds on which each variant is tried.
    private static let groundsMax = 24

    /// Refuses what is not sound in any of its shapes.
    init(_ query: OfferQuery, in book: Book, now: Int64) throws(Refusal) {
        var book = book
        book.begin(at: now)
        (self.book, self.query, self.now) = (book, query, now)
        switch query.start {
        case .whenTaken: starts = now...now
        case .at(let time):
            guard time > now else {
                throw Refusal(
                    .invalid, "the start must lie ahead; leave it out to begin when the offer is taken",
                    pointer: "/start")
            }
            starts = time...time
        case .within(let range):
            guard range.upperBound >= now else {
                throw Refusal(.invalid, "the latest start is in the past", pointer: "/earliest/to")
            }
            starts = max(range.lowerBound, now)...range.upperBound
        }
        for variant in query.variants {
            do throws(Refusal) {
                _ = try SoundOrder(leastOrder(of: variant, OfferGround(query.order.sites)), in: book, now: now)
            } catch {
                guard !variant.instead.isEmpty else { throw error }
                throw Refusal(error.code, "with \(variant.instead): \(error.detail)", pointer: error.pointer)
            }
        }
    }

    /// The first variant at the first start and the lowest cap, for the shortest window.
    var leastOrder: LeaseOrder { leastOrder(of: query.variants[0], OfferGround(query.order.sites)) }

    /// Why there is no offer.
    func refusal() -> Refusal {
        let words =
            starts.count > 1
            ? "it does not fit at any start in the range, at any cap and in any shape that would do"
            : "it does not fit over the whole window, at any cap and in any shape that would do"
        do throws(Refusal) {
            _ = try book.plan(leastOrder, now: now)
        } catch {
            return error.code == .noCapacity ? Refusal(.noCapacity, words) : error
        }
        return Refusal(.noCapacity, words)
    }

    func run() -> [Offer] {
        var found: [Offer] = []
        var pool: [OfferCandidate] = []
        if query.objectives != [.earliest] { pool = candidates() }
        for objective in query.objectives {
            let best: OfferCandidate? =
                switch objective {
                case .earliest: earliest()
                case .cheapest: pool.min { cost($0) < cost($1) }
                case .bestPacking: pool.min { harm($0) < harm($1) }
                }
            guard var offer = best?.offer else { continue }
            offer.objectives = [objective]
            if let same = found.firstIndex(where: { $0.isSame(as: offer) }) {
                found[same].objectives.append(objective)
            } else {
                found.append(offer)
            }
        }
        return found
    }

    // MARK: What is compared

    private func cost(_ candidate: OfferCandidate) -> [Int64] {
        let quote = candidate.offer.quote
        return [
            quote.microsPerDeliveredGPUHour(carbonMicrosPerTonne: query.carbonMicrosPerTonne), quote.carbonGrams,
            Int64(candidate.variant), candidate.offer.lease.start,
        ]
    }

    private func harm(_ candidate: OfferCandidate) -> [Int64] {
        candidate.offer.packing.harm + [Int64(candidate.variant), candidate.offer.lease.start]
    }

    /// The earliest start of any shape, of those that start then the best shape.
    private func earliest() -> OfferCandidate? {
        var found: [(start: Int64, variant: Int)] = []
        for variant in query.variants.indices {
            guard let start = start(of: variant, OfferGround(query.order.sites), in: starts) else { continue }
            found.append((start, variant))
            if start == starts.lowerBound { break }
        }
        for (start, variant) in found.sorted(by: { $0 < $1 }) {
            if let candidate = candidate(variant, OfferGround(query.order.sites), at: start) { return candidate }
        }
        return nil
    }

    /// Every shape on every ground at its earliest start, and on all sites also at later ones.
    private func candidates() -> [OfferCandidate] {
        var result: [OfferCandidate] = []
        var tries = 0
        for variant in query.variants.indices {
            // What fits nowhere on all sites fits on no part of them.
            guard start(of: variant, OfferGround(query.order.sites), in: starts) != nil else { continue }
            for (place, ground) in grounds(for: query.variants[variant]).enumerated() {
                let quarters = place == 0 && query.objectives.contains(.bestPacking) ? 4 : 1
                var last: Int64?
                for quarter in 0..<Int64(quarters) {
                    tries += 1
                    guard result.count < Self.candidatesMax, tries <= Self.triesMax else { return result }
                    let from = starts.lowerBound + (starts.upperBound - starts.lowerBound) / 4 * quarter
                    guard let start = start(of: variant, ground, in: from...starts.upperBound), start != last
                    else { break }
                    last = start
                    if let candidate = candidate(variant, ground, at: start) { result.append(candidate) }
                }
            }
        }
        return result
    }

    // MARK: Grounds

    private func grounds(for variant: OfferVariant) -> [OfferGround] {
        let fleet = book.fleet
        var result = [OfferGround(query.order.sites)]
        let sites = fleet.sites.indices.filter {
            query.order.sites.isEmpty || query.order.sites.contains(fleet.sites[$0].name)
        }
        if sites.count > 1 { result += sites.map { OfferGround([fleet.sites[$0].name]) } }
        for site in sites {
            let there = Set(fleet.racks.filter { $0.siteOffset == site }.map { fleet.platforms[$0.platformOffset].gpu })
            let accepted = there.sorted().filter { model in variant.lines.contains { $0.isOpen(to: model) } }
            guard accepted.count > 1 else { continue }
            result += accepted.map { OfferGround([fleet.sites[site].name], model: $0) }
        }
        return Array(result.prefix(Self.groundsMax))
    }

    // MARK: Steps on one ground

    private func leastOrder(of variant: OfferVariant, _ ground: OfferGround, start: Int64? = nil) -> LeaseOrder {
        let start = start ?? starts.lowerBound
        var order = query.order(variant, start: field(of: start), cap: query.caps.cap(0), now: now)
        order.sites = ground.sites
        if let model = ground.model {
            for index in order.lines.indices where order.lines[index].isOpen(to: model) {
                order.lines[index].models = [model]
            }
        }
        order.cap = query.caps.cap(book.lowestLegal(query.caps, for: order))
        return order
    }

    /// A start as an order has it: nil for now, so that it can be taken a little later.
    private func field(of start: Int64) -> Int64? {
        if case .at = query.start { return start }
        return start == now ? nil : start
    }

    /// The first start in a range at which a variant fits, within the tenant's quota too; looked for once on each ground.
    private func start(of variant: Int, _ ground: OfferGround, in range: ClosedRange<Int64>) -> Int64? {
        if let known = memory.starts.first(where: {
            $0.variant == variant && $0.ground == ground && $0.from == range.lowerBound
        }) {
            return known.start
        }
        let start = searchedStart(of: variant, ground, in: range)
        memory.starts.append((variant, ground, range.lowerBound, start))
        return start
    }

    private func searchedStart(of variant: Int, _ ground: OfferGround, in range: ClosedRange<Int64>) -> Int64? {
        var from = range.lowerBound
        for _ in 0..<Self.quotaTriesMax {
            let order = leastOrder(of: query.variants[variant], ground, start: from)
            guard let sound = try? SoundOrder(order, in: book, now: now) else { return nil }
            var start = from
            if range.lowerBound < range.upperBound {
                guard let found = book.packing.earliestStart(of: sound.request, in: from...range.upperBound)
                else { return nil }
                start = found.start
            }
            if book.fits(leastOrder(of: query.variants[variant], ground, start: start), now: now) { return start }
            // It fits but for the quota, which is looser when something of the tenant's own ends.
            guard let next = book.nextEnd(ofLeasesOf: query.order.tenant, after: start), next <= range.upperBound
            else { return nil }
            from = next
        }
        return nil
    }

    private static let quotaTriesMax = 16

    /// The best placement of a variant at a start, granted on a copy.
    private func candidate(_ variant: Int, _ ground: OfferGround, at start: Int64) -> OfferCandidate? {
        var order = leastOrder(of: query.variants[variant], ground, start: start)
        guard let best = book.highestFitting(query.caps.from(order.cap), for: order, now: now) else { return nil }
        order = lengthened(best.order)
        guard let plan = try? book.plan(order, now: now) else { return nil }
        // The hardware is fixed, so the sites are what it uses, and the models what was asked for.
        order.sites = book.sites(of: plan.lease)
        for (index, line) in query.variants[variant].lines.enumerated() { order.lines[index].models = line.models }
        let placements = plan.lease.lines.map { line in
            LinePlacement(
                wholeNodes: line.holdings.bookedNodes, partialNodes: line.holdings.partialNodes,
                slices: line.holdings.slices)
        }
        let quote = book.quote(
            of: plan.lease.lines, cap: order.cap, seconds: order.end - start,
            terms: order.contract.flatMap { book.contract($0) })
        let expires = order.start.map { min($0, now + query.validSeconds) } ?? now + query.validSeconds
        let token = book.offerToken(
            OfferTerms(
                expires: expires, quote: quote,
                planToken: book.planToken(order: order, placements: placements, now: now)))
        var copy = book
        let context = CommandContext(actor: .daemon, reason: "", requestID: "", now: now)
        guard let taken = try? copy.execute(.requestLeases([order], planTokens: [token]), context),
            let number = taken.outcome.leases.first, let lease = copy.lease(number)
        else { return nil }
        let effect = PackingEffect(
            before: memory.report(of: book.packing, at: start), after: copy.packing.report(at: start))
        let offer = Offer(
            objectives: [], order: order, lease: lease, quote: quote, packing: effect, expires: expires,
            planToken: token)
        return OfferCandidate(variant: variant, offer: offer)
    }

    /// The order with the longest window that fits, in whole hours more than the shortest, or minutes, or seconds where
    /// the range is short.
    private func lengthened(_ order: LeaseOrder) -> LeaseOrder {
        guard case .seconds(let range) = query.length, range.lowerBound < range.upperBound else { return order }
        func lasting(_ seconds: Int64) -> LeaseOrder {
            var longer = order
            query.setWindow(of: &longer, start: order.start, seconds: seconds, now: now)
            return longer
        }
        let whole = lasting(range.upperBound)
        if book.fits(whole, now: now) { return whole }
        let span = range.upperBound - range.lowerBound
        let unit: Int64 = span >= 2 * 86_400 ? 3_600 : span >= 2 * 3_600 ? 60 : 1
        var (low, high) = (Int64(0), span / unit)
        while low < high {
            let middle = (low + high + 1) / 2
            if book.fits(lasting(range.lowerBound + middle * unit), now: now) {
                low = middle
            } else {
                high = middle - 1
            }
        }
        return lasting(range.lowerBound + low * unit)
    }
}

extension [Int64] {
    /// The first number that differs decides.
    fileprivate static func < (left: [Int64], right: [Int64]) -> Bool { left.lexicographicallyPrecedes(right) }
}
