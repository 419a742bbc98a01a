// Budget trees: chains, feeds, losses and schedules.

import FleetModel
import Testing

@Suite struct BudgetTreeTests {
    @Test(arguments: ["colossus", "small"])
    func `Every chain is ascending, unique, of the rack's site and closed under parents`(name: String) throws {
        let fleet = try FleetFixtures.shipped(name)
        for (rack, chain) in zip(fleet.racks, fleet.budgetChains) {
            guard zip(chain, chain.dropFirst()).allSatisfy({ $0 < $1 }) else {
                Issue.record("a chain of \(fleet.domains[rack.domain.offset].path) is out of order")
                continue
            }
            let members = Set(chain)
            let isClosed = chain.allSatisfy { index in
                let budget = fleet.budgets[index.offset]
                return budget.siteOffset == rack.siteOffset && (budget.parent.map { members.contains($0) } ?? true)
            }
            if !isClosed { Issue.record("a chain of \(fleet.domains[rack.domain.offset].path) lacks a parent") }
        }
        for (offset, budget) in fleet.budgets.enumerated() {
            if let parent = budget.parent { #expect(parent.offset < offset) }
            #expect(!budget.limitSteps.isEmpty)
            #expect(fleet.budget(named: budget.name) == BudgetIndex(offset))
        }
    }

    /// 64 × 1,900 + 36 × 1,000 + 2 × 12,000 = 181,600 W idle.
    @Test func `A rack on two feeds counts in full on both and once above them`() throws {
        let fleet = try FleetFixtures.shipped("small")
        let rack = fleet.rackOfNode[try #require(fleet.node(named: "lab-h1-r2-t05")).offset]
        let names = fleet.budgetChains[rack.offset].map { fleet.budgets[$0.offset].name }
        #expect(names == ["lab-meter", "lab-feed-a", "lab-h1-r2-a", "lab-feed-b", "lab-h1-r2-b", "lab-loop"])
        let demand = FleetDemand(fleet)
        let meter = try #require(fleet.budget(named: "lab-meter"))
        let feedA = try #require(fleet.budget(named: "lab-feed-a"))
        let feedB = try #require(fleet.budget(named: "lab-feed-b"))
        #expect(demand.watts(of: meter, capPercent: 90) == demand.watts(of: feedA, capPercent: 90))
        #expect(demand.watts(of: meter, capPercent: 90) == demand.watts(of: feedB, capPercent: 90))
        #expect(demand.idleFloorWatts(of: meter) == 181_600)
    }

    @Test func `A chain of the default fleet names each level once`() throws {
        let fleet = try FleetFixtures.shipped("colossus")
        let rack = fleet.rackOfNode[try #require(fleet.node(named: "memphis-1-h8-b049-r8-n8")).offset]
        let names = fleet.budgetChains[rack.offset].map { fleet.budgets[$0.offset].name }
        #expect(
            names == [
                "memphis-1-meter", "memphis-1-substation-b", "memphis-1-h8-msb", "memphis-1-h8-b049-pdu",
                "memphis-1-h8-b049-r8-feed", "memphis-1-plant", "memphis-1-h8-loop", "memphis-1-h8-b049-r8-cdu",
            ])
    }

    /// 1,000,003 W at the meter over 1.05 × 1.2 = 1.26 are 793,653.17 W at the rack.
    @Test func `A limit at the meter becomes watts at the rack rounded down`() throws {
        let fleet = try FleetFixtures.parse(
            FleetFixtures.file(power: "[{name: feed, rating: 1000003 W, measuredAt: meter}]"))
        let budget = fleet.budgets[0]
        #expect(budget.rackLimit(at: 0) == 793_653)
        #expect(budget.measuredWatts(rackWatts: 793_653) <= 1_000_003)
        #expect(budget.measuredWatts(rackWatts: 793_654) > 1_000_003)
        let atIT = try FleetFixtures.parse(FleetFixtures.file(power: "[{name: feed, rating: 1 MW, measuredAt: it}]"))
        #expect(atIT.budgets[0].rackLimit(at: 0) == 952_380)
    }

    @Test func `Converting a limit to the rack never gives more than the limit`() throws {
        var generator = SeededGenerator(seed: 11)
        let site = try FleetFixtures.shipped("small").sites[0]
        for _ in 0..<2_000 {
            let rating = Watts.random(in: 1_000...2_000_000_000, using: &generator)
            let point = MeasuringPoint.allCases.randomElement(using: &generator)!
            let budget = BudgetDomain(
                name: "x", kind: .power, parent: nil, siteOffset: 0, measuredAt: point, ratingWatts: rating,
                deratePercent: Int64.random(in: 1...100, using: &generator), schedule: [], site: site, sources: [])
            let limit = budget.rackLimit(at: 0)
            #expect(budget.measuredWatts(rackWatts: limit) <= budget.limit(at: 0))
            #expect(budget.measuredWatts(rackWatts: limit + 1) > budget.limit(at: 0))
        }
    }

    @Test func `The limit in force is the least of derated rating and schedule`() throws {
        let fleet = try FleetFixtures.parse(
            FleetFixtures.file(
                power: """
                    [{name: feed, rating: 1 MW, derate: 80, schedule: [
                          {from: 1970-01-01T00:01:40Z, limit: 500 kW}, {from: "1970-01-01T01:03:20+01:00", limit: 900 kW}]}]
                    """))
        let budget = fleet.budgets[0]
        #expect(budget.limit(at: 99) == 800_000)
        #expect(budget.limit(at: 100) == 500_000)
        #expect(budget.limit(at: 199) == 500_000)
        #expect(budget.limit(at: 200) == 800_000)
    }

    @Test func `A schedule's first step without a time holds from the beginning and leaves no second step there`()
        throws
    {
        let fleet = try FleetFixtures.parse(
            FleetFixtures.file(power: "[{name: feed, rating: 1 MW, schedule: [{limit: 400 kW}]}]"))
        #expect(fleet.budgets[0].limitSteps == [LimitStep(at: .min, watts: 400_000)])
    }

    @Test func `Feeds and rules reach only what they name`() throws {
        let fleet = try FleetFixtures.parse(
            FleetFixtures.file(
                halls: """
                    [{name: "h[1-2]", blocks: [{name: "b[1-2]", platform: hgx-h100, racks: 2, nodesPerRack: 2}],
                            racks: [{name: "r[8-9]", platform: gb200-nvl72}]}]
                    """,
                power: """
                    [{name: root, rating: 9 MW, children: [{name: part, rating: 1 MW, feeds: ["h1/b[1-2]", h2/r9], each: [
                          {level: hall, suffix: msb, rating: 1 MW, each: [
                            {level: rack, platform: gb200-nvl72, suffix: nvl, rating: 200 kW}]}]}]}]
                    """))
        #expect(
            fleet.budgets.map(\.name) == ["root", "part", "east-h1-msb", "east-h2-msb", "east-h2-r9-nvl"])
        func racks(_ name: String) -> [String] {
            let budget = fleet.budget(named: name)!
            return fleet.racks.indices.filter { fleet.budgetChains[$0].contains(budget) }
                .map { fleet.domains[fleet.racks[$0].domain.offset].path }
        }
        #expect(racks("part") == ["east/h1/b1/r1", "east/h1/b1/r2", "east/h1/b2/r1", "east/h1/b2/r2", "east/h2/r9"])
        #expect(racks("east-h1-msb").count == 4)
        #expect(racks("east-h2-msb") == ["east/h2/r9"])
        #expect(racks("root").count == 12)
    }
}
