// The examples of RFC 5545 §3.8.5.3 that lie in the subset, and what lies outside of it.

import FleetModel
import Testing

@testable import Recurrence

/// The windows of an hour each that a rule gives.
func windows(
    _ rule: String, from start: String, in zone: String = "America/New_York", hours: Int64 = 1
) throws -> RecurringWindows {
    try RecurringWindows(
        rule: try RecurrenceRule(rule), zone: try NamedTimeZone(zone), start: try #require(LocalMoment(start)),
        durationSeconds: hours * 3_600)
}

/// The refusal of a rule that must not be taken.
func refusal(_ rule: String, from start: String = "1997-09-02T09:00", hours: Int64 = 1) -> RecurrenceError? {
    do {
        _ = try windows(rule, from: start, hours: hours)
        return nil
    } catch { return error as? RecurrenceError }
}

@Suite("Rules")
struct RuleExampleTests {
    struct Example: CustomTestStringConvertible, Sendable {
        let rule: String
        let start: String
        /// Days as the RFC lists them, each with its year and month where they change.
        let days: String
        var testDescription: String { rule }
    }

    static let examples: [Example] = [
        Example(rule: "FREQ=DAILY;COUNT=10", start: "1997-09-02", days: "1997-09: 2 3 4 5 6 7 8 9 10 11"),
        Example(rule: "FREQ=DAILY;INTERVAL=10;COUNT=5", start: "1997-09-02", days: "1997-09: 2 12 22 1997-10: 2 12"),
        Example(
            rule: "FREQ=WEEKLY;COUNT=10", start: "1997-09-02",
            days: "1997-09: 2 9 16 23 30 1997-10: 7 14 21 28 1997-11: 4"),
        Example(
            rule: "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH", start: "1997-09-02",
            days: "1997-09: 2 4 9 11 16 18 23 25 30 1997-10: 2"),
        Example(
            rule: "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR", start: "1997-09-01",
            days: "1997-09: 1 3 5 15 17 19 29 1997-10: 1 3 13 15 17 27 29 31 1997-11: 10 12 14 24 26 28 "
                + "1997-12: 8 10 12 22"),
        Example(
            rule: "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH", start: "1997-09-02",
            days: "1997-09: 2 4 16 18 30 1997-10: 2 14 16"),
        Example(
            rule: "FREQ=MONTHLY;COUNT=10;BYDAY=1FR", start: "1997-09-05",
            days: "1997-09: 5 1997-10: 3 1997-11: 7 1997-12: 5 1998-01: 2 1998-02: 6 1998-03: 6 1998-04: 3 1998-05: 1 "
                + "1998-06: 5"),
        Example(
            rule: "FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR", start: "1997-09-05",
            days: "1997-09: 5 1997-10: 3 1997-11: 7 1997-12: 5"),
        Example(
            rule: "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU", start: "1997-09-07",
            days: "1997-09: 7 28 1997-11: 2 30 1998-01: 4 25 1998-03: 1 29 1998-05: 3 31"),
        Example(
            rule: "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", start: "1997-09-22",
            days: "1997-09: 22 1997-10: 20 1997-11: 17 1997-12: 22 1998-01: 19 1998-02: 16"),
        Example(
            rule: "FREQ=MONTHLY;BYMONTHDAY=-3;COUNT=6", start: "1997-09-28",
            days: "1997-09: 28 1997-10: 29 1997-11: 28 1997-12: 29 1998-01: 29 1998-02: 26"),
        Example(
            rule: "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15", start: "1997-09-02",
            days: "1997-09: 2 15 1997-10: 2 15 1997-11: 2 15 1997-12: 2 15 1998-01: 2 15"),
        Example(
            rule: "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1", start: "1997-09-30",
            days: "1997-09: 30 1997-10: 1 31 1997-11: 1 30 1997-12: 1 31 1998-01: 1 31 1998-02: 1"),
        Example(
            rule: "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15", start: "1997-09-10",
            days: "1997-09: 10 11 12 13 14 15 1999-03: 10 11 12 13"),
        Example(
            rule: "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU;COUNT=15", start: "1997-09-02",
            days: "1997-09: 2 9 16 23 30 1997-11: 4 11 18 25 1998-01: 6 13 20 27 1998-03: 3 10"),
        Example(
            rule: "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13;COUNT=5", start: "1998-02-13",
            days: "1998-02: 13 1998-03: 13 1998-11: 13 1999-08: 13 2000-10: 13"),
        Example(
            rule: "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13;COUNT=10", start: "1997-09-13",
            days: "1997-09: 13 1997-10: 11 1997-11: 8 1997-12: 13 1998-01: 10 1998-02: 7 1998-03: 7 1998-04: 11 "
                + "1998-05: 9 1998-06: 13"),
        Example(
            rule: "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", start: "1997-08-05",
            days: "1997-08: 5 10 19 24"),
        Example(
            rule: "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", start: "1997-08-05",
            days: "1997-08: 5 17 19 31"),
        Example(
            rule: "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", start: "2007-01-15",
            days: "2007-01: 15 30 2007-02: 15 2007-03: 15 30"),
    ]

