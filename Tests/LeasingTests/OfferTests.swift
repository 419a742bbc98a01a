// Offers: what is offered, at what price, and that an offer is taken unchanged or refused.

import FleetModel
import Packing
import Testing

@testable import Leasing

@Suite struct OfferTests {
    /// A query of one line of nodes for `ada`, unless told otherwise.
    private func query(
        _ lines: [LeaseLine]..., start: OfferQuery.Start = .whenTaken, length: OfferQuery.Length = .seconds(day...day),
        caps: CapRange = .watts(700...700), objectives: [OfferObjective] = OfferObjective.allCases,
        contract: String? = nil, sites: [String] = [], carbon: MicroDollars = 190_000_000
    ) -> OfferQuery {
        let variants = lines.enumerated().map { OfferVariant(lines: $1, instead: $0 == 0 ? "" : "shape \($0)") }
        return OfferQuery(
            order: order(until: 0, contract: contract, sites: sites), variants: variants, start: start,
            length: length, caps: caps, objectives: objectives, validSeconds: 900, carbonMicrosPerTonne: carbon)
    }

    private func nodes(_ count: Int, _ shape: PlacementShape = .node, models: [String] = []) -> [LeaseLine] {
        [LeaseLine(name: "line", shape: shape, count: count, models: models, within: nil)]
    }

