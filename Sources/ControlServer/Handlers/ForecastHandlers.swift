// Forecasts: the calendar, and how much of it is drawn as a rule.

import ControlAPI
import FleetModel
import Hummingbird
import Leasing
import Packing
import Scheduling
import Telemetry

enum ForecastHandlers {
    static func forecast(_ exchange: Exchange) async throws -> Response {
        let (view, now) = exchange.present
        let fleet = view.book.fleet
        let interval = try exchange.query("step", "hour, day or month") { ForecastInterval(rawValue: $0) } ?? .day
        let sites: [Int]
        if let name = exchange.query["site"] {
            guard let site = fleet.sites.firstIndex(where: { $0.name == name }) else {
                let known = fleet.sites.map(\.name).joined(separator: ", ")
                throw Problem(.badRequest, detail: "?site=\(name): there is no such site", expected: known)
            }
            sites = [site]
        } else {
            sites = Array(fleet.sites.indices)
        }
        let borders = try borders(exchange, interval, now)
        let history = exchange.services.history
        let forecasts = try await exchange.services.searcher.run {
            try sites.map { try forecast($0, view, borders, now, history) }
        }
        return exchange.answer(ForecastAnswer(step: interval, sites: forecasts), view: view)
    }

    /// Where steps begin and end. What was committed before the present is not kept.
    private static func borders(_ exchange: Exchange, _ interval: ForecastInterval, _ now: Int64) throws -> [Int64] {
        let expected = "a time like 2029-06-01T00:00:00Z"
        let start = max(now, try exchange.query("start", expected) { Timestamp($0)?.epochSeconds } ?? now)
        let usual: Int64 =
            switch interval {
            case .hour: 2 * 86_400
            case .day: 14 * 86_400
            case .month: 366 * 86_400
            }
        let end = try exchange.query("end", expected) { Timestamp($0)?.epochSeconds } ?? start + usual
        guard start < end else { throw Problem(.badRequest, detail: "?end must be after ?start and after now") }
        var borders = [start]
        while let last = borders.last, last < end {
            borders.append(min(end, interval.border(after: last)))
            guard borders.count <= WireLimits.forecastStepsMax + 1 else {
                throw Problem(
                    .badRequest, detail: "from ?start to ?end there are more than \(WireLimits.forecastStepsMax) steps",
                    expected: "an earlier ?end or a longer ?step")
            }
        }
        return borders
    }

    private static func forecast(
        _ site: Int, _ view: PublishedView, _ borders: [Int64], _ now: Int64,
        _ history: (String, Int64) throws -> [SlotMean]
    ) throws -> SiteForecast {
        let fleet = view.book.fleet
        let name = fleet.sites[site].name
        let slots = try history(SlotMean.siteSeries(name), now - SlotMean.keptSeconds)
        let model = SeasonalModel(slots)
        let calendar = SiteCalendar(view.book, site: site, from: borders[0], until: borders.last!)
        return SiteForecast(
            site: name,
            model: ForecastModelAnswer(
                quarters: model.slotCount, from: model.span.map { Timestamp($0.lowerBound) },
                until: model.span.map { Timestamp($0.upperBound) },
                backTest: BackTest.run(slots).map {
                    BackTestAnswer(errorPermille: Int($0.errorPermille), quarters: $0.slotCount)
                }),
            steps: calendar.forecast(borders, model).map { ForecastStepAnswer($0) })
    }
}

extension ForecastInterval {
    /// The first border after `time`, in seconds since 1970.
    fileprivate func border(after time: Int64) -> Int64 {
        switch self {
        case .hour: return (time / 3_600 + 1) * 3_600
        case .day: return (time / 86_400 + 1) * 86_400
        case .month:
            let text = Timestamp(time).description
            let (year, month) = (Int(text.prefix(4))!, Int(text.dropFirst(5).prefix(2))!)
            let (nextYear, nextMonth) = month == 12 ? (year + 1, 1) : (year, month + 1)
            let digits = String(10_000 + nextYear).dropFirst() + "-" + String(100 + nextMonth).dropFirst()
            return Timestamp("\(digits)-01T00:00:00Z")?.epochSeconds ?? .max
        }
    }
}

