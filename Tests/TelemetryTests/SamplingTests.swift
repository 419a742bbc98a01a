// What is sampled for the history: every site and upper domain that is observed, in slots of a quarter of an hour.

import FleetModel
import Testing

@testable import Telemetry

@Suite("Sampling")
struct SamplingTests {
    private typealias Fixtures = TelemetryFixtures

    @Test("samples add up by slot and series, and are given once")
    func slots() throws {
        let fleet = Fixtures.fleet()
        let observatory = Observatory()
        let meter = Fixtures.budget("meter", fleet)
        let first = Fixtures.now / 900 * 900 + 890
        for (time, watts) in [(first, Watts(100_000)), (first + 5, 200_000), (first + 10, 400_000)] {
            _ = observatory.take([Reading(.budget(meter), .watts(watts), at: time)], of: fleet, at: time)
            // Asking does not sample; only what is asked for at even intervals does.
            _ = observatory.report(Fixtures.conditions(fleet, committed: 7), at: time)
            _ = observatory.report(Fixtures.conditions(fleet, committed: 7), at: time, isSample: true)
        }
        let means = observatory.takeMeans()
        let start = first - 890
        #expect(
            means == [
                SlotMean(
                    series: "meter", start: start, samples: 2, observedSum: 300_000, committedSum: 14, shareSum: 2_000),
                // The site has two roots over the same nodes; the other is not observed, and both are committed.
                SlotMean(
                    series: "site:east", start: start, samples: 2, observedSum: 300_000, committedSum: 28,
                    shareSum: 1_000),
                SlotMean(
                    series: "meter", start: start + 900, samples: 1, observedSum: 400_000, committedSum: 7,
                    shareSum: 1_000),
                SlotMean(
                    series: "site:east", start: start + 900, samples: 1, observedSum: 400_000, committedSum: 14,
                    shareSum: 500),
            ])
        #expect(observatory.takeMeans().isEmpty)
    }

    @Test("nothing is sampled of what nobody observes")
    func silence() {
        let fleet = Fixtures.fleet()
        let observatory = Observatory()
        _ = observatory.report(Fixtures.conditions(fleet), at: Fixtures.now, isSample: true)
        #expect(observatory.takeMeans().isEmpty && !observatory.hasReadings)
    }
}