    @Test("the RFC's own examples give the days that it lists, at nine in New York", arguments: examples)
    func example(_ example: Example) throws {
        let found = try windows(example.rule, from: example.start + "T09:00")
        var (expected, month) = ([String](), "")
        for word in example.days.split(separator: " ") {
            if word.hasSuffix(":") {
                month = String(word.dropLast())
            } else {
                expected.append("\(month)-\(word.count == 1 ? "0" : "")\(word)T09:00")
            }
        }
        let zone = try NamedTimeZone("America/New_York")
        let local = found.windows.map { window in
            LocalMoment(seconds: window.lowerBound + zone.offset(at: window.lowerBound)).description
        }
        #expect(local == expected)
        #expect(!found.isCut && found.windows.allSatisfy { $0.count == 3_600 })
    }

    @Test("UNTIL takes a window that begins at its very second, and COUNT counts the first")
    func ends() throws {
        #expect(try windows("FREQ=DAILY;UNTIL=19971224T000000Z", from: "1997-09-02T09:00").windows.count == 113)
        #expect(try windows("FREQ=DAILY;UNTIL=19970903T130000Z", from: "1997-09-02T09:00").windows.count == 2)
        #expect(try windows("FREQ=DAILY;UNTIL=19970903T125959Z", from: "1997-09-02T09:00").windows.count == 1)
        #expect(try windows("freq=daily;count=1", from: "1997-09-02T09:00").windows.count == 1)
        #expect(refusal("FREQ=DAILY;UNTIL=19970902T125959Z")?.problem.contains("before the start") == true)
    }

    @Test("BYHOUR and BYMINUTE of one value say the time of day, which the start must have")
    func timeOfDay() throws {
        let found = try windows("FREQ=DAILY;COUNT=2;BYHOUR=7;BYMINUTE=45", from: "1997-09-02T07:45")
        #expect(found.windows.map { RFC3339.text($0.lowerBound) } == ["1997-09-02T11:45:00Z", "1997-09-03T11:45:00Z"])
        let refused = refusal("FREQ=DAILY;COUNT=2;BYHOUR=7", from: "1997-09-02T09:00")
        #expect(refused?.field == .start && refused?.problem.contains("1997-09-03T07:00") == true, "\(refused as Any)")
    }

    @Test("a rule without an end is cut at a thousand windows or five years")
    func cut() throws {
        let daily = try windows("FREQ=DAILY", from: "1997-09-02T09:00")
        #expect(daily.windows.count == 1_000 && daily.isCut)
        let weekly = try windows("FREQ=WEEKLY", from: "1997-09-02T09:00")
        #expect(weekly.isCut && RFC3339.text(weekly.windows.last!.lowerBound) == "2002-08-27T13:00:00Z")
        #expect(refusal("FREQ=DAILY;COUNT=1001")?.field == .rule)
        #expect(try windows("FREQ=DAILY;COUNT=1000", from: "1997-09-02T09:00").windows.count == 1_000)
        #expect(refusal("FREQ=MONTHLY;COUNT=62")?.problem.contains("5 years") == true)
        #expect(refusal("FREQ=WEEKLY;UNTIL=20030101T000000Z")?.problem.contains("5 years") == true)
    }

