// What one source has left beside what it is promised for.

import FleetModel

/// A source that stands by at a site, with all that load targets draw from it.
struct SourceStock {
    let source: PowerSource
    private let uses: [SourceUse]

    init(_ source: PowerSource, among uses: [SourceUse]) {
        self.source = source
        self.uses = uses.filter { $0.source == source.name }
    }

    /// Power that is free all over a window. O(uses × log).
    func freeWatts(in window: Range<Int64>) -> Watts {
        let busy = uses.filter { $0.start < window.upperBound && window.lowerBound < $0.end }
        let changes = busy.flatMap { [($0.start, $0.watts), ($0.end, -$0.watts)] }.sorted { $0 < $1 }
        var (sum, most) = (Watts(0), Watts(0))
        for (at, change) in changes where at < window.upperBound {
            // What ends as another begins comes first, so that no sum is too high.
            sum += change
            most = max(most, sum)
        }
        return max(0, source.watts - most)
    }

    /// What is in a battery at a time, all that is promised from then on taken off.
    func joulesStored(at time: Int64) -> Int64 {
        source.energyJoules - uses.reduce(0) { $0 + $1.joulesMissing(at: time) }
    }

    /// Seconds that a permit leaves of a calendar year (UTC).
    func secondsLeft(in year: Int64) -> Int64 {
        guard let hours = source.permitHoursPerYear else { return .max }
        let used = uses.flatMap { ($0.start..<$0.end).byCalendarYear }.filter { $0.year == year }
            .reduce(0) { $0 + $1.seconds.seconds }
        return max(0, hours * 3_600 - used)
    }
}

/// How draw comes back by stages after a load target, and how long each source gives for that.
struct WayBack {
    let start: Int64
    /// At the meter; more than 0.
    let wattsPerMinute: Watts

    /// Minutes in which so many watts come back.
    func minutes(_ watts: Watts) -> Int64 { (watts + wattsPerMinute - 1) / wattsPerMinute }

    /// When a source gives for the way back after others that take `minutes` before it.
    func window(of watts: Watts, after minutes: Int64) -> Range<Int64> {
        start..<start + 60 * (minutes + self.minutes(watts))
    }
}
