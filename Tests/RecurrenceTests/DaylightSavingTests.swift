// Local time across the changes of daylight saving, and random rules against a slow obvious model.

import FleetModel
import Testing

@testable import Recurrence

@Suite("Daylight saving")
struct DaylightSavingTests {
    /// The starts of a daily rule in UTC.
    private func starts(_ start: String, in zone: String) throws -> [String] {
        try windows("FREQ=DAILY;COUNT=3", from: start, in: zone).windows.map { RFC3339.text($0.lowerBound) }
    }

    @Test("a wall clock keeps its time when the offset changes")
    func wallClock() throws {
        // Memphis goes to daylight time on 14 March 2027 and back on 7 November.
        #expect(
            try starts("2027-03-13T20:00", in: "America/Chicago")
                == ["2027-03-14T02:00:00Z", "2027-03-15T01:00:00Z", "2027-03-16T01:00:00Z"])
        #expect(
            try starts("2027-11-06T20:00", in: "America/Chicago")
                == ["2027-11-07T01:00:00Z", "2027-11-08T02:00:00Z", "2027-11-09T02:00:00Z"])
    }

    @Test("a time that is left out counts with the offset before the gap")
    func gap() throws {
        #expect(
            try starts("2027-03-13T02:30", in: "America/Chicago")
                == ["2027-03-13T08:30:00Z", "2027-03-14T08:30:00Z", "2027-03-15T07:30:00Z"])
        #expect(
            try starts("2027-03-27T02:30", in: "Europe/Berlin")
                == ["2027-03-27T01:30:00Z", "2027-03-28T01:30:00Z", "2027-03-29T00:30:00Z"])
    }

    @Test("of a time that comes twice the first is meant")
    func fold() throws {
        #expect(
            try starts("2027-11-06T01:30", in: "America/Chicago")
                == ["2027-11-06T06:30:00Z", "2027-11-07T06:30:00Z", "2027-11-08T07:30:00Z"])
        #expect(
            try starts("2027-10-30T02:30", in: "Europe/Berlin")
                == ["2027-10-30T00:30:00Z", "2027-10-31T00:30:00Z", "2027-11-01T01:30:00Z"])
    }

    @Test("the length of a window is exact seconds, whatever the clock on the wall does")
    func exactLength() throws {
        for start in ["2027-03-13T20:00", "2027-11-06T20:00"] {
            let night = try windows("FREQ=DAILY;COUNT=1", from: start, in: "America/Chicago", hours: 10).windows[0]
            #expect(night.count == 36_000)
        }
    }

    @Test("random rules give what walking every minute gives", arguments: ["America/Chicago", "Europe/Berlin"])
    func random(_ zone: String) throws {
        let model = try MinuteModel(zone, from: "2027-02-20T00:00", days: 300)
        var generator = SeededGenerator(seed: 5_545)
        var compared = 0
        for _ in 0..<400 {
            let rule = randomRule(&generator)
            // The starts lie around both changes of the clock, and often within the hours that change.
            let day = [0, 15, 16, 17, 30, 31, 32, 225, 245, 246, 247].randomElement(using: &generator)!
            let minute = [0, 75, 90, 119, 120, 150, 179, 180, 725].randomElement(using: &generator)!
            let first = LocalMoment(seconds: model.firstLocalDay * 86_400 + Int64(day * 86_400 + minute * 60))
            let until = Int64(first.seconds + 50 * 86_400)
            let read = try RecurrenceRule(rule.text + ";UNTIL=" + compact(until))
            let expected = model.starts(rule, from: first, until: until)
            let found = try? RecurringWindows(
                rule: read, zone: try NamedTimeZone(zone), start: first, durationSeconds: 60)
            guard expected.first == model.instant(of: first.seconds) else {
                #expect(found == nil, "\(rule.text) does not give \(first)")
                continue
            }
            compared += 1
            #expect(found?.windows.map(\.lowerBound) == expected, "\(rule.text) from \(first) in \(zone)")
        }
        #expect(compared > 60)
    }

    private func compact(_ instant: Int64) -> String {
        RFC3339.text(instant).replacing("-", with: "").replacing(":", with: "")
    }

    private func randomRule(_ generator: inout SeededGenerator) -> ModelRule {
        let frequency = RecurrenceRule.Frequency.allCases.randomElement(using: &generator)!
        var rule = ModelRule(frequency: frequency, interval: Int.random(in: 1...3, using: &generator))
        rule.weekStart = Int.random(in: 0...6, using: &generator)
        if Bool.random(using: &generator) {
            for _ in 0..<Int.random(in: 1...4, using: &generator) {
                var ordinal: Int?
                if frequency == .monthly, Bool.random(using: &generator) {
                    ordinal = [-5, -2, -1, 1, 2, 3, 5].randomElement(using: &generator)
                }
                rule.days.append((Int.random(in: 0...6, using: &generator), ordinal))
            }
        }
        if frequency != .weekly, Int.random(in: 0...2, using: &generator) == 0 {
            for _ in 0..<Int.random(in: 1...12, using: &generator) {
                let day = Int.random(in: 1...31, using: &generator)
                rule.monthDays.append(Bool.random(using: &generator) ? day : -day)
            }
        }
        return rule
    }
}
