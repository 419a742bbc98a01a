// The loss of feeds: what another one carries stays up, the rest is dark and comes back.

import FleetModel
import Packing
import Testing

@testable import Leasing

@Suite struct FeedTests {
    /// Two racks of four nodes, each on feeds `a` and `b` with a breaker of its own in each.
    private static let twice = Fleets.parse(
        Fleets.text(
            power: "[{name: meter, rating: 1 MW, children: [\(feed("a")), \(feed("b"))], sources: [\(sources)]}]"))

    private static func feed(_ name: String) -> String {
        "{name: \(name), rating: 1 MW, each: [{level: rack, suffix: f\(name), rating: 100 kW}]}"
    }

    private static let sources =
        "{name: grid, kind: grid, power: 300 kW}, {name: gas, kind: turbine, power: 200 kW}, "
        + "{name: diesel, kind: turbine, power: 100 kW, permitHoursPerYear: 50}, "
        + "{name: pack, kind: battery, power: 150 kW, energy: 1 MWh}"

    private func health(_ desk: JournalledBook) -> [NodeHealth] {
        desk.book.fleet.rackOfNode.indices.map { desk.book.packing.health(of: NodeIndex($0)) }
    }

    private func racks(_ name: String, _ desk: JournalledBook) -> [Int] {
        let racks = desk.book.racks(below: desk.book.fleet.budget(named: name)!)
        return [racks.carried, racks.dark]
    }

    @Test("Of two feeds one can fail: nothing goes dark and nothing is committed otherwise")
    func redundant() throws {
        var desk = JournalledBook(Self.twice)
        let lease = try desk.request(order(.node, 8, until: noon + day))
        let before = desk.book.packing.committedSteps(of: BudgetIndex(0), from: noon, until: .max)
        let outcome = try desk.execute(.failFeed("a", source: nil))
        #expect(outcome.nodeCount == 0 && desk.lastFacts.count == 1)
        #expect(racks("a", desk) == [2, 0] && racks("b", desk) == [2, 0])
        #expect(desk.lease(lease.number).conditions.isEmpty && health(desk).allSatisfy { $0 == .open })
        #expect(desk.book.packing.committedSteps(of: BudgetIndex(0), from: noon, until: .max) == before)
        try desk.execute(.restoreFeed("a", source: nil))
        #expect(desk.book.feedFailures.isEmpty)
    }

    @Test("When the second fails too all of it is dark, and what one of them restores is validated and comes back")
    func both() throws {
        var desk = JournalledBook(Self.twice)
        let lease = try desk.request(order(.node, 8, until: noon + day))
        try desk.execute(.failFeed("a", source: nil))
        let outcome = try desk.execute(.failFeed("b", source: nil))
        #expect(outcome.nodeCount == 8 && outcome.degraded == [lease.number] && racks("b", desk) == [0, 2])
        #expect(health(desk).allSatisfy { $0 == .faulty })
        #expect(desk.book.note(on: NodeIndex(3))?.reason == "b has failed: test")
        #expect(desk.lease(lease.number).delivered(in: desk.book.fleet).gpus == 0)
        let refusal = desk.refusal(of: .setNodes(.repair, nodes: [0..<1], until: nil))
        #expect(refusal?.code == .wrongState && refusal?.detail.contains("dark") == true, "\(refusal as Any)")
        // It was b that made them dark; a brings them back as well.
        let restored = try desk.execute(.restoreFeed("a", source: nil))
        #expect(restored.nodeCount == 8 && health(desk).allSatisfy { $0 == .validating })
        desk.advance(to: noon + 1_200)
        #expect(health(desk).allSatisfy { $0 == .open } && desk.lease(lease.number).conditions.isEmpty)
        #expect(try desk.execute(.restoreFeed("b", source: nil)).nodeCount == 0)
    }

