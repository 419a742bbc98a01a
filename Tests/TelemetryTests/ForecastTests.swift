// A forecast is the calendar added up second by second, and the same times the model's ratios.

import FleetModel
import Testing

@testable import Telemetry

@Suite("Forecast")
struct ForecastTests {
    private let start: Int64 = 1_800_230_400
    private let site = TelemetryFixtures.fleet().sites[0]

    /// Adds up every second: slow and obvious.
    private func slow(_ calendar: SiteCalendar, _ from: Int64, _ until: Int64, _ model: SeasonalModel) -> ForecastStep {
        var step = ForecastStep(start: from, end: until)
        var (gpuSeconds, downSeconds, expected) = (Int64(0), Int64(0), ForecastPower())
        for second in from..<until {
            let watts = site.meterWatts(rackWatts: calendar.rackWatts.last { $0.at <= second }!.watts)
            step.committed.joules += watts
            step.committed.wattsPeak = max(step.committed.wattsPeak, watts)
            if let ratio = model.ratioMillionths(at: second) {
                expected.joules += watts * ratio / 1_000_000
                expected.wattsPeak = max(expected.wattsPeak, watts * ratio / 1_000_000)
            }
            let gpus = calendar.gpus.last { $0.at <= second }!
            gpuSeconds += gpus.gpus
            downSeconds += gpus.downMillionths
            step.gpusPeak = max(step.gpusPeak, gpus.gpus)
        }
        let length = until - from
        step.gpusMean = gpuSeconds / length
        step.expectedGPUsMean = (gpuSeconds * 1_000_000 - downSeconds) / (length * 1_000_000)
        func finished(_ power: ForecastPower) -> ForecastPower {
            var power = power
            power.wattsMean = power.joules / length
            power.costMicros = power.joules * 50 / 3_600
            power.carbonGrams = power.joules * 400 / 3_600_000
            return power
        }
        step.committed = finished(step.committed)
        step.expected = model.slotCount > 0 ? finished(expected) : nil
        return step
    }

    @Test("energy, cost, carbon, peaks and means are those of adding up every second", arguments: 0..<40)
    func sums(seed: UInt64) {
        var random = SplitMix(state: seed)
        func steps() -> [Int64] {
            let times = (0..<random.below(9)).map { _ in start + Int64(random.below(14_000)) }
            return [start] + Set(times).sorted().filter { $0 > start }
        }
        let calendar = SiteCalendar(
            site: site, rackWatts: steps().map { LimitStep(at: $0, watts: Int64(random.below(90_000))) },
            gpus: steps().map { at in
                let gpus = Int64(random.below(500))
                return GPUStep(at: at, gpus: gpus, downMillionths: gpus * Int64(random.below(50_000)))
            })
        let slots = (0..<Int64(16)).map {
            SlotMean(
                series: "s", start: start + $0 * 900, samples: 1, observedSum: Int64(1_000 + random.below(9_000)),
                committedSum: 10_000, shareSum: 1_000)
        }
        for model in [SeasonalModel(slots), SeasonalModel([])] {
            let first = start + Int64(random.below(3_000))
            let borders = [first, first + 1, first + 3_700, first + 12_000]
            let forecast = calendar.forecast(borders, model)
            #expect(forecast == zip(borders, borders.dropFirst()).map { slow(calendar, $0, $1, model) })
        }
    }
}

/// Seeded randomness.
private struct SplitMix {
    var state: UInt64

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
    }
}
