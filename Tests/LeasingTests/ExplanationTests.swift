// Why a request does not fit, what would, and what a tenant may be told.

import FleetModel
import Foundation
import Packing
import Testing

@testable import Leasing

@Suite("Explanations")
struct ExplanationTests {
    /// Every counter-offer must be granted exactly as it stands, token and all.
    private func expectTakeable(_ explanation: Explanation, _ book: JournalledBook) throws {
        for offer in explanation.counterOffers {
            var copy = book.book
            let context = CommandContext(
                actor: Actor(name: "test", role: "operator"), reason: "", requestID: "", now: copy.time)
            let (_, outcome) = try copy.execute(
                .requestLeases([offer.order], planTokens: [offer.planToken]), context)
            #expect(outcome.leases.count == 1, "\(offer.message)")
        }
    }

    @Test("a request for more nodes than are free names the lease in the way and offers the most that fits")
    func mostNow() throws {
        var book = JournalledBook(Fleets.plain)
        _ = try book.request(order(.node, 3, tenant: "bob", until: noon + day))
        let request = order(.node, 6, until: noon + day)
        let explanation = book.book.explain(request, to: .provider, now: noon)
        #expect(explanation.obstacles.contains { $0.kind == .booking && $0.message.contains("bob") })
        let most = try #require(explanation.counterOffers.first { $0.kind == .mostNow })
        #expect(most.order.lines[0].count == 5)
        let later = try #require(explanation.counterOffers.first { $0.kind == .earliestStart })
        #expect(later.order.start == noon + day + 1_800)
        try expectTakeable(explanation, book)
    }

    @Test("of leases in the way the largest are named, and of as large ones the first")
    func largestFirst() throws {
        var book = JournalledBook(Fleets.plain)
        let leases = try [1, 1, 1, 1, 2, 1, 1].map {
            try book.request(order(.node, $0, tenant: "bob", until: noon + day))
        }
        let explanation = book.book.explain(order(.node, 2, until: noon + day), to: .provider, now: noon)
        let named = explanation.obstacles.filter { $0.kind == .booking }.map(\.name)
        #expect(named == [4, 0, 1, 2, 3].map { book.book.naming.id(of: leases[$0].number) })
    }

    @Test("a tenant is told of other commitments without names, times or counts")
    func audience() throws {
        var book = JournalledBook(Fleets.plain)
        let lease = try book.request(order(.node, 3, tenant: "bob", until: noon + day))
        let explanation = book.book.explain(order(.node, 6, until: noon + day), to: .tenant("ada"), now: noon)
        let text = explanation.obstacles.map { "\($0.name) \($0.message) \($0.from ?? 0) \($0.until ?? 0)" }.joined()
        #expect(text.contains("other commitments"))
        #expect(!text.contains("bob"))
        #expect(!text.contains(book.book.naming.id(of: lease.number)))
        #expect(!text.contains("\(noon)"))
    }

    @Test("a request short of watts names the budget and offers a lower cap that fits exactly")
    func lowerCap() throws {
        // Eight nodes idle at 1,900 W; one more at 700 W a GPU adds 8,300 W.
        let fleet = Fleets.parse(Fleets.text(power: "[{name: feed, rating: 40 kW}]"))
        let book = JournalledBook(fleet)
        let explanation = book.book.explain(order(.node, 4, until: noon + day), to: .provider, now: noon)
        #expect(explanation.obstacles.contains { $0.kind == .budget && $0.name == "feed" })
        let lower = try #require(explanation.counterOffers.first { $0.kind == .lowerCap })
        // 40,000 − 8 × 1,900 leaves 24,800 W for four nodes: 6,200 W each over idle, so (6,200 + 1,900 − 4,600) / 8.
        #expect(lower.order.cap == .watts(437))
        try expectTakeable(explanation, book)
    }

