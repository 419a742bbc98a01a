// What a site's own sources give, so that leases need not be cut.

import FleetModel

/// Plans batteries and turbines over a shortage.
struct SourcePlan {
    /// The site's sources that stand by, cheapest first.
    let reserves: [PowerSource]
    /// What they give already for this target and for others.
    let others: [SourceUse]
    /// How draw comes back afterwards; nil for at once, or where there is no end.
    let wayBack: WayBack?

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
    /// What a source then gives on the way back is kept for that: energy, power, and hours of its permit.
    ///
    /// - Parameter hasEnd: whether the shortage ends; a battery is not promised to one that does not.
    func uses(for shortage: inout Shortage, hasEnd: Bool) -> [SourceUse] {
        var result: [SourceUse] = []
        // Sources come back in their order, each after those before it.
        var minutes: Int64 = 0
        for source in reserves where shortage.isOver {
            let stock = SourceStock(source, among: others)
            let drawn: [SourceUse]
            switch source.kind {
            case .grid: continue
            case .battery: drawn = hasEnd ? discharge(of: stock, shortage, after: minutes) : []
            case .turbine: drawn = run(of: stock, shortage, after: minutes)
            }
            for use in drawn { shortage.lower(by: use.watts, in: use.start..<use.end) }
            result += drawn
            if let wayBack, let last = drawn.last, last.end == wayBack.start { minutes += wayBack.minutes(last.watts) }
        }
        return result
    }

    /// A window with the time after it in which a source with `watts` is still needed for the way back.
    private func withWayBack(_ window: Range<Int64>, _ watts: Watts, after minutes: Int64) -> Range<Int64> {
        guard let wayBack, window.upperBound == wayBack.start else { return window }
        return window.lowerBound..<wayBack.window(of: watts, after: minutes).upperBound
    }

    // MARK: Batteries

    /// Shaves the shortage as low as the stored energy allows: the lowest level that it covers what lies above.
    private func discharge(of stock: SourceStock, _ shortage: Shortage, after minutes: Int64) -> [SourceUse] {
        let over = shortage.over
        guard let first = over.first, let last = over.last else { return [] }
        let window = withWayBack(first.start..<last.until, stock.source.watts, after: minutes)
        let power = stock.freeWatts(in: window)
        let highest = over.map(\.watts).max()!
        // Also where it ends before the target does, which may be ended earlier.
        let kept = min(power, highest) * (wayBack?.window(of: min(power, highest), after: minutes).seconds ?? 0)
        let energy = max(0, stock.joulesStored(at: first.start) - kept)
        func joules(above level: Watts) -> Int64 {
            over.reduce(0) { $0 + min(power, max(0, $1.watts - level)) * ($1.until - $1.start) }
        }
        var (low, high) = (Watts(0), highest)
        while low < high {
            let middle = (low + high) / 2
            if joules(above: middle) <= energy { high = middle } else { low = middle + 1 }
        }
        return joined(over.map { piece in (piece, min(power, max(0, piece.watts - low))) }, of: stock.source)
    }

    // MARK: Turbines

    /// Runs where most is missing first, for as long as the permit allows in each year, the way back included.
    private func run(of stock: SourceStock, _ shortage: Shortage, after minutes: Int64) -> [SourceUse] {
        let turbine = stock.source
        var left: [Int64: Int64] = [:]
        func secondsLeft(in year: Int64) -> Int64 { left[year] ?? stock.secondsLeft(in: year) }
        func charge(_ window: Range<Int64>) {
            for part in window.byCalendarYear { left[part.year] = secondsLeft(in: part.year) - part.seconds.seconds }
        }
        var runs: [(Shortage.Piece, Watts)] = []
        let pieces = shortage.over.flatMap { piece in
            (piece.start..<piece.until).byCalendarYear.map {
                Shortage.Piece(start: $0.seconds.lowerBound, until: $0.seconds.upperBound, watts: piece.watts)
            }
        }
        let byNeed = pieces.sorted { ($1.watts, $0.start) < ($0.watts, $1.start) }
        for piece in byNeed {
            let window = piece.start..<piece.until
            var run = piece
            let whole = withWayBack(window, min(turbine.watts, piece.watts), after: minutes)
            if whole.byCalendarYear.contains(where: { secondsLeft(in: $0.year) < $0.seconds.seconds }) {
                // Where the permit does not last for the way back too, leases are lowered before the end and come back by stages.
                let longest = whole == window ? window.seconds : max(0, window.seconds - 60)
                run.until = piece.start + min(secondsLeft(in: CalendarMonth(at: piece.start).year), longest)
            }
            guard run.start < run.until else { continue }
            let taken = run.until == piece.until ? whole : run.start..<run.until
            charge(taken)
            runs.append((run, min(stock.freeWatts(in: taken), piece.watts)))
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
