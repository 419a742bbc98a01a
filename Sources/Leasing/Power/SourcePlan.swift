// What a site's own sources give, so that leases need not be cut.

import FleetModel

/// Plans batteries and turbines over a shortage.
struct SourcePlan {
    /// The site's sources that stand by, cheapest first.
    let reserves: [PowerSource]
    /// What they give already for this target and for others.
    let others: [SourceUse]
    /// How fast draw may come back afterwards, in watts at the meter a minute; nil for at once.
    let restoreWattsPerMinute: Watts?

    /// Sources of a domain that stand by: batteries, and turbines where there is a grid to fall back from.
    ///
    /// - Parameter failed: names of those that have failed.
    static func reserves(of budget: BudgetDomain, without failed: Set<String>) -> [PowerSource] {
        let hasGrid = budget.sources.contains { $0.kind == .grid }
        let standingBy = budget.sources.filter { source in
            !failed.contains(source.name) && (source.kind == .battery || (source.kind == .turbine && hasGrid))
        }
        return standingBy.enumerated().sorted {
            ($0.element.costMicrosPerMWh, $0.offset) < ($1.element.costMicrosPerMWh, $1.offset)
        }.map(\.element)
    }

    /// What to draw from which source when; lowers `shortage` (watts at the meter) by it.
    ///
    /// - Parameter hasEnd: whether the shortage ends; a battery is not promised to one that does not.
    func uses(for shortage: inout Shortage, hasEnd: Bool) -> [SourceUse] {
        var result: [SourceUse] = []
        for source in reserves where shortage.isOver {
            let drawn: [SourceUse]
            switch source.kind {
            case .grid: continue
            case .battery: drawn = hasEnd ? discharge(of: source, shortage) : []
            case .turbine: drawn = run(of: source, shortage)
            }
            for use in drawn { shortage.lower(by: use.watts, in: use.start..<use.end) }
            result += drawn
        }
        return result
    }

    // MARK: Batteries

    /// Shaves the shortage as low as the stored energy allows: the lowest level that it covers what lies above.
    private func discharge(of battery: PowerSource, _ shortage: Shortage) -> [SourceUse] {
        let over = shortage.over
        guard let first = over.first, let last = over.last else { return [] }
        let mine = others.filter { $0.source == battery.name }
        let busy = mine.filter { $0.start < last.until && first.start < $0.end }.map(\.watts).max() ?? 0
        let power = max(0, battery.watts - busy)
        let stored = battery.energyJoules - mine.reduce(0) { $0 + $1.joulesMissing(at: first.start) }
        let highest = over.map(\.watts).max()!
        let energy = max(0, stored - rampEnergy(min(power, highest)))
        func joules(above level: Watts) -> Int64 {
            over.reduce(0) { $0 + min(power, max(0, $1.watts - level)) * ($1.until - $1.start) }
        }
        var (low, high) = (Watts(0), highest)
        while low < high {
            let middle = (low + high) / 2
            if joules(above: middle) <= energy { high = middle } else { low = middle + 1 }
        }
        return joined(over.map { piece in (piece, min(power, max(0, piece.watts - low))) }, of: battery)
    }

    /// Energy that a staged way back from `watts` takes.
    private func rampEnergy(_ watts: Watts) -> Int64 {
        guard let restoreWattsPerMinute, restoreWattsPerMinute > 0 else { return 0 }
        let minutes = (watts + restoreWattsPerMinute - 1) / restoreWattsPerMinute
        return watts * 60 * minutes
    }

    // MARK: Turbines

    /// Runs where most is missing first, for as long as the permit allows in each year.
    private func run(of turbine: PowerSource, _ shortage: Shortage) -> [SourceUse] {
        var left: [Int64: Int64] = [:]
        func secondsLeft(in year: Int64) -> Int64 {
            guard let hours = turbine.permitHoursPerYear else { return .max }
            let used = others.filter { $0.source == turbine.name }
                .flatMap { ($0.start..<$0.end).byCalendarYear }.filter { $0.year == year }
                .reduce(0) { $0 + $1.seconds.seconds }
            return max(0, hours * 3_600 - used)
        }
        var runs: [(Shortage.Piece, Watts)] = []
        let pieces = shortage.over.flatMap { piece in
            (piece.start..<piece.until).byCalendarYear.map {
                Shortage.Piece(start: $0.seconds.lowerBound, until: $0.seconds.upperBound, watts: piece.watts)
            }
        }
        let byNeed = pieces.sorted { ($1.watts, $0.start) < ($0.watts, $1.start) }
        for piece in byNeed {
            let year = CalendarMonth(at: piece.start).year
            let seconds = min(left[year] ?? secondsLeft(in: year), piece.until - piece.start)
            left[year] = (left[year] ?? secondsLeft(in: year)) - seconds
            guard seconds > 0 else { continue }
            var run = piece
            run.until = piece.start + seconds
            let busy =
                others.filter {
                    $0.source == turbine.name && $0.start < run.until && run.start < $0.end
                }.map(\.watts).max() ?? 0
            runs.append((run, min(max(0, turbine.watts - busy), piece.watts)))
        }
        return joined(runs.sorted { $0.0.start < $1.0.start }, of: turbine)
    }

    private func joined(_ pieces: [(piece: Shortage.Piece, watts: Watts)], of source: PowerSource) -> [SourceUse] {
        var result: [SourceUse] = []
        for (piece, watts) in pieces where watts > 0 {
            if let last = result.last, last.end == piece.start, last.watts == watts {
                result[result.count - 1].end = piece.until
                result[result.count - 1].rechargedAt = piece.until
            } else {
                result.append(
                    SourceUse(
                        source: source.name, start: piece.start, end: piece.until, watts: watts,
                        rechargedAt: piece.until))
            }
        }
        return result
    }
}

extension Range<Int64> {
    /// Its parts in each calendar year (UTC), in order.
    var byCalendarYear: [(year: Int64, seconds: Range<Int64>)] {
        var (result, from) = ([(year: Int64, seconds: Range<Int64>)](), lowerBound)
        while from < upperBound {
            let month = CalendarMonth(at: from)
            let to = Swift.min(upperBound, month.seconds.upperBound)
            if let last = result.last, last.year == month.year {
                result[result.count - 1].seconds = last.seconds.lowerBound..<to
            } else {
                result.append((month.year, from..<to))
            }
            from = to
        }
        return result
    }
}

extension SourceUse {
    /// What of its energy is not back in the battery at `time`: all of it until the battery is full, since what lies ahead
    /// is promised.
    func joulesMissing(at time: Int64) -> Int64 { time >= rechargedAt ? 0 : joules }
}