    @Test(
        "what is outside of the subset is refused by name",
        arguments: [
            ("FREQ=YEARLY", "YEARLY"), ("FREQ=HOURLY", "HOURLY"), ("INTERVAL=2", "FREQ"),
            ("FREQ=DAILY;BYMONTH=1", "BYMONTH"),
            ("FREQ=MONTHLY;BYDAY=MO;BYSETPOS=-1", "BYSETPOS"), ("FREQ=DAILY;BYHOUR=9,10", "BYHOUR"),
            ("FREQ=DAILY;BYSECOND=0", "BYSECOND"), ("FREQ=WEEKLY;BYDAY=1MO", "1MO"), ("FREQ=WEEKLY;BYDAY=XX", "XX"),
            ("FREQ=MONTHLY;BYDAY=6MO", "6MO"), ("FREQ=MONTHLY;BYDAY=0MO", "0MO"),
            ("FREQ=MONTHLY;BYDAY=-9223372036854775808MO", "BYDAY"),
            ("FREQ=MONTHLY;BYMONTHDAY=0", "BYMONTHDAY"),
            ("FREQ=MONTHLY;BYMONTHDAY=32", "BYMONTHDAY"), ("FREQ=WEEKLY;BYMONTHDAY=1", "BYMONTHDAY"),
            ("FREQ=DAILY;COUNT=2;UNTIL=19971007T000000Z", "COUNT"), ("FREQ=DAILY;COUNT=0", "COUNT"),
            ("FREQ=DAILY;UNTIL=19971007T000000", "UNTIL"), ("FREQ=DAILY;UNTIL=19971307T000000Z", "UNTIL"),
            ("FREQ=DAILY;INTERVAL=0", "INTERVAL"), ("FREQ=DAILY;FREQ=DAILY", "FREQ"), ("FREQ=DAILY;", "part"),
            ("", "part"),
            ("FREQ=DAILY;WKST=8", "WKST"), ("FREQ=DAILY;COLOUR=RED", "COLOUR"),
        ])
    func outside(_ rule: String, _ word: String) {
        let refused = refusal(rule)
        #expect(refused?.field == .rule && refused?.problem.contains(word) == true, "\(rule): \(refused as Any)")
    }

    @Test("a start that the rule does not give is refused with the first that it gives, and overlapping windows too")
    func together() {
        let off = refusal("FREQ=WEEKLY;BYDAY=MO", from: "1997-09-02T09:00")
        #expect(off?.field == .start && off?.problem.contains("1997-09-08T09:00") == true, "\(off as Any)")
        #expect(refusal("FREQ=MONTHLY;BYMONTHDAY=31;BYDAY=1MO", from: "1997-09-02T09:00")?.field == .start)
        let long = refusal("FREQ=DAILY;COUNT=2", hours: 25)
        #expect(long?.field == .duration && long?.problem.contains("1997-09-03T13:00:00Z") == true, "\(long as Any)")
        #expect(refusal("FREQ=DAILY;COUNT=2", hours: 24) == nil)
        #expect(refusal("FREQ=DAILY;COUNT=1", hours: 0)?.field == .duration)
    }

    @Test("local moments and zones are read strictly")
    func reading() throws {
        for text in ["2026-12-01", "2026-12-01T20:00Z", "2026-12-01T24:00", "2026-02-29T00:00", "2026-12-01 20:00", ""]
        {
            #expect(LocalMoment(text) == nil, "\(text)")
        }
        #expect(LocalMoment("2026-12-01T20:00")?.description == "2026-12-01T20:00")
        #expect(LocalMoment("2026-12-01T20:00:30")?.description == "2026-12-01T20:00:30")
        for name in ["Mars/Olympus", "CST", "GMT+5", "america/chicago", "", "../etc/passwd"] {
            #expect(throws: RecurrenceError.self, "\(name)") { try NamedTimeZone(name) }
        }
        #expect(try NamedTimeZone("UTC").offset(at: 0) == 0)
    }
}
