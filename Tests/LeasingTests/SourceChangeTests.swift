// Load targets whose sources are others in the next fleet, worked out by hand.

import FleetModel
import Packing
import Testing

@testable import Leasing

/// Eight HGX H100 nodes under one root, measured at the rack: 81,600 W when all are leased at 700 W.
@Suite struct SourceChangeTests {
    private static let turbine = "{name: turbine, kind: turbine, power: 30 kW, permitHoursPerYear: 1, costPerMWh: 120}"
    private static let battery =
        "{name: battery, kind: battery, power: 50 kW, energy: 50 kWh, recharge: 25 kW, costPerMWh: 60}"
    private let root = BudgetIndex(0)
    private let key = LoadTargetKey(budget: "site", id: "grid")
    private let loss = LoadTargetKey(budget: "site", id: "source-loss")

    private static func fleet(_ reserves: String..., gridA: Int = 60, gridB: Int? = 60) -> Fleet {
        let grids =
            ["{name: grid-a, kind: grid, power: \(gridA) kW}"]
            + (gridB.map { ["{name: grid-b, kind: grid, power: \($0) kW}"] } ?? [])
        let sources = (grids + reserves).joined(separator: ", ")
        return Fleets.parse(Fleets.text(power: "[{name: site, rating: 120 kW, sources: [\(sources)]}]"))
    }

    private func target(_ watts: Watts, from start: Int64 = noon, hours: Int64 = 1) -> LoadTarget {
        LoadTarget(key: key, kind: .economic, watts: watts, start: start, end: start + hours * hour)
    }

    private func desk(_ fleet: Fleet, _ leaseClass: LeaseClass = .standard) throws -> (JournalledBook, UInt64) {
        var desk = JournalledBook(fleet)
        var all = order(.node, 8, until: noon + 300 * day)
        all.leaseClass = leaseClass
        let lease = try desk.request(all)
        return (desk, lease.number)
    }

    private func spent(_ desk: JournalledBook) -> [String] {
        (desk.book.loadTarget(key)?.spent ?? []).map {
            "\($0.source) \($0.watts) \($0.start - noon)..<\($0.end - noon)"
        }
    }

