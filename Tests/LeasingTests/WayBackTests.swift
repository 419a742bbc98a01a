// The way back from a load target by stages, and what sources give for it, worked out by hand.

import FleetModel
import Packing
import Testing

@testable import Leasing

/// Eight HGX H100 nodes under one root, measured at the rack: 81,600 W when all are leased at 700 W.
@Suite struct WayBackTests {
    private static let turbine = "{name: turbine, kind: turbine, power: 30 kW, permitHoursPerYear: 1, costPerMWh: 120}"
    private static let battery =
        "{name: battery, kind: battery, power: 50 kW, energy: 50 kWh, recharge: 25 kW, costPerMWh: 60}"
    private let key = LoadTargetKey(budget: "site", id: "grid")

    private func target(less: Watts, seconds: Int64, ramp: Watts? = nil, id: String = "grid") -> LoadTarget {
        LoadTarget(
            key: LoadTargetKey(budget: "site", id: id), kind: .economic, watts: 81_600 - less, start: noon,
            end: noon + seconds, restoreWattsPerMinute: ramp)
    }

    private func desk(_ reserves: String...) throws -> (JournalledBook, UInt64) {
        let sources = (["{name: grid, kind: grid, power: 120 kW}"] + reserves).joined(separator: ", ")
        var desk = JournalledBook(
            Fleets.parse(Fleets.text(power: "[{name: site, rating: 120 kW, sources: [\(sources)]}]")))
        var all = order(.node, 8, until: noon + 300 * day)
        all.leaseClass = .standard
        let lease = try desk.request(all)
        return (desk, lease.number)
    }

    private func spent(_ desk: JournalledBook) -> [String] {
        (desk.book.loadTarget(key)?.spent ?? []).map {
            "\($0.source) \($0.watts) \($0.start - noon)..<\($0.end - noon)"
        }
    }

    private func steps(_ desk: JournalledBook, _ lease: UInt64) -> [String] {
        desk.lease(lease).curtailments.flatMap(\.steps)
            .map { "\($0.percent) % \($0.start - noon)..<\($0.until - noon)" }
    }

    @Test func aTurbineRunsWhenItsPermitLastsForTheWayBackToo() throws {
        var (desk, lease) = try desk(Self.turbine)
        // 20 kW come back in four minutes: 56 minutes and those are the hour of the permit.
        try desk.execute(.setLoadTarget(target(less: 20_000, seconds: 3_360, ramp: 5_000)))
        #expect(
            spent(desk) == [
                "turbine 20000 0..<3360", "turbine 20000 3360..<3420", "turbine 15000 3420..<3480",
                "turbine 10000 3480..<3540", "turbine 5000 3540..<3600",
            ])
        #expect(steps(desk, lease) == [])
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test func whereThePermitIsTooShortForTheWayBackLeasesComeBackByStages() throws {
        var (desk, lease) = try desk(Self.turbine)
        // One minute more: the last one is for the leases, 313 W for each of 64 GPUs, 55 % of 700 W.
        try desk.execute(.setLoadTarget(target(less: 20_000, seconds: 3_420, ramp: 5_000)))
        #expect(spent(desk) == ["turbine 20000 0..<3360"])
        // 5,000 W are 78 W for each GPU: 55 % and 11 %, then 22, 33 and 44 %.
        #expect(
            steps(desk, lease) == [
                "55 % 3360..<3480", "66 % 3480..<3540", "77 % 3540..<3600", "88 % 3600..<3660", "99 % 3660..<3720",
            ])
        #expect(desk.book.loadTarget(key)?.unmet == [])
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test func aSourceWaitsForThoseBeforeItWithinItsPermitAndTheBatteryWithinItsEnergy() throws {
        var (desk, lease) = try desk(Self.turbine, Self.battery)
        // 55 minutes of 50 kW and five more for the way back are all of the battery's 50 kWh. The turbine would wait those
        // five and take one: 61 minutes in all, so it ends a minute early. 10 kW are 157 W for each GPU, 77 % of 700 W.
        try desk.execute(.setLoadTarget(target(less: 60_000, seconds: 3_300, ramp: 10_000)))
        #expect(
            spent(desk) == [
                "battery 50000 0..<3300", "turbine 10000 0..<3240", "battery 50000 3300..<3360",
                "battery 40000 3360..<3420", "battery 30000 3420..<3480", "battery 20000 3480..<3540",
                "battery 10000 3540..<3600",
            ])
        // Leases come back after the battery.
        #expect(steps(desk, lease) == ["77 % 3240..<3660", "99 % 3660..<3720"])
        #expect(BookRules.violations(of: desk.book) == [])
        // A minute less, and the turbine waits for its turn.
        try desk.execute(.removeLoadTarget(key))
        try desk.execute(.setLoadTarget(target(less: 60_000, seconds: 3_240, ramp: 10_000)))
        #expect(spent(desk).last == "turbine 10000 3240..<3600" && steps(desk, lease) == [])
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test func aTargetThatIsEndedEarlyTakesNoMoreThanThePermitHasLeft() throws {
        var (desk, lease) = try desk(Self.turbine)
        try desk.execute(.setLoadTarget(target(less: 20_000, seconds: 7_200, ramp: 5_000)))
        #expect(spent(desk) == ["turbine 20000 0..<3600"])
        // A minute of the permit is left: the rest comes back at once.
        desk.advance(to: noon + 3_540)
        try desk.execute(.removeLoadTarget(key))
        #expect(spent(desk) == ["turbine 20000 0..<3540", "turbine 20000 3540..<3600"])
        #expect(steps(desk, lease) == [])
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test func targetsAtOneTimeShareASourceBetweenThem() throws {
        var (desk, _) = try desk(Self.battery)
        for id in ["a", "b", "c"] { try desk.execute(.setLoadTarget(target(less: 20_000, seconds: 900, id: id))) }
        // Of its 50 kW the third finds 10.
        #expect(desk.book.loadTargets.map { $0.spent.map(\.watts) } == [[20_000], [20_000], [10_000]])
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test func whatIsFreeBesideOthersIsTheirPeakWithinAWindow() {
        let battery = PowerSource(
            name: "battery", kind: .battery, watts: 50, energyJoules: 1_000, permitHoursPerYear: nil,
            curtailmentNoticeSeconds: nil)
        func use(_ start: Int64, _ end: Int64, _ watts: Watts) -> SourceUse {
            SourceUse(source: "battery", start: start, end: end, watts: watts, rechargedAt: end)
        }
        let stock = SourceStock(battery, among: [use(0, 10, 20), use(10, 20, 25), use(15, 30, 10), use(40, 50, 60)])
        #expect(stock.freeWatts(in: 0..<10) == 30)
        // What ends as another begins is not there with it.
        #expect(stock.freeWatts(in: 5..<15) == 25)
        #expect(stock.freeWatts(in: 0..<40) == 15)
        #expect(stock.freeWatts(in: 30..<40) == 50)
        #expect(stock.freeWatts(in: 0..<41) == 0)
    }
}
