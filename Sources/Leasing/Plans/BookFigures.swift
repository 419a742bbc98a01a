// The fleet's figures at one instant, to be held against those of another book.

public import FleetModel
public import Packing

/// Committed watts of one root of the budget trees.
public struct RootFigures: Equatable, Sendable {
    public var name: String
    /// Where it is measured, now.
    public var committedWatts: Watts
    /// The least that is left at any time from now on, where it is measured; under 0 when a limit is exceeded.
    public var headroomWatts: Watts
}

/// What a day at what is committed now costs.
public struct DayFigures: Equatable, Sendable {
    public var joules: Int64 = 0
    public var costMicros: MicroDollars = 0
    public var carbonGrams: Int64 = 0
}

/// Hardware, watts, energy and money of a book at one instant.
public struct BookFigures: Sendable {
    public let report: PackingReport
    /// In the fleet's order.
    public let roots: [RootFigures]
    /// The domain with the least left at any time from now on, as a share of its first limit.
    public let tightest: RootFigures?
    public let day: DayFigures
}

extension Book {
    /// Measures the book at `now`, which is not before its time. O(racks × depth + budgets × limits).
    public func figures(at now: Int64) -> BookFigures {
        let until = now + OrderLimits.horizonSeconds
        var roots: [RootFigures] = []
        var tightest: (share: Int64, figures: RootFigures)?
        var day = DayFigures()
        for (offset, budget) in fleet.budgets.enumerated() {
            let index = BudgetIndex(offset)
            let headroom = packing.headroom(of: index, from: now, until: until)
            let committed = packing.committedWatts(of: index, at: now)
            let figures = RootFigures(
                name: budget.name, committedWatts: budget.measuredWatts(rackWatts: committed),
                headroomWatts: budget.measuredWatts(rackWatts: headroom))
            let share = headroom * 1_000 / max(1, budget.rackLimitSteps[0].watts)
            if tightest.map({ share < $0.share }) ?? true { tightest = (share, figures) }
            guard budget.parent == nil else { continue }
            roots.append(figures)
            guard budget.kind == .power else { continue }
            let site = fleet.sites[budget.siteOffset]
            let joules = Int128(site.meterWatts(rackWatts: committed)) * 86_400
            day.joules += Int64(clamping: joules)
            day.costMicros += Int64(clamping: joules * Int128(site.energyPriceMicrosPerMWh) / 3_600_000_000)
            day.carbonGrams += Int64(clamping: joules * Int128(site.carbonGramsPerKWh) / 3_600_000)
        }
        return BookFigures(report: packing.report(at: now), roots: roots, tightest: tightest?.figures, day: day)
    }
}
