// What a site's own sources give for load targets, worked out by hand.

import FleetModel
import Packing
import Testing

@testable import Leasing

/// Eight HGX H100 nodes under one root, measured at the rack, with a battery and a turbine beside the grid.
@Suite struct SourceTests {
    private static let sources = """
        [{name: site, rating: 120 kW, sources: [
          {name: grid-a, kind: grid, power: 60 kW}, {name: grid-b, kind: grid, power: 60 kW},
          {name: turbine, kind: turbine, power: 30 kW, permitHoursPerYear: 1, costPerMWh: 120},
          {name: battery, kind: battery, power: 50 kW, energy: 50 kWh, recharge: 25 kW, costPerMWh: 60}]}]
        """
    private static let fleet = Fleets.parse(Fleets.text(power: sources.replacing("\n", with: " ")))
    private let root = BudgetIndex(0)
    private var idle: Watts { Self.fleet.platforms[0].power.nodeIdleWatts }

    private func target(
        _ watts: Watts, from start: Int64 = noon, until end: Int64? = noon + hour, ramp: Watts? = nil,
        id: String = "grid"
    ) -> LoadTarget {
        LoadTarget(
            key: LoadTargetKey(budget: "site", id: id), kind: .economic, watts: watts, start: start, end: end,
            restoreWattsPerMinute: ramp)
    }

    /// A desk with a standard lease of all eight nodes at 700 W: 81,600 W.
    private func desk() throws -> (JournalledBook, Lease) {
        var desk = JournalledBook(Self.fleet)
        var all = order(.node, 8, until: noon + 300 * day)
        all.leaseClass = .standard
        let lease = try desk.request(all)
        return (desk, lease)
    }

    @Test("The battery goes first since it costs less, and leases are left alone")
    func cheapestFirst() throws {
        var (desk, lease) = try desk()
        try desk.execute(.setLoadTarget(target(81_600 - 40_000)))
        let found = try #require(desk.book.loadTargets.first)
        // 40 kW for an hour are 40 kWh of its 50; at 25 kW they are back after 96 minutes.
        #expect(found.spent.map(\.source) == ["battery"])
        #expect(found.spent.map(\.watts) == [40_000] && found.spent.map(\.joules) == [144_000_000])
        #expect(
            found.recharges == [
                Recharge(source: "battery", start: noon + hour, end: noon + hour + 5_760, watts: 25_000)
            ])
        #expect(desk.lease(lease.number).curtailments.isEmpty && found.unmet.isEmpty)
        #expect(desk.book.packing.limit(of: root, at: noon) == 81_600)
        // While it is filled, 25 kW of the root are kept for that.
        #expect(desk.book.packing.limit(of: root, at: noon + hour) == 95_000)
        #expect(desk.book.packing.limit(of: root, at: noon + hour + 5_760) == 120_000)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("What one source cannot give the next one does, and then leases")
    func inTurn() throws {
        var (desk, lease) = try desk()
        // 81.6 kW less for an hour: the battery's 50 kWh give 50 kW, the turbine its 30 kW, and 1,600 W are left: 25 W for
        // each of 64 GPUs, 96 % of 700 W.
        try desk.execute(.setLoadTarget(target(0)))
        let found = try #require(desk.book.loadTargets.first)
        #expect(found.spent.map { "\($0.source) \($0.watts)" } == ["battery 50000", "turbine 30000"])
        #expect(desk.lease(lease.number).curtailments.flatMap(\.steps).map(\.percent) == [96])
        // The permit is used up and the battery is empty, so a call right after it is for the leases alone.
        try desk.execute(
            .setLoadTarget(target(81_600 - 20_000, from: noon + hour, until: noon + 2 * hour, id: "next")))
        let next = try #require(desk.book.loadTargets.last)
        #expect(next.spent.isEmpty && next.unmet.isEmpty)
        // Once it is full again it gives again; the turbine not before the next year.
        try desk.execute(
            .setLoadTarget(target(81_600 - 60_000, from: noon + day, until: noon + day + hour, id: "later")))
        let later = try #require(desk.book.loadTargets.first { $0.key.id == "later" })
        #expect(later.spent.map { "\($0.source) \($0.watts)" } == ["battery 50000"])
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("A battery shaves the peak as low as its energy lets it")
    func waterFill() {
        let battery = Self.fleet.budgets[0].sources.first { $0.kind == .battery }!
        // 40 kW for an hour and 80 kW for another: above 35 kW lie 5 and 45 kWh, which are its 50.
        var shortage = Shortage([
            .init(start: noon, until: noon + hour, watts: 40_000),
            .init(start: noon + hour, until: noon + 2 * hour, watts: 80_000),
        ])
        let plan = SourcePlan(reserves: [battery], others: [], wayBack: nil)
        let uses = plan.uses(for: &shortage, hasEnd: true)
        #expect(uses.map(\.watts) == [5_000, 45_000])
        #expect(uses.reduce(0) { $0 + $1.joules } == battery.energyJoules)
        #expect(shortage.over.map(\.watts) == [35_000, 35_000])
    }

    @Test("A turbine runs where most is missing for as long as its permit lasts")
    func permit() {
        let turbine = Self.fleet.budgets[0].sources.first { $0.kind == .turbine }!
        var shortage = Shortage([
            .init(start: noon, until: noon + 1_800, watts: 10_000),
            .init(start: noon + 1_800, until: noon + 1_800 + 2_700, watts: 40_000),
        ])
        let plan = SourcePlan(reserves: [turbine], others: [], wayBack: nil)
        let uses = plan.uses(for: &shortage, hasEnd: true)
        // 45 minutes of its hour at full power, and the other 15 from the beginning of what is missing less.
        #expect(
            uses.map { [$0.start, $0.end, $0.watts] } == [
                [noon, noon + 900, 10_000], [noon + 1_800, noon + 4_500, 30_000],
            ])
    }