    @Test("a request over quota offers what the quota leaves")
    func quota() throws {
        var book = JournalledBook(Fleets.plain)
        _ = try book.execute(.putTenant(name: "ada", quota: Quota(gpus: 24), description: ""))
        let explanation = book.book.explain(order(.node, 6, until: noon + day), to: .tenant("ada"), now: noon)
        #expect(explanation.obstacles.map(\.kind) == [.quota])
        #expect(explanation.counterOffers.first?.order.lines[0].count == 3)
        try expectTakeable(explanation, book)
    }

    @Test("a request over quota for which there is no room either names the quota first and offers what it leaves")
    func quotaBeyondRoom() throws {
        var book = JournalledBook(Fleets.plain)
        _ = try book.request(order(.node, 3, tenant: "bob", until: noon + day))
        _ = try book.execute(.putTenant(name: "ada", quota: Quota(gpus: 24), description: ""))
        _ = try book.request(order(.node, 1, until: noon + day))
        let explanation = book.book.explain(order(.node, 6, until: noon + day), to: .tenant("ada"), now: noon)
        #expect(explanation.obstacles.first?.kind == .quota)
        #expect(
            explanation.obstacles.first?.message == "the quota is 24 GPUs, of which 16 are left in this window")
        #expect(explanation.obstacles.contains { $0.kind == .booking })
        let most = try #require(explanation.counterOffers.first { $0.kind == .mostNow })
        #expect(most.order.lines[0].count == 2)
        try expectTakeable(explanation, book)
        // Five nodes are free, and 40 GPUs would be too many; within the quota only the bookings are in the way.
        _ = try book.execute(.putTenant(name: "ada", quota: Quota(gpus: 64), description: ""))
        let within = book.book.explain(order(.node, 6, until: noon + day), to: .tenant("ada"), now: noon)
        #expect(!within.obstacles.contains { $0.kind == .quota })
    }

    @Test("a ramp whose step is over quota names it beside the bookings in its way")
    func quotaOfRamp() throws {
        var book = JournalledBook(Fleets.plain)
        _ = try book.request(order(.node, 4, tenant: "bob", until: noon + day))
        _ = try book.execute(.putTenant(name: "ada", quota: Quota(gpus: 24), description: ""))
        var ramp = order(.node, 1, until: noon + day)
        ramp.lines[0].ramp = [RampStep(at: noon + hour, count: 6)]
        let explanation = book.book.explain(ramp, to: .provider, now: noon)
        // The first step holds eight of the 24 GPUs by then.
        #expect(explanation.obstacles.first?.message == "the quota is 24 GPUs, of which 16 are left in this window")
        #expect(explanation.obstacles.contains { $0.kind == .booking })
    }

    @Test("a unit larger than what the quota leaves is offered as smaller ones within it")
    func quotaBelowOneUnit() throws {
        var book = JournalledBook(Fleets.plain)
        _ = try book.execute(.putTenant(name: "ada", quota: Quota(gpus: 12), description: ""))
        let explanation = book.book.explain(order(.rack, 2, until: noon + day), to: .tenant("ada"), now: noon)
        let most = try #require(explanation.counterOffers.first { $0.kind == .mostNow })
        #expect(most.order.lines[0].shape == .node && most.order.lines[0].count == 1)
        #expect(most.message == "the most that the quota allows now: 1 × node")
        try expectTakeable(explanation, book)
    }

    @Test("when nothing of a kind is left, another kind is offered")
    func another() throws {
        let fleet = Fleets.parse(
            Fleets.text(
                halls: "[{name: h1, blocks: [{name: b1, platform: hgx-h100, racks: 1, nodesPerRack: 2}], "
                    + "racks: [{name: r1, platform: gb200-nvl72}]}]"))
        var book = JournalledBook(fleet)
        _ = try book.request(order(.node, 2, tenant: "bob", until: noon + day, models: ["H100"]))
        let request = order(.node, 1, until: noon + day, models: ["H100"])
        let explanation = book.book.explain(request, to: .provider, now: noon)
        let now = try #require(explanation.counterOffers.first { $0.order.start == nil })
        #expect(now.order.lines[0].models == [])
        try expectTakeable(explanation, book)
    }

    @Test("the whole of the 300 MW site fits at 66 percent, and 67 breaks its meter")
    func highestCap() throws {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        let fleet = try FleetFile.load(
            path: root.appendingPathComponent("config/fleets/colossus.yaml").path, catalogue: Fleets.catalogue)
        let book = JournalledBook(fleet)
        let power = PlacementShape.power(meterWatts: 300_000_000, wholeSites: false)
        let request = order(
            power, until: noon + day, models: ["H100", "H200", "GB200"], sites: ["memphis-1"])
        let found = try #require(book.book.highestCap(for: request, now: noon))
        #expect(found.percent == 66)
        var more = found.order
        more.cap = .percent(67)
        let explanation = book.book.explain(more, to: .provider, now: noon)
        #expect(explanation.obstacles.contains { $0.kind == .budget && $0.name == "memphis-1-meter" })
        // 25,024 × (4,600 + 8 × 469) + 5,184 × (1,867 + 4 × 804) + 288 × 12,000 W, × 1.05 × 1.20.
        #expect(explanation.obstacles.contains { $0.message.contains("300.9 MW") })
        let lease = try book.book.plan(found.order, now: noon).lease
        #expect(lease.promised == Capacity(gpus: 220_928, watts: 237_156_544))
        #expect(lease.meterWatts == 298_817_246)
    }

    @Test("budgets of one kind and parent are one blocker, with a count, the first names and when")
    func foldedBudgets() throws {
        let fleet = Fleets.parse(
            Fleets.text(
                halls: "[{name: h1, blocks: [{name: b1, platform: hgx-h100, racks: 6, nodesPerRack: 4}]}]",
                power: "[{name: feed, rating: 1 MW, each: [{level: rack, suffix: pdu, rating: 20 kW}]}]"))
        let book = JournalledBook(fleet)
        let request = order(.node, 24, until: noon + day)
        let explanation = book.book.explain(request, to: .provider, now: noon)
        let budgets = explanation.obstacles.filter { $0.kind == .budget }
        #expect(budgets.count == 1)
        let folded = try #require(budgets.first)
        #expect(folded.message.hasPrefix("6 budgets under feed have too little left, at the tightest"))
        #expect(folded.name.hasSuffix(" and 3 more") && folded.name.split(separator: ",").count == 3)
        #expect(folded.from == noon && folded.until == noon + day + 1_800)
        // A tenant is told one line for each kind.
        let told = book.book.explain(request, to: .tenant("ada"), now: noon).obstacles.filter { $0.kind == .budget }
        #expect(told.map(\.message) == ["other commitments leave too little power"])
        try expectTakeable(explanation, book)
    }

    @Test(
        "a rack whose own limit is below what it draws uncapped is refused with both, and offered at the highest lower cap"
    )
    func neverFits() throws {
        let fleet = Fleets.parse(
            Fleets.text(
                halls: Fleets.nvl72,
                power: "[{name: feed, rating: 1 MW, each: [{level: rack, suffix: pdu, rating: 100 kW}]}]"))
        let book = JournalledBook(fleet)
        let platform = fleet.platforms[0]
        let (power, trays) = (platform.power, Watts(18))
        let drawn = trays * platform.nodeWatts(leasedGPUs: 4, capWatts: power.capWattsMax) + power.rackOverheadWatts
        try #require(drawn > 100_000)
        var request = order(.nvl72, 1, until: noon + day)
        request.cap = .percent(100)
        let told = book.book.explain(request, to: .provider, now: noon)
        let words =
            "one nvl72 at 100 % of each model's maximum never fits: with all else idle it comes to "
            + "\(WattsText.short(drawn)), and the limit is 100 kW"
        let budget = try #require(told.obstacles.first { $0.kind == .budget })
        #expect(budget.message.hasSuffix("kW are left of 100.0 kW; " + words), "\(budget.message)")
        let lower = try #require(told.counterOffers.first { $0.kind == .lowerCap })
        guard case .percent(let percent) = lower.order.cap else {
            Issue.record("the cap stays in percent")
            return
        }
        func fits(_ percent: Int) -> Bool {
            trays * platform.nodeWatts(leasedGPUs: 4, capWatts: power.capWatts(percent: percent))
                + power.rackOverheadWatts <= 100_000
        }
        #expect(fits(percent) && !fits(percent + 1))
        try expectTakeable(told, book)
        // No other tenant has anything to do with it, and the tenant is told so.
        let tenant = book.book.explain(request, to: .tenant("ada"), now: noon).obstacles
        #expect(tenant.map(\.message) == [words])
    }

    @Test("what does not fit beside others is told with what it needs")
    func needed() throws {
        // Eight nodes idle at 1,900 W leave 24.8 kW; one more at 700 W a GPU adds 8,300 W.
        let fleet = Fleets.parse(Fleets.text(power: "[{name: feed, rating: 40 kW}]"))
        let book = JournalledBook(fleet)
        let told = book.book.explain(order(.node, 4, until: noon + day), to: .provider, now: noon)
        #expect(
            told.obstacles.first { $0.kind == .budget }?.message
                == "only 24.8 kW are left of 40.0 kW; 4 × node at 700 W for each GPU needs 33.2 kW more than idle")
    }

    @Test("racks that are free as a whole are no fragments, however few they are")
    func noFragments() throws {
        var book = JournalledBook(Fleets.plain)
        _ = try book.request(order(.rack, 1, tenant: "bob", until: noon + day))
        let told = book.book.explain(order(.rack, 2, until: noon + day), to: .provider, now: noon).obstacles
        #expect(told.map(\.kind) == [.booking])
        // A single node of the other rack is leased: three are free beside it.
        _ = try book.request(order(.node, 1, tenant: "bob", until: noon + day))
        let broken = book.book.explain(order(.rack, 2, until: noon + day), to: .provider, now: noon).obstacles
        #expect(broken.contains { $0.kind == .fragmentation })
    }

    @Test("closed nodes and fragments are in the way over a window")
    func windows() throws {
        var book = JournalledBook(Fleets.plain)
        _ = try book.execute(.setNodes(.cordon, nodes: [0..<1], until: noon + hour))
        let explanation = book.book.explain(order(.rack, 2, until: noon + day), to: .provider, now: noon)
        let hardware = try #require(explanation.obstacles.first { $0.kind == .hardware })
        #expect(hardware.from == noon && hardware.until == noon + hour)
        let fragments = try #require(explanation.obstacles.first { $0.kind == .fragmentation })
        #expect(fragments.from == noon && fragments.until == noon + day)
        _ = try book.execute(.setNodes(.cordon, nodes: [1..<2], until: nil))
        let endless = book.book.explain(order(.rack, 2, until: noon + day), to: .provider, now: noon)
        #expect(endless.obstacles.first { $0.kind == .hardware }?.until == nil)
    }

    @Test("where watts are always short, and hardware is now, a later start is offered at the highest cap that fits")
    func laterAtALowerCap() throws {
        var book = JournalledBook(Fleets.parse(Fleets.text(power: "[{name: feed, rating: 80 kW}]")))
        _ = try book.request(order(.node, 8, tenant: "bob", until: noon + 2 * hour, cap: .watts(400)))
        var wanted = order(.node, 8, until: noon + day)
        let explanation = book.book.explain(wanted, to: .provider, now: noon)
        try expectTakeable(explanation, book)
        let later = try #require(explanation.counterOffers.first { $0.kind == .earliestStart }).order
        #expect(later.start == noon + 2 * hour + 1_800)
        (wanted.start, wanted.end) = (later.start, later.end)
        let highest = (200...700 as ClosedRange<Int64>).last { cap in
            wanted.cap = .watts(cap)
            return book.book.fits(wanted, now: noon)
        }
        let cap = try #require(highest)
        #expect(later.cap == .watts(cap) && cap < 700)
    }

    /// Three blocks of two racks in two halls.
    private static let blocks = Fleets.parse(
        Fleets.text(
            halls: "[{name: h1, blocks: [{name: \"b[1-2]\", platform: hgx-h100, racks: 2, nodesPerRack: 4}]}, "
                + "{name: h2, blocks: [{name: b1, platform: hgx-h100, racks: 2, nodesPerRack: 4}]}]"))

    /// The counter-offer of smaller domains when a node of each of some racks is leased.
    private func smaller(_ request: LeaseOrder, brokenRacks: [Int]) throws -> LeaseLine? {
        var book = JournalledBook(Self.blocks)
        for rack in brokenRacks {
            var one = order(.node, 1, tenant: "bob", until: noon + 30 * day)
            one.lines[0].pins = [IDRange(first: UInt32(4 * rack), count: 1)]
            _ = try book.request(one)
        }
        let explanation = book.book.explain(request, to: .provider, now: noon)
        try expectTakeable(explanation, book)
        return explanation.counterOffers.first { $0.kind == .smallerDomains }?.order.lines[0]
    }

    @Test("blocks become racks, racks nodes, and what must lie together spreads level by level")
    func smallerDomains() throws {
        let month = noon + 20 * day
        // A rack of each block is broken: two blocks are as many GPUs as four racks, of which three are whole.
        let racks = try smaller(order(.block, 1, until: month), brokenRacks: [0, 3, 4])
        #expect(racks?.shape == .rack && racks?.count == 2 && racks?.within == .hall && racks?.models == ["H100"])
        let apart = try smaller(order(.block, 1, until: month), brokenRacks: [0, 1, 2, 4])
        #expect(apart?.shape == .rack && apart?.count == 2 && apart?.within == .site)
        let nodes = try smaller(order(.block, 1, until: month), brokenRacks: [0, 1, 2, 3, 4])
        #expect(nodes?.shape == .node && nodes?.count == 8 && nodes?.within == .hall)
        let node = try smaller(order(.rack, 1, until: month), brokenRacks: [0, 1, 2, 3, 4, 5])
        #expect(node?.shape == .node && node?.count == 4 && node?.within == .block)
        let within = try smaller(order(.node, 4, until: month, within: .rack), brokenRacks: [0, 1, 2, 3, 4, 5])
        #expect(within?.shape == .node && within?.count == 4 && within?.within == .block)
        // Blocks of one hall become racks as well, and not blocks of several halls.
        let halls = try smaller(order(.block, 2, until: month, within: .hall), brokenRacks: [0])
        #expect(halls?.shape == .rack && halls?.count == 4 && halls?.within == .site)
        // Where too little is free in all, nothing smaller helps.
        #expect(try smaller(order(.block, 3, until: month), brokenRacks: [0]) == nil)
    }

    @Test("the highest lower cap is found exactly on a fleet of several models and budgets")
    func highestLowerCap() throws {
        let fleet = Fleets.parse(
            Fleets.text(
                halls: "[{name: h1, blocks: [{name: b1, platform: hgx-h100, racks: 2, nodesPerRack: 4}], "
                    + "racks: [{name: r1, platform: gb200-nvl72}]}]",
                power: "[{name: feed, rating: 130 kW, each: [{level: rack, platform: hgx-h100, suffix: pdu, "
                    + "rating: 33 kW}]}]"))
        let book = JournalledBook(fleet).book
        var request = order(.node, 20, until: noon + day, cap: .percent(100))
        for (shape, count) in [(PlacementShape.node, 20), (.node, 8), (.gpus(8), 7), (.gpus(2), 30)] {
            request.lines[0].shape = shape
            request.lines[0].count = count
            guard !book.fits(request, now: noon) else { continue }
            let found = book.underLowerCap(request, now: noon)
            // What trying every cap says.
            let highest = (1...99).last { percent in
                request.cap = .percent(percent)
                return book.fits(request, now: noon)
            }
            request.cap = .percent(100)
            #expect(found?.order.cap == highest.map { .percent($0) }, "\(count) × \(shape)")
            #expect(highest != nil)
        }
    }
}
