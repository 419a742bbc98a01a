// The report of `berthd --check-fleet`.

import FleetModel
import Testing

@Suite struct FleetReportTests {
    @Test func `The report on the default fleet gives the totals and what binds first`() throws {
        let text = FleetReport.text(of: try FleetFixtures.shipped("colossus"), at: 1_800_000_000)
        let lines = text.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
        #expect(
            lines.first
                == "Fleet colossus: 2 sites, 336,128 GPUs, 59,008 nodes, 5,016 racks, 8,575 budget domains")
        #expect(lines.contains("hgx-h100 2,344 18,752 150,016 35.6 MW 191.3 MW"))
        #expect(lines.contains("memphis-1-meter power 1 meter 300.0 MW 300.0 MW 71.1 MW 369.5 MW 66 %"))
        #expect(
            lines.contains("All of memphis-1 fits at 66 % of each model's highest cap; 67 % breaks memphis-1-meter."))
        #expect(
            lines.contains("All of memphis-2 fits at 90 % of each model's highest cap; 91 % breaks memphis-2-meter."))
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 120 && $0.last != " " })
    }

    @Test func `The report shows the limit in force at the time asked for`() throws {
        let fleet = try FleetFixtures.shipped("small")
        // 2027-08-01, within the utility's summer limit.
        let lines = FleetReport.text(of: fleet, at: 1_817_078_400).split(separator: "\n")
        let meter = try #require(lines.first { $0.contains("lab-meter  ") })
        #expect(meter.contains("900.0 kW"))
    }
}
