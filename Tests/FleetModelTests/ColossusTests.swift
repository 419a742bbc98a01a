// The default fleet against totals worked out by hand.

import FleetModel
import Testing

@Suite struct ColossusTests {
    let fleet: Fleet
    init() throws { fleet = try FleetFixtures.shipped("colossus") }

    /// 293 + 98 arrays of 512, 288 + 1,600 racks of 72.
    @Test func `The default fleet has the GPUs and nodes that its parts add up to`() {
        let arrays = 293 + 98
        let nvl72 = 288 + 1_600
        #expect(fleet.gpuCount == arrays * 512 + nvl72 * 72)
        #expect(fleet.gpuCount == 336_128)
        #expect(fleet.nodeCount == arrays * 64 + nvl72 * 18)
        #expect(fleet.nodeCount == 59_008)
        #expect(fleet.racks.count == arrays * 8 + nvl72)
        #expect(fleet.sites.map(\.name) == ["memphis-1", "memphis-2"])
        #expect(fleet.domains.count { $0.level == .hall } == 16)
        #expect(fleet.domains.count { $0.level == .block } == 391)
        #expect(fleet.domains.count { $0.level == .rack } == 5_016)
        let memphis1 = fleet.domains[fleet.domain(path: "memphis-1")!.offset]
        #expect(memphis1.nodes == 0..<30_208)
        #expect(memphis1.platformOffset == nil)
    }

    @Test func `Each model has the GPUs that the site is described with`() {
        var gpus: [String: Int] = [:]
        for rack in fleet.racks {
            let platform = fleet.platforms[rack.platformOffset]
            gpus[platform.gpu, default: 0] += rack.nodes.count * platform.gpusPerNode
        }
        #expect(gpus == ["H100": 150_016, "H200": 50_176, "GB200": 20_736 + 115_200])
    }

    /// At 66 %: 25,024 × (4,600 + 8 × 462) + 5,184 × (1,867 + 4 × 792) + 288 × 12,000 = 237,156,544 W at the racks.
    @Test func `Memphis 1 fits at 66 percent and one more breaks its meter alone`() throws {
        let demand = FleetDemand(fleet)
        let meter = try #require(fleet.budget(named: "memphis-1-meter"))
        #expect(demand.watts(of: meter, capPercent: 66) == 237_156_544)
        #expect(demand.watts(of: meter, capPercent: 67) == 238_806_720)
        #expect(fleet.budgets[meter.offset].rackLimit(at: 0) == 238_095_238)
        #expect(demand.highestCapPercent(ofSite: 0, at: 0) == 66)
        #expect(demand.budgetsBroken(ofSite: 0, capPercent: 67, at: 0) == [meter])
        #expect(demand.budgetsBroken(ofSite: 0, capPercent: 80, at: 0) == [meter])
    }

    @Test func `Memphis 2 has 250 MW firm at all times and 210 MW of cooling`() throws {
        let meter = fleet.budgets[try #require(fleet.budget(named: "memphis-2-meter")).offset]
        #expect(meter.ratingWatts == 300_000_000)
        #expect(meter.limit(at: .min) == 250_000_000)
        #expect(meter.limit(at: .max) == 250_000_000)
        #expect(meter.sources.map(\.watts) == Array(repeating: 50_000_000, count: 6))
        let plant = fleet.budgets[try #require(fleet.budget(named: "memphis-2-plant")).offset]
        #expect(plant.kind == .cooling)
        #expect(plant.limit(at: 0) == 210_000_000)
    }

    /// The first 1,527 racks and 14 trays of the next at 1,000 W a GPU, everything else idle, in every budget.
    @Test func `The 110,000 GPU lease of 1,527 racks and 14 trays fits every budget of memphis 2`() {
        let platform = fleet.platforms.first { $0.gpu == "GB200" }!
        let trayWatts = platform.nodeWatts(leasedGPUs: 4, capWatts: 1_000)
        var drawn = [Watts](repeating: 0, count: fleet.budgets.count)
        var leasedRacks = 0
        var leaseWatts: Watts = 0
        for (rack, chain) in zip(fleet.racks, fleet.budgetChains) where rack.siteOffset == 1 {
            let trays = leasedRacks < 1_527 ? 18 : leasedRacks == 1_527 ? 14 : 0
            leasedRacks += 1
            let own = Watts(trays) * trayWatts + (trays > 0 ? 12_000 : 0)
            leaseWatts += own
            let idle = Watts(18 - trays) * platform.power.nodeIdleWatts + (trays > 0 ? 0 : 12_000)
            for budget in chain { drawn[budget.offset] += own + idle }
        }
        // 1,527 × 72 + 14 × 4 are the 110,000 GPUs; 1,527 × 117,606 W and 94,138 W for the last rack.
        let expectedWatts: Watts = 179_678_500
        #expect(leaseWatts == expectedWatts)
        for (budget, watts) in zip(fleet.budgets, drawn) where budget.siteOffset == 1 {
            #expect(watts <= budget.rackLimit(at: 0), "\(budget.name)")
        }
    }

    @Test func `Sources carry their notice, permit and energy`() throws {
        let meter = fleet.budgets[try #require(fleet.budget(named: "memphis-1-meter")).offset]
        #expect(meter.sources.map(\.kind) == [.grid, .turbine, .battery])
        #expect(meter.sources[0].curtailmentNoticeSeconds == 1_800)
        #expect(meter.sources[1].permitHoursPerYear == 500)
        #expect(meter.sources[2].energyJoules == 2_919_600_000_000)
    }
}
