// Calls from the grid on the default fleet: what happens at full size, with figures worked out by hand.

import FleetModel
import Foundation
import Packing
import Testing

@testable import Leasing

@Suite struct GridCallTests {
    private static let colossus: Fleet = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent()
        return try! FleetFile.load(
            path: root.appendingPathComponent("config/fleets/colossus.yaml").path, catalogue: Fleets.catalogue)
    }()
    private var meter: BudgetIndex { Self.colossus.budget(named: "memphis-1-meter")! }

    private func call(
        _ watts: Watts, from start: Int64, hours: Int64, _ kind: LoadTargetKind = .economic
    ) -> LoadTarget {
        LoadTarget(
            key: LoadTargetKey(budget: "memphis-1-meter", id: "call"), kind: kind, watts: watts, start: start,
            end: start + hours * hour)
    }

    private func lease(
        _ shape: PlacementShape, _ count: Int, _ models: [String], cap: PowerCap, _ leaseClass: LeaseClass,
        contract: String?
    ) -> LeaseOrder {
        var result = order(
            shape, count, until: noon + 900 * day, cap: cap, models: models, contract: contract, sites: ["memphis-1"])
        result.leaseClass = leaseClass
        return result
    }

    @Test("Sixty megawatts less at half an hour's notice, with all of memphis-1 leased at 66 %")
    func sixtyMegawatts() throws {
        var desk = JournalledBook(Self.colossus)
        desk.replaysAll = false
        var all = lease(
            .power(meterWatts: 300_000_000, wholeSites: true), 1, [], cap: .percent(66), .guaranteed, contract: nil)
        all.lines[0].models = ["H100", "H200", "GB200"]
        let tenant = try desk.request(all)
        // 25,024 servers of 4,600 + 8 × 462 W, 5,184 trays of 1,867 + 4 × 792 W and 288 racks of 12,000 W; at the meter 5 %
        // network and storage and a PUE of 1.20 on top.
        let rack: Watts = 25_024 * 8_296 + 5_184 * 5_035 + 288 * 12_000
        #expect(rack == 237_156_544)
        let drawn = (rack * 126 + 99) / 100
        #expect(desk.book.packing.entitledWatts(of: meter, at: noon) == rack && drawn == 298_817_246)
        try desk.execute(.setLoadTarget(call(drawn - 60_000_000, from: noon + 1_800, hours: 3)))
        let found = try #require(desk.book.loadTargets.first)
        // The batteries cost less than the turbines: 60 MW for three hours are 180 MWh of their 811.
        #expect(found.spent.map(\.source) == ["megapacks"] && found.spent.map(\.watts) == [60_000_000])
        #expect(found.spent.map(\.joules) == [180 * 3_600_000_000])
        #expect(found.unmet.isEmpty && desk.lease(tenant.number).curtailments.isEmpty)
        // They are filled again from what is left under 300 MW.
        let headroom = 300_000_000 - drawn
        let recharge = try #require(found.recharges.first)
        #expect(recharge.watts <= headroom && recharge.watts > headroom - 2)
        #expect(recharge.end - recharge.start >= 648_000_000_000 / headroom)
        #expect(BookRules.violations(of: desk.book) == [])
    }

    @Test("A quarter less for three hours from leases alone ends within each lease's terms, to the joule")
    func aQuarterFromLeases() throws {
        var desk = JournalledBook(Self.colossus)
        desk.replaysAll = false
        try desk.execute(.failFeed("memphis-1-meter", source: "turbines"))
        try desk.execute(.failFeed("memphis-1-meter", source: "megapacks"))
        var training = ContractTerms()
        (training.curtailmentNoticeSeconds, training.curtailmentFloorPercent, training.shedTier) = (1_800, 60, 6)
        var batch = ContractTerms()
        (batch.curtailmentNoticeSeconds, batch.curtailmentFloorPercent, batch.shedTier) = (600, 30, 2)
        (batch.curtailmentMayStop, batch.curtailmentHoursPerMonth) = (true, 10)
        try desk.execute(.putContract(name: "training", terms: training))
        try desk.execute(.putContract(name: "batch", terms: batch))
        var firm = lease(.block, 100, ["H100"], cap: .percent(70), .guaranteed, contract: nil)
        firm.tenant = "bob"
        let orders = [
            firm, lease(.block, 150, ["H100"], cap: .percent(80), .standard, contract: "training"),
            lease(.block, 40, ["H100"], cap: .percent(70), .opportunistic, contract: nil),
            lease(.block, 98, ["H200"], cap: .percent(60), .standard, contract: "batch"),
        ]
        let leases = try orders.map { try desk.request($0).number }
        let budget = Self.colossus.budgets[meter.offset]
        let entitled = desk.book.packing.entitledWatts(of: meter, at: noon + 1_800)
        let drawn = budget.measuredWatts(rackWatts: entitled)
        try desk.execute(.setLoadTarget(call(drawn * 3 / 4, from: noon + 1_800, hours: 3)))
        let found = try #require(desk.book.loadTargets.first { $0.key.id == "call" })
        let packing = desk.book.packing
        for at in [noon + 1_800, noon + 2 * hour, noon + 1_800 + 3 * hour - 1] {
            let committed = budget.measuredWatts(rackWatts: packing.committedWatts(of: meter, at: at))
            #expect(committed <= drawn * 3 / 4 + (found.unmet.map(\.watts).max() ?? 0))
        }
        #expect(packing.committedWatts(of: meter, at: noon + 1_800 + 3 * hour) == entitled)
        // Nobody beyond the terms: the firm lease untouched, training not under 60 %, batch not under 30 % unless stopped.
        let steps = leases.map { desk.lease($0).curtailments.flatMap(\.steps) }
        #expect(steps.allSatisfy { $0.allSatisfy { !$0.isBreach } } && steps[0].isEmpty)
        #expect(steps[1].allSatisfy { $0.percent >= 60 } && steps[2].map(\.percent) == [0])
        #expect(steps[3].allSatisfy { $0.percent == 0 || $0.percent >= 30 })
        // 40 blocks of 64 servers stopped: from 4,600 + 8 × 490 W to idle, for three hours.
        let idle = Self.colossus.platforms.first { $0.gpu == "H100" }!.power.nodeIdleWatts
        desk.advance(to: noon + day)
        let fleet = Self.colossus
        let energy = leases.map { desk.lease($0).curtailedEnergy(in: 0..<noon + day, fleet) }
        #expect(energy[2].joules == 40 * 64 * (8_520 - idle) * 3 * hour)
        // What the leases did not draw is what the domain did not carry, second by second.
        let less = entitled - packing.committedWatts(of: meter, at: noon + 2 * hour)
        #expect(energy.reduce(0) { $0 + $1.joules } == less * 3 * hour)
        #expect(energy.allSatisfy { $0.breachJoules == 0 } && energy[3].seconds <= 3 * hour)
        #expect(BookRules.violations(of: desk.book) == [])
    }
}