    @Test func whatABatteryGaveBeforeItLeftOthersGiveAndThenLeases() throws {
        var (desk, lease) = try desk(Self.fleet(Self.turbine, Self.battery))
        try desk.execute(.setLoadTarget(target(81_600 - 40_000)))
        #expect(spent(desk) == ["battery 40000 0..<3600"])
        // The turbine gives 30 kW; 10 kW are 157 W for each of 64 GPUs: 77 % of 700 W is 161 W less, 78 % 154 W.
        try desk.execute(.adoptFleet(Self.fleet(Self.turbine)))
        #expect(spent(desk) == ["turbine 30000 0..<3600"])
        #expect(desk.lease(lease).curtailments.flatMap(\.steps).map(\.percent) == [77])
        #expect(desk.book.loadTarget(key)?.unmet == [] && desk.book.loadTarget(key)?.recharges == [])
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test func aBatteryThatShrinksGivesWhatItHas() throws {
        var (desk, lease) = try desk(Self.fleet(Self.turbine, Self.battery))
        try desk.execute(.setLoadTarget(target(81_600 - 40_000)))
        try desk.execute(.adoptFleet(Self.fleet(Self.turbine, Self.battery.replacing("50 kW,", with: "30 kW,"))))
        #expect(spent(desk) == ["battery 30000 0..<3600", "turbine 10000 0..<3600"])
        // 20 kWh are 20 kW for the hour.
        try desk.execute(.adoptFleet(Self.fleet(Self.turbine, Self.battery.replacing("50 kWh", with: "20 kWh"))))
        #expect(spent(desk) == ["battery 20000 0..<3600", "turbine 20000 0..<3600"])
        #expect(desk.lease(lease).curtailments.isEmpty)
        // One that grows again is left to the next plan.
        try desk.execute(.adoptFleet(Self.fleet(Self.turbine, Self.battery)))
        #expect(spent(desk) == ["battery 20000 0..<3600", "turbine 20000 0..<3600"])
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test func aPermitThatShrinksEndsTheRunEarlierHoursUsedIncluded() throws {
        let two = Self.turbine.replacing("permitHoursPerYear: 1", with: "permitHoursPerYear: 2")
        var (desk, lease) = try desk(Self.fleet(two))
        try desk.execute(.setLoadTarget(target(81_600 - 20_000, hours: 2)))
        #expect(spent(desk) == ["turbine 20000 0..<7200"])
        desk.advance(to: noon + 1_800)
        // Half an hour is used, so half an hour is left; then 313 W for each of 64 GPUs, 55 % of 700 W.
        try desk.execute(.adoptFleet(Self.fleet(Self.turbine)))
        #expect(spent(desk) == ["turbine 20000 0..<1800", "turbine 20000 1800..<3600"])
        #expect(
            desk.lease(lease).curtailments.flatMap(\.steps) == [
                CurtailmentStep(start: noon + hour, until: noon + 2 * hour, percent: 55, termsPercent: 55)
            ])
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test func whatNobodyElseGivesIsNotedAsUnmet() throws {
        var (desk, lease) = try desk(Self.fleet(Self.battery), .guaranteed)
        try desk.execute(.setLoadTarget(target(81_600 - 40_000)))
        try desk.execute(.adoptFleet(Self.fleet()))
        let found = try #require(desk.book.loadTarget(key))
        #expect(found.spent == [] && found.unmet == [UnmetWatts(start: noon, until: noon + hour, watts: 40_000)])
        #expect(found.holdouts.first?.kind == .noClause && desk.lease(lease).curtailments.isEmpty)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test func aCeilingIsNotLeftRaisedByWhatASourceNoLongerGives() throws {
        let without: [Command] = [.adoptFleet(Self.fleet()), .failFeed("site", source: "battery")]
        for command in without {
            var (desk, lease) = try desk(Self.fleet(Self.battery))
            let later = noon + 6 * hour
            try desk.execute(.setLoadTarget(target(81_600 - 40_000, from: later)))
            #expect(desk.book.packing.limit(of: root, at: later) == 81_600)
            // Without the lease nothing is over the target, with or without the battery.
            try desk.execute(.releaseLease(lease))
            try desk.execute(command)
            #expect(desk.book.packing.limit(of: root, at: later) == 41_600 && spent(desk) == [])
            #expect(BookRules.violations(of: desk.book) == [])
        }
    }

    @Test func theTargetOfALostSourceFollowsTheNextFleet() throws {
        var (desk, lease) = try desk(Self.fleet())
        try desk.execute(.failFeed("site", source: "grid-a"))
        #expect(desk.book.loadTarget(loss)?.watts == 60_000)
        // 21,600 W are 338 W for each of 64 GPUs, 51 % of 700 W; with 80 kW left 1,600 W are 25 W, 96 %.
        #expect(desk.lease(lease).curtailments.flatMap(\.steps).map(\.percent) == [51])
        try desk.execute(.adoptFleet(Self.fleet(gridB: 80)))
        #expect(desk.book.loadTarget(loss)?.watts == 80_000)
        #expect(desk.lease(lease).curtailments.flatMap(\.steps).last?.percent == 96)
        #expect(BookRules.violations(of: desk.book) == [])
        // Without the source that failed nothing is lost any more.
        try desk.execute(.adoptFleet(Fleets.parse(Self.fleet().source.replacing("grid-a", with: "grid-c"))))
        #expect((desk.book.loadTarget(loss)?.until ?? noon) <= noon && !desk.lease(lease).has(.curtailed))
        #expect(BookRules.violations(of: desk.book) == [])
    }
}