    private func expectTaken(_ offer: Offer, _ desk: JournalledBook) throws {
        var desk = desk
        let lease = try desk.request(offer.order, token: offer.planToken)
        #expect(lease.lines == offer.lease.lines && lease.cap == offer.lease.cap)
        #expect(lease.end - lease.start == offer.lease.end - offer.lease.start)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    // MARK: Prices

    @Test("the price of two servers for a day is what it comes to by hand")
    func price() throws {
        var desk = JournalledBook(Fleets.plain)
        var terms = ContractTerms()
        terms.pricePerGPUHourMicros = 2_990_000
        terms.pricePerMWhMicros = 10_000_000
        terms.pricePerMonthMicros = 73_000_000
        terms.pricePerYearMicros = 365_000_000
        try desk.execute(.putContract(name: "c", terms: terms))
        let offer = try #require(try desk.book.offers(for: query(nodes(2), contract: "c"), now: noon).first)
        let quote = offer.quote
        // 2 × (4,600 + 8 × 700) = 20,400 W; × 1.05 × 1.2 = 25,704 W; for 86,400 s 616.896 kWh.
        #expect(quote.meterWatts == 25_704 && quote.joules == 25_704 * 86_400)
        // 0.616896 MWh at 50 dollars; 616.896 kWh at 400 g are 246,758.4 g.
        #expect(quote.energyMicros == 30_844_800 && quote.carbonGrams == 246_759)
        #expect(quote.gpuEighths == 128 && quote.reliabilityBasisPoints == 9_990)
        // 384 GPU-hours at 2.99; 0.616896 MWh at 10; a day of 30 5/12 of 73, and of 365 of 365.
        #expect(quote.price?.gpuHoursMicros == 1_148_160_000 && quote.price?.energyMicros == 6_168_960)
        #expect(quote.price?.baseMicros == Int64(2_400_000 + 1_000_000))
        #expect(quote.price?.totalMicros == Int64(1_148_160_000 + 6_168_960 + 3_400_000))
        // (30.8448 + 0.246759 t × 190) / (384 × 0.999) = 0.20262192 dollars, rounded up.
        #expect(quote.microsPerDeliveredGPUHour(carbonMicrosPerTonne: 190_000_000) == 202_622)
        #expect(quote.microsPerDeliveredGPUHour(carbonMicrosPerTonne: 0) == 80_406)
        #expect(offer.objectives == OfferObjective.allCases)
        try expectTaken(offer, desk)
    }

    @Test("an instance counts for its memory slices, and without a contract there is no price")
    func instancesPrice() throws {
        let desk = JournalledBook(Fleets.plain)
        let offer = try #require(try desk.book.offers(for: query([instances(2)]), now: noon).first)
        #expect(offer.quote.gpuEighths == 2 && offer.quote.price == nil)
        try expectTaken(offer, desk)
    }

    @Test("where the supply can be expected to deliver nothing, what it delivers has no price")
    func nothingDelivered() {
        var quote = Quote(seconds: 3_600)
        (quote.energyMicros, quote.carbonGrams) = (1, 1)
        #expect(quote.microsPerDeliveredGPUHour(carbonMicrosPerTonne: 1) == .max)
        quote.deliveredEighths = 80_000
        quote.carbonGrams = 0
        #expect(quote.microsPerDeliveredGPUHour(carbonMicrosPerTonne: 1) == 1)
    }

    @Test("what a search remembers of the fleet at one time is not taken for another")
    func memory() throws {
        var desk = JournalledBook(Fleets.plain)
        _ = try desk.request(order(.node, 5, until: noon + hour))
        let (memory, packing) = (OfferMemory(), desk.book.packing)
        let times = [noon, noon + 2 * hour, noon, noon + 2 * hour]
        #expect(times.map { memory.report(of: packing, at: $0) } == times.map { packing.report(at: $0) })
        #expect(packing.report(at: noon) != packing.report(at: noon + 2 * hour))
    }

    // MARK: Taking

    @Test("an offer from now on keeps its length and price when it is taken later, until it expires")
    func expiry() throws {
        var desk = JournalledBook(Fleets.plain)
        let offer = try #require(try desk.book.offers(for: query(nodes(2)), now: noon).first)
        #expect(offer.order.start == nil && offer.expires == noon + 900)
        desk.now = noon + 899
        try expectTaken(offer, desk)
        desk.now = noon + 900
        let refusal = desk.refusal(of: offer.order, token: offer.planToken)
        #expect(refusal?.code == .planOvertaken && refusal?.detail.contains("expired") == true)
    }

    @Test("an offer for a later start can be taken no longer than until then")
    func startsLater() throws {
        var desk = JournalledBook(Fleets.plain)
        let offer = try #require(try desk.book.offers(for: query(nodes(2), start: .at(noon + 60)), now: noon).first)
        #expect(offer.expires == noon + 60 && offer.lease.state == .scheduled)
        desk.now = noon + 59
        try expectTaken(offer, desk)
        desk.now = noon + 60
        #expect(desk.refusal(of: offer.order, token: offer.planToken)?.code == .planOvertaken)
        #expect(throws: Refusal.self) { try desk.book.offers(for: query(nodes(2), start: .at(noon)), now: noon) }
    }

    @Test("an offer holds nothing: whoever comes first has the hardware, and the other is refused")
    func heldByNobody() throws {
        var desk = JournalledBook(Fleets.plain)
        let mine = try #require(try desk.book.offers(for: query(nodes(5)), now: noon).first)
        let yours = try #require(try desk.book.offers(for: query(nodes(5)), now: noon).first)
        _ = try desk.request(mine.order, token: mine.planToken)
        #expect(desk.refusal(of: yours.order, token: yours.planToken)?.code == .planOvertaken)
    }

    @Test("a changed contract or site makes another price, so the offer is refused and says what changed")
    func priceChanged() throws {
        var desk = JournalledBook(Fleets.plain)
        var terms = ContractTerms()
        terms.pricePerGPUHourMicros = 1_000_000
        try desk.execute(.putContract(name: "c", terms: terms))
        let offer = try #require(try desk.book.offers(for: query(nodes(2), contract: "c"), now: noon).first)
        var dearer = desk
        terms.pricePerGPUHourMicros = 2_000_000
        try dearer.execute(.putContract(name: "c", terms: terms))
        let refusal = dearer.refusal(of: offer.order, token: offer.planToken)
        #expect(refusal?.code == .planOvertaken)
        #expect(refusal?.detail.contains("384000000 micro-dollars and is 768000000 micro-dollars") == true)
        // What is not a price may change.
        var described = desk
        terms.pricePerGPUHourMicros = 1_000_000
        terms.description = "another text"
        try described.execute(.putContract(name: "c", terms: terms))
        try expectTaken(offer, described)
        var greener = desk
        let text = Fleets.text().replacing("carbonGramsPerKWh: 400", with: "carbonGramsPerKWh: 300")
        try greener.execute(.adoptFleet(Fleets.parse(text)))
        #expect(
            greener.refusal(of: offer.order, token: offer.planToken)?.detail.contains("carbon dioxide was") == true)
        var weaker = desk
        let less = Fleets.text().replacing("reliabilityPercent: 99.9", with: "reliabilityPercent: 99")
        try weaker.execute(.adoptFleet(Fleets.parse(less)))
        let words = "the reliability of its supply was 9990 hundredths of a percent and is 9900 hundredths of a percent"
        #expect(weaker.refusal(of: offer.order, token: offer.planToken)?.detail.contains(words) == true)
    }

