// What a site will carry, step by step: from the calendar, and from how much of it is drawn as a rule.

public import FleetModel

/// A number of GPUs from one moment on.
public struct GPUStep: Equatable, Sendable {
    public let at: Int64
    /// GPUs leased.
    public let gpus: Int64
    /// Millionths of GPUs that are down of these on average, by the catalogue's failure rates.
    public let downMillionths: Int64

    /// Every field.
    public init(at: Int64, gpus: Int64, downMillionths: Int64) {
        self.at = at
        self.gpus = gpus
        self.downMillionths = downMillionths
    }
}

/// Watts at a site's meter over one step, and what they come to.
public struct ForecastPower: Equatable, Sendable {
    public var wattsPeak: Watts = 0
    public var joules: Int64 = 0
    public var wattsMean: Watts = 0
    public var costMicros: Int64 = 0
    public var carbonGrams: Int64 = 0
}

/// One step of a forecast.
public struct ForecastStep: Equatable, Sendable {
    public let start: Int64
    public let end: Int64
    public var gpusPeak: Int64 = 0
    public var gpusMean: Int64 = 0
    /// The mean less those that are down on average.
    public var expectedGPUsMean: Int64 = 0
    public var committed = ForecastPower()
    /// Nil without history.
    public var expected: ForecastPower?
}

/// A site's calendar, from which it is forecast.
public struct SiteCalendar: Sendable {
    public let site: Site
    /// Watts committed at the site's racks, in the order of time; the first not after the forecast's start.
    public let rackWatts: [LimitStep]
    /// GPUs leased, in the order of time; the first not after the forecast's start.
    public let gpus: [GPUStep]

    /// Every field.
    public init(site: Site, rackWatts: [LimitStep], gpus: [GPUStep]) {
        precondition(!rackWatts.isEmpty && !gpus.isEmpty, "a calendar has a value at its start")
        self.site = site
        self.rackWatts = rackWatts
        self.gpus = gpus
    }

    /// The steps between `borders`, which ascend. O(steps + hours).
    public func forecast(_ borders: [Int64], _ model: SeasonalModel) -> [ForecastStep] {
        let hasHistory = model.slotCount > 0
        return zip(borders, borders.dropFirst()).map { start, end in
            var step = ForecastStep(start: start, end: end)
            addGPUs(to: &step)
            var expected = ForecastPower()
            for (from, until, rackWatts) in pieces(start, end) {
                let watts = site.meterWatts(rackWatts: rackWatts)
                step.committed.add(watts, seconds: until - from)
                if let ratio = model.ratioMillionths(at: from) {
                    expected.add(Scale.times(watts, ratio, over: 1_000_000), seconds: until - from)
                }
            }
            step.committed.finish(seconds: end - start, site)
            expected.finish(seconds: end - start, site)
            step.expected = hasHistory ? expected : nil
            return step
        }
    }

    /// Committed watts in pieces over which neither they nor the hour changes.
    private func pieces(_ start: Int64, _ end: Int64) -> [(from: Int64, until: Int64, rackWatts: Watts)] {
        var result: [(from: Int64, until: Int64, rackWatts: Watts)] = []
        var place = lastPlace(in: rackWatts.count) { rackWatts[$0].at <= start }
        var from = start
        while from < end {
            var until = min(end, (from / 3_600 + 1) * 3_600)
            let next = place + 1
            if next < rackWatts.count { until = min(until, rackWatts[next].at) }
            if until > from { result.append((from, until, rackWatts[place].watts)) }
            if next < rackWatts.count, rackWatts[next].at <= until { place = next }
            from = until
        }
        return result
    }

    private func addGPUs(to step: inout ForecastStep) {
        var (seconds, downSeconds) = (Int128(0), Int128(0))
        var place = lastPlace(in: gpus.count) { gpus[$0].at <= step.start }
        while place < gpus.count, gpus[place].at < step.end {
            let from = max(step.start, gpus[place].at)
            let until = place + 1 < gpus.count ? min(step.end, gpus[place + 1].at) : step.end
            step.gpusPeak = max(step.gpusPeak, gpus[place].gpus)
            seconds += Int128(gpus[place].gpus) * Int128(until - from)
            downSeconds += Int128(gpus[place].downMillionths) * Int128(until - from)
            place += 1
        }
        let length = Int128(step.end - step.start)
        step.gpusMean = Int64(seconds / length)
        step.expectedGPUsMean = Int64((seconds * 1_000_000 - downSeconds) / (length * 1_000_000))
    }

    /// The last place for which `isBefore` holds; 0 where it holds for none.
    private func lastPlace(in count: Int, where isBefore: (Int) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isBefore(middle) { low = middle + 1 } else { high = middle }
        }
        return max(0, low - 1)
    }
}

extension ForecastPower {
    fileprivate mutating func add(_ watts: Watts, seconds: Int64) {
        wattsPeak = max(wattsPeak, watts)
        joules += watts * seconds
    }

    /// Mean, cost and carbon of what was added, rounded down.
    fileprivate mutating func finish(seconds: Int64, _ site: Site) {
        wattsMean = joules / seconds
        costMicros = Scale.times(joules, site.energyPriceMicrosPerMWh, over: 3_600_000_000)
        carbonGrams = Scale.times(joules, site.carbonGramsPerKWh, over: 3_600_000)
    }
}
