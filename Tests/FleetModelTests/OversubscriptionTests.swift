// Limits over the derated rating, and how long a breaker carries them.

import FleetModel
import Testing

@Suite struct OversubscriptionTests {
    private func budget(_ keys: String) throws -> BudgetDomain {
        let text = """
            version: 1
            name: test
            sites:
              - name: east
                pue: 1.2
                networkPercent: 5
                energyPricePerMWh: 50
                carbonGramsPerKWh: 400
                reliabilityPercent: 99.9
                turnRound: {cleaning: 10m, validating: 20m, endsBy: timer}
                halls: [{name: h1, blocks: [{name: b1, platform: hgx-h100, racks: 2, nodesPerRack: 4}]}]
                power: [{name: feed, \(keys)}]
            """
        return try FleetFile.parse(text: text, file: "test.yaml", catalogue: try Catalogue.builtIn()).budgets[0]
    }

    @Test func `The limit in force is the derated rating times the factor`() throws {
        let plain = try budget("rating: 100 kW, derate: 80")
        #expect(plain.limit(at: 0) == 80_000 && plain.deratedWatts == 80_000 && plain.oversubscriptionPermille == 1_000)
        let over = try budget("rating: 100 kW, derate: 80, oversubscription: 1.25, measuredAt: meter")
        #expect(over.limit(at: 0) == 100_000 && over.deratedWatts == 80_000)
        // At the rack 100 kW less network and PUE: 100,000 / 1.26.
        #expect(over.rackLimit(at: 0) == 79_365)
    }

    @Test func `A schedule is not multiplied`() throws {
        let over = try budget(
            "rating: 100 kW, derate: 80, oversubscription: 1.25, schedule: [{limit: 90 kW}, {from: 2027-01-01T00:00:00Z, limit: 1 MW}]"
        )
        #expect(over.limitSteps.map(\.watts) == [90_000, 100_000])
    }

    @Test(arguments: ["0.9", "2.001", "1.2345", "x"])
    func `Only one to two is a factor`(_ text: String) {
        #expect(throws: FleetFileError.self) { try budget("rating: 100 kW, oversubscription: \(text)") }
    }

    @Test func `A breaker carries the shorter of two known times`() {
        let panel = TripCurve.of(ratingWatts: 100_000)
        #expect(panel == .panel && TripCurve.of(ratingWatts: 1_000_001) == .switchboard)
        #expect(panel.secondsCarried(100_000, ratingWatts: 100_000) == nil)
        #expect(panel.secondsCarried(100_001, ratingWatts: 100_000) == 1_020)
        #expect(panel.secondsCarried(110_000, ratingWatts: 100_000) == 1_020)
        #expect(panel.secondsCarried(110_001, ratingWatts: 100_000) == 60)
        #expect(panel.secondsCarried(140_001, ratingWatts: 100_000) == 0)
        #expect(TripCurve.switchboard.secondsCarried(2_300_000, ratingWatts: 2_000_000) == 60)
        #expect(TripCurve.switchboard.secondsCarried(2_300_001, ratingWatts: 2_000_000) == 0)
    }
}