    @Test("forged and spoilt offers, and offers with another request, are refused")
    func forged() throws {
        var desk = JournalledBook(Fleets.plain)
        let offer = try #require(try desk.book.offers(for: query(nodes(2)), now: noon).first)
        var random = SeededGenerator(seed: 7)
        for _ in 0..<200 {
            let spoilt = Spoiler.spoil(offer.planToken, &random)
            guard spoilt != offer.planToken else { continue }
            #expect(desk.refusal(of: offer.order, token: spoilt)?.code == .invalid)
        }
        var longer = offer.order
        longer.durationSeconds = 2 * day
        #expect(desk.refusal(of: longer, token: offer.planToken)?.code == .invalid)
        // The plan inside is no way around the expiry.
        let inner = try #require(try desk.book.offerTerms(of: offer.planToken)).plan
        #expect(desk.refusal(of: offer.order, token: inner)?.code == .invalid)
        #expect(desk.refusal(of: offer.order, token: Array(offer.planToken.dropFirst(8)))?.code == .invalid)
    }

    // MARK: Ranges

    @Test("the earliest start in a range is offered, and none outside it")
    func flexibleStart() throws {
        var desk = JournalledBook(Fleets.plain)
        _ = try desk.request(order(.node, 5, tenant: "bob", until: noon + 10 * day))
        let free = noon + 10 * day + 1_800
        let wide = query(nodes(6), start: .within(noon...noon + 20 * day))
        let offer = try #require(try desk.book.offers(for: wide, now: noon).first)
        #expect(offer.order.start == free && offer.lease.start == free && offer.expires == noon + 900)
        try expectTaken(offer, desk)
        let narrow = query(nodes(6), start: .within(noon...free - 1))
        #expect(throws: Refusal.self) { try desk.book.offers(for: narrow, now: noon) }
        let now = query(nodes(3), start: .within(noon - day...noon + day))
        #expect(try desk.book.offers(for: now, now: noon).first?.order.start == nil)
    }