    @Test("A run over the end of a year is charged to both years")
    func permitOfTwoYears() {
        let turbine = Self.fleet.budgets[0].sources.first { $0.kind == .turbine }!
        // 2027-12-31T23:30:00Z; noon of these tests is in January of that year.
        let (halfPastEleven, newYear) = (Int64(1_830_295_800), Int64(1_830_297_600))
        var shortage = Shortage([.init(start: halfPastEleven, until: newYear + 5_400, watts: 40_000)])
        let uses = SourcePlan(reserves: [turbine], others: [], wayBack: nil).uses(
            for: &shortage, hasEnd: true)
        // Half an hour of the old year's hour, and all of the new one's.
        #expect(uses.map { [$0.start, $0.end] } == [[halfPastEleven, newYear + 3_600]])
        var more = Shortage([
            .init(start: halfPastEleven - 7_200, until: halfPastEleven - 3_600, watts: 40_000),
            .init(start: newYear + 7_200, until: newYear + 9_000, watts: 40_000),
        ])
        let next = SourcePlan(reserves: [turbine], others: uses, wayBack: nil).uses(
            for: &more, hasEnd: true)
        #expect(next.map { [$0.start, $0.end] } == [[halfPastEleven - 7_200, halfPastEleven - 5_400]])
    }

