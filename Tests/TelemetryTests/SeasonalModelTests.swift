// The seasonal model finds what is there, falls back where nothing is, and knows its error.

import FleetModel
import Testing

@testable import Telemetry

@Suite("Seasonal model")
struct SeasonalModelTests {
    /// A Monday at midnight.
    private let monday: Int64 = 1_800_230_400

    /// One slot in which `permille` of a million watts are drawn.
    private func slot(_ start: Int64, _ permille: Int64, share: Int64 = 1_000, samples: Int64 = 3) -> SlotMean {
        SlotMean(
            series: "site:s", start: start, samples: samples, observedSum: permille * 1_000 * samples,
            committedSum: 1_000_000 * samples, shareSum: share * samples)
    }

    private func slots(days: Range<Int64>, _ permille: (Int64) -> Int64) -> [SlotMean] {
        (days.lowerBound * 96..<days.upperBound * 96).map { slot(monday + $0 * 900, permille(monday + $0 * 900)) }
    }

    @Test("each hour of the week has its own ratio")
    func week() {
        func truth(_ time: Int64) -> Int64 { 300 + (time - monday) / 3_600 % 168 }
        let model = SeasonalModel(slots(days: 0..<21, truth))
        #expect(model.slotCount == 21 * 96 && model.span == monday..<monday + 21 * 86_400)
        for hour in 0..<Int64(168) {
            let time = monday + 400 * 7 * 86_400 + hour * 3_600 + 1_799
            #expect(model.ratioMillionths(at: time) == truth(time) * 1_000)
        }
    }

    @Test("an hour of the week without history takes its hour of the day, and that the mean of all")
    func fallback() {
        // Mondays only, before noon only: 200 in even hours, 400 in odd ones.
        let morning = (0..<Int64(48)).map { slot(monday + $0 * 900, $0 / 4 % 2 == 0 ? 200 : 400) }
        let model = SeasonalModel(morning)
        #expect(model.ratioMillionths(at: monday + 86_400 + 3 * 3_600) == 400_000)
        #expect(model.ratioMillionths(at: monday + 18 * 3_600) == 300_000)
        #expect(SeasonalModel([]).ratioMillionths(at: monday) == nil && SeasonalModel([]).span == nil)
    }

    @Test("slots in which nodes were missing, and those of nothing committed, are left out")
    func partial() {
        let model = SeasonalModel([
            slot(monday, 800), slot(monday + 900, 100, share: 949), slot(monday + 1_800, 800, share: 950),
            SlotMean(series: "s", start: monday, samples: 1, observedSum: 9, committedSum: 0, shareSum: 1_000),
        ])
        #expect(model.slotCount == 2 && model.ratioMillionths(at: monday) == 800_000)
    }

    @Test("the back-test forecasts the last week from what came before, and needs a day of that")
    func backTest() throws {
        #expect(
            BackTest.run(slots(days: 0..<21) { 300 + $0 / 3_600 % 24 }) == BackTest(errorPermille: 0, slotCount: 672))
        // A week in which a tenth more is drawn than the model says: 80 for 88 is 9.1 % off.
        let changed = slots(days: 0..<21) { $0 < monday + 14 * 86_400 ? 800 : 880 }
        #expect(BackTest.run(changed) == BackTest(errorPermille: 91, slotCount: 672))
        #expect(BackTest.run(slots(days: 0..<8) { _ in 500 })?.slotCount == 672)
        #expect(BackTest.run(Array(slots(days: 0..<8) { _ in 500 }.dropFirst())) == nil)
        #expect(BackTest.run([]) == nil)
    }

    @Test("slots are taken together over longer steps, and lose nothing")
    func gathered() {
        let slots = [slot(monday, 100), slot(monday + 900, 300, share: 500), slot(monday + 7_200, 400)]
        let hours = SlotMean.gathered(slots, everySeconds: 3_600)
        #expect(hours.map(\.start) == [monday, monday + 7_200] && hours.map(\.samples) == [6, 3])
        #expect(hours[0].observedWatts == 200_000 && hours[0].sharePermille == 750)
        #expect(SlotMean.gathered(slots, everySeconds: 86_400).map(\.samples) == [9])
        #expect(SlotMean.gathered(slots, everySeconds: 900) == slots)
    }

    @Test("sums of a very large site do not overflow")
    func large() {
        let watts: Int64 = 20_000_000_000
        let model = SeasonalModel(
            (0..<Int64(5_760)).map {
                SlotMean(
                    series: "s", start: monday + $0 * 900, samples: 180, observedSum: watts * 90,
                    committedSum: watts * 180, shareSum: 180_000)
            })
        #expect(model.ratioMillionths(at: monday) == 500_000)
    }
}
