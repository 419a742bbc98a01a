// Values on the command line: times and powers.

import ArgumentParser
import ControlAPI
import Foundation
import Testing

@testable import berth

@Suite("Values on the command line")
struct ArgumentTests {
    @Test("a time is a moment, a date or a length from now, in every option")
    func times() async throws {
        #expect(Timestamp(argument: "2026-12-01")?.description == "2026-12-01T00:00:00Z")
        #expect(Timestamp(argument: "2026-12-01T16:00:00Z")?.description == "2026-12-01T16:00:00Z")
        let now = Int64(Date().timeIntervalSince1970)
        let soon = try #require(Timestamp(argument: "+1h30m")).epochSeconds
        #expect((now + 5_400...now + 5_460).contains(soon))
        for wrong in ["+", "+30", "+soon", "30m", "tomorrow"] { #expect(Timestamp(argument: wrong) == nil, "\(wrong)") }
        let timeline = try await BudgetsTimeline.asyncParse(["memphis-1-meter", "--start", "+1h", "--end", "+2h"])
        #expect(timeline.end!.epochSeconds - timeline.start!.epochSeconds == 3_600)
    }

    @Test(
        "a power has a unit, with or without a space, and may be nothing",
        arguments: [
            ("60MW", 60_000_000), ("60 MW", 60_000_000), ("500kW", 500_000), ("1.5 MW", 1_500_000), ("900W", 900),
            ("0MW", 0), ("0 kW", 0), ("0", 0),
        ])
    func powers(_ text: String, _ watts: Int) throws {
        #expect(try readPower(text) == watts && readWatts(text) == watts)
    }

    @Test("a bare number of watts is asked back on load targets, and what is no power is refused")
    func bare() async throws {
        #expect(try readWatts("60") == 60)
        for wrong in ["MW", "60 megawatts", "60MWh", "-5MW", "0.0000001MW", ""] {
            #expect(throws: ValidationError.self, "\(wrong)") { try readPower(wrong) }
        }
        do {
            _ = try await LoadTargetSet.asyncParse(["feed", "call", "--reduce", "60", "--reason", "grid"])
            Issue.record("a bare 60 was taken")
        } catch {
            #expect(LoadTargetSet.message(for: error).contains("60W or 60MW? Write the unit."))
        }
    }
}