extension SiteCalendar {
    /// What the book has of a site over `[start, until)`; `start` is not before the book's time.
    fileprivate init(_ book: Book, site: Int, from start: Int64, until: Int64) {
        let fleet = book.fleet
        var watts: [(at: Int64, change: Watts)] = []
        for (offset, budget) in fleet.budgets.enumerated()
        where budget.siteOffset == site && budget.parent == nil && budget.kind == .power {
            var last: Watts = 0
            for step in book.packing.committedSteps(of: BudgetIndex(offset), from: start, until: until) {
                watts.append((step.at, step.watts - last))
                last = step.watts
            }
        }
        var gpus: [(at: Int64, change: GPUChange)] = []
        book.forEachLeasedPart(ofSite: site, after: start) { window, count, platform in
            guard window.lowerBound < until else { return }
            let change = GPUChange(count, platform)
            gpus.append((max(start, window.lowerBound), change))
            gpus.append((window.upperBound, -change))
        }
        self.init(
            site: fleet.sites[site],
            rackWatts: Self.summed(watts, from: start, Watts(0), +).map { LimitStep(at: $0.at, watts: $0.value) },
            gpus: Self.summed(gpus, from: start, GPUChange(), +).map {
                GPUStep(at: $0.at, gpus: $0.value.gpus, downMillionths: $0.value.downMillionths)
            })
    }

    /// Changes in any order as a step function with a value at `start`.
    private static func summed<Value>(
        _ changes: [(at: Int64, change: Value)], from start: Int64, _ none: Value, _ add: (Value, Value) -> Value
    ) -> [(at: Int64, value: Value)] {
        var result = [(at: start, value: none)]
        for (at, change) in changes.sorted(by: { $0.at < $1.at }) {
            let value = add(result.last!.value, change)
            if result.last!.at == at {
                result[result.count - 1].value = value
            } else {
                result.append((at, value))
            }
        }
        return result
    }
}

/// GPUs more or fewer, and how many of them are down on average.
private struct GPUChange {
    var gpus: Int64 = 0
    var downMillionths: Int64 = 0

    init() {}

    init(_ count: Int, _ platform: Platform) {
        gpus = Int64(count)
        let reliability = platform.reliability
        let perMillion = min(1_000_000, reliability.failuresPerMillionNodeDays * reliability.repairHours / 24)
        downMillionths = gpus * perMillion
    }

    static func + (left: GPUChange, right: GPUChange) -> GPUChange {
        var sum = left
        sum.gpus += right.gpus
        sum.downMillionths += right.downMillionths
        return sum
    }

    static prefix func - (change: GPUChange) -> GPUChange {
        var negative = change
        negative.gpus.negate()
        negative.downMillionths.negate()
        return negative
    }
}

extension ForecastStepAnswer {
    fileprivate init(_ step: ForecastStep) {
        self.init(
            start: Timestamp(step.start), end: Timestamp(step.end), committedGpusPeak: Int(step.gpusPeak),
            committedGpusMean: Int(step.gpusMean), expectedGpusMean: Int(step.expectedGPUsMean),
            committed: ForecastPowerAnswer(step.committed), expected: step.expected.map { ForecastPowerAnswer($0) })
    }
}

extension ForecastPowerAnswer {
    fileprivate init(_ power: ForecastPower) {
        self.init(
            wattsPeak: Int(power.wattsPeak), wattsMean: Int(power.wattsMean), energyJoules: Int(power.joules),
            cost: Money(currency: "USD", micros: power.costMicros), carbonGrams: Int(power.carbonGrams))
    }
}