    @Test("a start waits for the tenant's own leases where the quota is in the way")
    func quota() throws {
        var desk = JournalledBook(Fleets.plain)
        try desk.execute(.putTenant(name: "ada", quota: Quota(gpus: 24), description: ""))
        _ = try desk.request(order(.node, 2, until: noon + 3 * day))
        let wide = query(nodes(2), start: .within(noon...noon + 20 * day))
        let offer = try #require(try desk.book.offers(for: wide, now: noon).first)
        #expect(offer.lease.start == noon + 3 * day)
        #expect(
            throws: Refusal(
                .quotaExceeded,
                "tenant ada may hold 24 GPUs and holds up to 16 in this window; 16 more are too many")
        ) { try desk.book.offers(for: query(nodes(2)), now: noon) }
    }

    @Test("the longest window that fits is offered")
    func flexibleLength() throws {
        var desk = JournalledBook(Fleets.plain)
        _ = try desk.request(order(.node, 6, tenant: "bob", from: noon + 50 * hour, until: noon + 10 * day))
        let range = query(nodes(4), length: .seconds(day...5 * day))
        let offer = try #require(try desk.book.offers(for: range, now: noon).first)
        // 30 minutes of turn-round before bob's: 49 whole hours.
        #expect(offer.order.durationSeconds == 49 * hour)
        try expectTaken(offer, desk)
        let free = query(nodes(2), length: .seconds(day...5 * day))
        #expect(try desk.book.offers(for: free, now: noon).first?.order.durationSeconds == 5 * day)
    }

    @Test("the highest cap that fits is offered")
    func flexibleCap() throws {
        // 40,000 − 8 × 1,900 leaves 24,800 W for four nodes: 6,200 W each over idle, so (6,200 + 1,900 − 4,600) / 8.
        let desk = JournalledBook(Fleets.parse(Fleets.text(power: "[{name: feed, rating: 40 kW}]")))
        let offer = try #require(
            try desk.book.offers(for: query(nodes(4), caps: .watts(300...700)), now: noon).first)
        #expect(offer.order.cap == .watts(437))
        try expectTaken(offer, desk)
        #expect(throws: Refusal.self) {
            try desk.book.offers(for: query(nodes(4), caps: .watts(438...700)), now: noon)
        }
        let percent = try desk.book.offers(for: query(nodes(4), caps: .percent(1...100)), now: noon)
        #expect(percent.first?.order.cap == .percent(62))
    }

    @Test("another shape is offered where the first one does not fit, and the first one where it does")
    func flexibleShape() throws {
        var desk = JournalledBook(Fleets.plain)
        let shapes = query(nodes(1, .rack), nodes(4))
        #expect(try desk.book.offers(for: shapes, now: noon).map(\.lease.lines[0].shape) == [.rack])
        for rack in [0, 4] { try desk.set(.cordon, rack) }
        let offers = try desk.book.offers(for: shapes, now: noon)
        #expect(offers.map(\.lease.lines[0].shape) == [.node] && offers[0].objectives.count == 3)
        try expectTaken(offers[0], desk)
    }

    // MARK: Objectives

    private func twoSites(eastPrice: Int = 50, eastReliability: String = "99.9") -> Fleet {
        let halls = "[{name: h1, blocks: [{name: b1, platform: hgx-h100, racks: 2, nodesPerRack: 4}]}]"
        let west = Fleets.site(
            "west", halls: halls, power: "[{name: west-feed, rating: 1 MW}]",
            turnRound: "{cleaning: 0s, validating: 0s, endsBy: timer}")
        let text = Fleets.text(more: west).replacing("energyPricePerMWh: 50", with: "energyPricePerMWh: \(eastPrice)")
        return Fleets.parse(
            text.replacing("reliabilityPercent: 99.9\n", with: "reliabilityPercent: \(eastReliability)\n"))
    }

    @Test("the cheapest site follows from energy price, carbon and reliability")
    func cheapest() throws {
        func site(_ fleet: Fleet, carbon: MicroDollars) throws -> [String]? {
            let book = JournalledBook(fleet).book
            let asked = query(nodes(2), objectives: [.cheapest], carbon: carbon)
            return try book.offers(for: asked, now: noon).first?.order.sites
        }
        // East: 50 × 1.2 × 1.05 for 63, west: 60 × 1.3 × 1.04 for 81.12 of a MWh at the racks.
        #expect(try site(twoSites(), carbon: 0) == ["east"])
        #expect(try site(twoSites(eastPrice: 65), carbon: 0) == ["west"])
        // Carbon: 400 g and 100 g; at 190 dollars a ton 76 and 19 dollars a MWh more.
        #expect(try site(twoSites(), carbon: 190_000_000) == ["west"])
        // 63 / 0.777 = 81.08 and 63 / 0.77 = 81.82; west's 81.12 / 0.995 = 81.53.
        #expect(try site(twoSites(eastReliability: "77.7"), carbon: 0) == ["east"])
        #expect(try site(twoSites(eastReliability: "77"), carbon: 0) == ["west"])
    }

    @Test("the best packing breaks what is broken, at a later start too")
    func bestPacking() throws {
        let halls =
            "[{name: h1, blocks: [{name: \"b[1-2]\", platform: hgx-h100, racks: 1, nodesPerRack: 4}]}]"
        var desk = JournalledBook(Fleets.parse(Fleets.text(halls: halls)))
        // Block 1 is whole now; from the tenth day on half of it is taken, and half of block 2 until the ninth.
        _ = try desk.request(pinned(0..<2, tenant: "bob", from: noon + 10 * day, until: noon + 30 * day))
        _ = try desk.request(pinned(4..<7, tenant: "bob", from: noon, until: noon + 9 * day))
        let asked = query(
            nodes(2), start: .within(noon...noon + 16 * day), objectives: [.earliest, .bestPacking])
        let offers = try desk.book.offers(for: asked, now: noon)
        #expect(offers.map(\.objectives) == [[.earliest], [.bestPacking]])
        #expect(offers[0].order.start == nil && offers[0].packing.wholeBlocksTaken == 1)
        #expect(try #require(offers[1].order.start) >= noon + 10 * day && offers[1].packing.wholeBlocksTaken == 0)
        for offer in offers { try expectTaken(offer, desk) }
    }

    private func pinned(_ nodes: Range<Int>, tenant: String, from start: Int64, until end: Int64) -> LeaseOrder {
        var result = order(.node, nodes.count, tenant: tenant, from: start, until: end)
        result.lines[0].pins = [IDRange(first: UInt32(nodes.lowerBound), count: UInt32(nodes.count))]
        return result
    }

    // MARK: Sizes of units

    @Test("units of a line have one number of GPUs, or several where the models differ")
    func unitSizes() {
        let fleet = Fleets.parse(
            Fleets.text(
                halls: "[{name: h1, blocks: [{name: b1, platform: hgx-h100, racks: 2, nodesPerRack: 4}], "
                    + "racks: [{name: r1, platform: gb200-nvl72}]}]"))
        let book = JournalledBook(fleet).book
        #expect(book.gpuCounts(ofUnitsOf: nodes(1)[0], sites: []) == [4, 8])
        #expect(book.gpuCounts(ofUnitsOf: nodes(1, models: ["H100"])[0], sites: []) == [8])
        #expect(book.gpuCounts(ofUnitsOf: nodes(1, .block)[0], sites: []) == [64])
        #expect(book.gpuCounts(ofUnitsOf: nodes(1, .nvl72)[0], sites: []) == [72])
        #expect(book.gpuCounts(ofUnitsOf: nodes(1, .rack)[0], sites: []) == [32])
        #expect(book.models(ofUnitsOf: nodes(1, .nvl72)[0], sites: []) == ["GB200"])
        #expect(book.gpuCounts(ofUnitsOf: nodes(1)[0], sites: ["nowhere"]) == [])
    }
}
