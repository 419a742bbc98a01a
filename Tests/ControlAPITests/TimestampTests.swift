// Times and durations: one text for each value, and nothing else read.

import Testing

@testable import ControlAPI

@Suite("A timestamp")
struct TimestampTests {
    @Test("every second of its range that was tried reads back from its text")
    func roundTrips() {
        var generator = SeededGenerator(seed: 1)
        let ends = [Timestamp.epochSecondsRange.lowerBound, -1, 0, 951_782_400, Timestamp.epochSecondsRange.upperBound]
        let random = (0..<20_000).map { _ in Int64.random(in: Timestamp.epochSecondsRange, using: &generator) }
        for seconds in ends + random {
            let timestamp = Timestamp(epochSeconds: seconds)
            #expect(Timestamp(timestamp.description) == timestamp)
        }
    }

    @Test("each day of 400 years follows the day before")
    func daysFollow() {
        var date = CivilDate(daysSinceEpoch: -1)
        for day in 0..<146_097 {
            let next = CivilDate(daysSinceEpoch: Int64(day))
            #expect(next.daysSinceEpoch == Int64(day))
            let isNextDay = next.year == date.year && next.month == date.month && next.day == date.day + 1
            let isMonthEnd = date.day == CivilDate.dayCount(year: date.year, month: date.month)
            let isNextMonth = next.day == 1 && isMonthEnd && (next.month == date.month + 1 || next.month == 1)
            #expect(isNextDay || isNextMonth)
            date = next
        }
    }

    @Test(
        "known moments have their known texts",
        arguments: [
            (0, "1970-01-01T00:00:00Z"), (951_782_400, "2000-02-29T00:00:00Z"), (1_874_966_400, "2029-06-01T00:00:00Z"),
            (-1, "1969-12-31T23:59:59Z"), (-62_135_596_800, "0001-01-01T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] as [(Int64, String)])
    func knownMoments(_ seconds: Int64, _ text: String) {
        #expect(Timestamp(epochSeconds: seconds).description == text)
        #expect(Timestamp(text)?.epochSeconds == seconds)
    }

    @Test(
        "refuses every other spelling",
        arguments: [
            "", "2029-06-01", "2029-06-01T00:00:00", "2029-06-01t00:00:00z", "2029-06-01T00:00:00+00:00",
            "2029-06-01T00:00:00.0Z", "2029-06-01T00:00:00.5Z", "2029-06-01 00:00:00Z", "2029-6-1T00:00:00Z",
            "2029-13-01T00:00:00Z", "2029-00-01T00:00:00Z", "2029-02-29T00:00:00Z", "2029-06-31T00:00:00Z",
            "2029-06-00T00:00:00Z", "2029-06-01T24:00:00Z", "2029-06-01T00:60:00Z", "2029-06-01T00:00:60Z",
            "0000-06-01T00:00:00Z", "+029-06-01T00:00:00Z", "2029-06-01T00:00:0٣Z",
        ])
    func refuses(_ text: String) {
        #expect(Timestamp(text) == nil)
    }

    @Test("orders by time")
    func orders() {
        #expect(Timestamp(epochSeconds: -5) < Timestamp(epochSeconds: 3))
    }
}

@Suite("A duration")
struct WireDurationTests {
    @Test("every length that was tried reads back from its text")
    func roundTrips() {
        var generator = SeededGenerator(seed: 2)
        let random = (0..<20_000).map { _ in Int64.random(in: WireDuration.secondsRange, using: &generator) }
        for seconds in [0, 1, 59, 60, 61, 3_600, 86_400, WireDuration.secondsRange.upperBound] + random {
            let duration = WireDuration(seconds: seconds)
            #expect(WireDuration(duration.description) == duration)
        }
    }

    @Test(
        "reads units in descending order",
        arguments: [
            ("90d", 7_776_000), ("4h", 14_400), ("30m", 1_800), ("60s", 60), ("1h30m", 5_400), ("0s", 0),
            ("1d1s", 86_401),
            ("007m", 420), ("90m", 5_400),
        ] as [(String, Int64)])
    func reads(_ text: String, _ seconds: Int64) {
        #expect(WireDuration(text)?.seconds == seconds)
    }

    @Test("writes the shortest text")
    func writes() {
        #expect(WireDuration(seconds: 5_400).description == "1h30m")
        #expect(WireDuration(seconds: 60).description == "1m")
        #expect(WireDuration(seconds: 0).description == "0s")
    }

    @Test(
        "refuses every other spelling",
        arguments: [
            "", "90", "d", "-1d", "+1d", "1.5h", "1 d", "1D", "1h1h", "1m1h", "1h30", "1w", "1d ",
            "999999999999999999999d",
            "100001d", "100000d1s", "1h٣m",
        ])
    func refuses(_ text: String) {
        #expect(WireDuration(text) == nil)
    }
}