    @Test("A breaker in one feed and the whole of the other leave exactly one rack dark")
    func breaker() throws {
        var desk = JournalledBook(Self.twice)
        try desk.execute(.failFeed("east-h1-b1-r1-fa", source: nil))
        #expect(racks("east-h1-b1-r1-fa", desk) == [1, 0])
        let outcome = try desk.execute(.failFeed("b", source: nil))
        #expect(outcome.nodeCount == 4 && racks("b", desk) == [1, 1])
        #expect(
            health(desk).prefix(4).allSatisfy { $0 == .faulty } && health(desk).suffix(4).allSatisfy { $0 == .open })
        // The root above both is no third feed.
        #expect(try desk.execute(.failFeed("meter", source: nil)).nodeCount == 4)
        #expect(health(desk).allSatisfy { $0 == .faulty })
        #expect(try desk.execute(.restoreFeed("b", source: nil)).nodeCount == 0)
        #expect(try desk.execute(.restoreFeed("meter", source: nil)).nodeCount == 8)
    }

    @Test("A node that had failed before stays faulty, and a drain that it was in comes back")
    func failedBefore() throws {
        var desk = JournalledBook(Fleets.plain)
        try desk.set(.fault, 1)
        try desk.set(.drain, 2)
        #expect(try desk.execute(.failFeed("feed", source: nil)).nodeCount == 7)
        desk.advance(to: noon + hour)
        #expect(try desk.execute(.restoreFeed("feed", source: nil)).nodeCount == 7)
        desk.advance(to: noon + 2 * hour)
        #expect(health(desk)[..<4] == [.open, .faulty, .draining, .open])
        try desk.set(.repair, 1)
    }

    @Test("Cooling counts like power: a rack without it is dark")
    func cooling() throws {
        let text =
            Fleets.text()
            + "    cooling: [{name: loop, rating: 1 MW, each: [{level: rack, suffix: cdu, rating: 1 MW}]}]\n"
        var desk = JournalledBook(Fleets.parse(text))
        #expect(try desk.execute(.failFeed("east-h1-b1-r2-cdu", source: nil)).nodeCount == 4)
        #expect(health(desk).suffix(4).allSatisfy { $0 == .faulty } && health(desk)[0] == .open)
        #expect(try desk.execute(.failFeed("loop", source: nil)).nodeCount == 4)
    }

    @Test("A lease moves to what still has a feed")
    func replaced() throws {
        var desk = JournalledBook(Self.twice)
        let lease = try desk.request(order(.node, 2, until: noon + day, within: .block))
        #expect(lease.nodesInUse.allSatisfy { $0 < 4 })
        try desk.execute(.failFeed("east-h1-b1-r1-fa", source: nil))
        let outcome = try desk.execute(.failFeed("east-h1-b1-r1-fb", source: nil))
        #expect(outcome.replacements.count == 2 && outcome.degraded.isEmpty)
        #expect(desk.lease(lease.number).nodesInUse.allSatisfy { $0 >= 4 })
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("What is left of a root's firm sources is its grid and the turbines that no permit limits")
    func firmSources() throws {
        var desk = JournalledBook(Self.twice)
        let meter = desk.book.fleet.budget(named: "meter")!
        #expect(desk.book.firmWatts(ofRoot: meter) == 500_000)
        try desk.execute(.failFeed("meter", source: "grid"))
        #expect(desk.book.firmWatts(ofRoot: meter) == 200_000 && health(desk).allSatisfy { $0 == .open })
        try desk.execute(.failFeed("meter", source: "pack"))
        #expect(desk.book.firmWatts(ofRoot: meter) == 200_000)
        #expect(desk.book.feedFailures.map(\.source) == ["grid", "pack"])
        try desk.execute(.restoreFeed("meter", source: "grid"))
        #expect(desk.book.firmWatts(ofRoot: meter) == 500_000)
    }

    @Test("What is not there, has failed already or has not failed is refused")
    func unsound() throws {
        var desk = JournalledBook(Self.twice)
        #expect(desk.refusal(of: .failFeed("x", source: nil))?.code == .notFound)
        let source = desk.refusal(of: .failFeed("meter", source: "coal"))
        #expect(source?.code == .notFound && source?.detail.contains("grid, gas, diesel, pack") == true)
        #expect(desk.refusal(of: .failFeed("a", source: "grid"))?.code == .notFound)
        #expect(desk.refusal(of: .restoreFeed("a", source: nil))?.code == .wrongState)
        try desk.execute(.failFeed("a", source: nil))
        #expect(desk.refusal(of: .failFeed("a", source: nil))?.code == .wrongState)
    }

    @Test("Capacity that comes under a failed feed is dark from its first second")
    func adopted() throws {
        func fleet(racks: Int) -> Fleet {
            Fleets.parse(
                Fleets.text(
                    halls: "[{name: h1, blocks: [{name: b1, platform: hgx-h100, racks: \(racks), nodesPerRack: 4}]}]"))
        }
        var desk = JournalledBook(fleet(racks: 1))
        try desk.execute(.failFeed("feed", source: nil))
        try desk.execute(.adoptFleet(fleet(racks: 2)))
        #expect(health(desk).count == 8 && health(desk).allSatisfy { $0 == .faulty })
        #expect(try desk.execute(.restoreFeed("feed", source: nil)).nodeCount == 8)
    }
}