    @Test(
        "A battery is filled again from when a call is ended early, and after another's recharge when that takes all headroom"
    )
    func rechargeOfOthers() throws {
        var (desk, _) = try desk()
        try desk.execute(.setLoadTarget(target(81_600 - 20_000)))
        desk.advance(to: noon + 1_800)
        try desk.execute(.removeLoadTarget(LoadTargetKey(budget: "site", id: "grid")))
        // 10 kWh at 25 kW.
        let early = try #require(desk.book.loadTargets.first)
        #expect(
            early.recharges == [
                Recharge(source: "battery", start: noon + 1_800, end: noon + 1_800 + 1_440, watts: 25_000)
            ])
        #expect(early.spent.map(\.rechargedAt) == [noon + 1_800 + 1_440])
        // Two calls one after the other, under a limit that leaves headroom for one recharge at a time: 81.6 of 120 kW are
        // drawn, so 25 kW are free beside none and 13.4 kW beside another.
        let (first, second) = (noon + day, noon + day + hour)
        try desk.execute(.setLoadTarget(target(81_600 - 20_000, from: first, until: second, id: "one")))
        try desk.execute(.setLoadTarget(target(81_600, from: second, until: second + day, id: "lid")))
        try desk.execute(.setLoadTarget(target(81_600 - 10_000, from: second, until: second + hour, id: "two")))
        let two = try #require(desk.book.loadTargets.first { $0.key.id == "two" })
        // Nothing is free while the lid holds.
        #expect(two.recharges.map(\.start) == [second + day])
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("Sources come back by stages too, and keep the energy for that")
    func stages() throws {
        var (desk, _) = try desk()
        try desk.execute(.setLoadTarget(target(81_600 - 20_000, ramp: 5_000)))
        let found = try #require(desk.book.loadTargets.first)
        let after = found.spent.filter { $0.start >= noon + hour }
        #expect(after.map(\.watts) == [20_000, 15_000, 10_000, 5_000])
        #expect(after.map(\.start) == [noon + hour, noon + hour + 60, noon + hour + 120, noon + hour + 180])
        #expect(found.spent.reduce(0) { $0 + $1.joules } <= 180_000_000)
    }

    @Test(
        "The loss of one of two grid feeds is a physical limit, met by the turbine while its permit lasts and then by leases"
    )
    func lossOfAFeed() throws {
        var (desk, lease) = try desk()
        try desk.execute(.failFeed("site", source: "grid-a"))
        let found = try #require(desk.book.loadTarget(LoadTargetKey(budget: "site", id: "source-loss")))
        #expect(found.kind == .physical && found.watts == 60_000 && found.end == nil)
        // 21,600 W are missing: an hour of the turbine, then 338 W for each of 64 GPUs, 51 % of 700 W.
        #expect(found.spent.map { "\($0.source) \($0.watts) \($0.end - $0.start)" } == ["turbine 21600 3600"])
        let steps = desk.lease(lease.number).curtailments.flatMap(\.steps)
        #expect(steps.map(\.percent) == [51] && steps.first?.start == noon + hour && steps.first?.isBreach == false)
        #expect(BookRules.violations(of: desk.book) == [])
        #expect(
            desk.refusal(of: .removeLoadTarget(LoadTargetKey(budget: "site", id: "source-loss")))?.code == .wrongState)
        // Without the turbine leases are lowered from now on.
        desk.now = noon + 600
        try desk.execute(.failFeed("site", source: "turbine"))
        #expect(desk.lease(lease.number).curtailments.flatMap(\.steps).map(\.start) == [noon + 600])
        #expect(BookRules.violations(of: desk.book) == [])
        // With both feeds gone everything is stopped, and what hardware draws idle is owned up to.
        try desk.execute(.failFeed("site", source: "grid-b"))
        #expect(desk.lease(lease.number).curtailments.flatMap(\.steps).last?.percent == 0)
        let dark = try #require(desk.book.loadTarget(LoadTargetKey(budget: "site", id: "source-loss")))
        #expect(dark.unmet.map(\.watts) == [8 * idle] && dark.holdouts.map(\.kind) == [.idleDraw])
        #expect(BookRules.violations(of: desk.book) == [])
        for source in ["grid-a", "grid-b"] { try desk.execute(.restoreFeed("site", source: source)) }
        #expect(desk.book.packing.committedWatts(of: root, at: noon + 600) == 81_600)
        #expect(!desk.lease(lease.number).has(.curtailed))
        #expect(BookRules.violations(of: desk.book) == [])
    }
}
