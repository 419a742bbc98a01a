// Budget trees: limits in watts over the same racks, electrical and cooling alike.

/// What a budget tree carries.
public enum BudgetKind: String, CaseIterable, Sendable { case power, cooling }

/// Where a budget's watts are measured; the losses lie between the rack and that point.
public enum MeasuringPoint: String, CaseIterable, Sendable {
    /// At the rack itself: no losses.
    case rack
    /// All IT load: the racks plus network and storage.
    case it
    /// At the utility meter: all IT load times the site's PUE.
    case meter
}

/// One step of a limit: from `at` on, until the next step, `watts` may be drawn.
public struct LimitStep: Equatable, Sendable {
    /// Seconds since 1970, UTC; `Int64.min` for the first step.
    public let at: Int64
    public let watts: Watts

    public init(at: Int64, watts: Watts) {
        self.at = at
        self.watts = watts
    }
}

/// A source that feeds the root of a power tree.
public struct PowerSource: Equatable, Sendable {
    public enum Kind: String, CaseIterable, Sendable { case grid, turbine, battery }

    public let name: String
    public let kind: Kind
    public let watts: Watts
    /// Stored energy of a battery in joules, else 0.
    public let energyJoules: Int64
    /// Running hours a year that a permit allows, when it limits them.
    public let permitHoursPerYear: Int64?
    /// Notice for curtailment in seconds, when the supplier may ask for it.
    public let curtailmentNoticeSeconds: Int64?
    /// How fast a battery is filled again, at most; 0 for other kinds.
    public let rechargeWatts: Watts
    /// Micro-dollars for one megawatt-hour from it; of those that stand by, the cheapest is used first.
    public let costMicrosPerMWh: Int64

    public init(
        name: String, kind: Kind, watts: Watts, energyJoules: Int64, permitHoursPerYear: Int64?,
        curtailmentNoticeSeconds: Int64?, rechargeWatts: Watts = 0, costMicrosPerMWh: Int64 = 0
    ) {
        self.rechargeWatts = rechargeWatts
        self.costMicrosPerMWh = costMicrosPerMWh
        self.name = name
        self.kind = kind
        self.watts = watts
        self.energyJoules = energyJoules
        self.permitHoursPerYear = permitHoursPerYear
        self.curtailmentNoticeSeconds = curtailmentNoticeSeconds
    }
}

/// One domain of a budget tree.
public struct BudgetDomain: Sendable {
    public let name: String
    public let kind: BudgetKind
    public let parent: BudgetIndex?
    public let siteOffset: Int
    public let measuredAt: MeasuringPoint
    /// Nameplate limit where it is measured, before the derate.
    public let ratingWatts: Watts
    /// Percent of the rating that may be used, 1 to 100.
    public let deratePercent: Int64
    /// How much of the derated rating may be committed, in permille: 1,000 for all of it, more to oversubscribe it.
    public let oversubscriptionPermille: Int64
    /// The limit over time where it is measured: the least of the derated rating times the oversubscription, and the
    /// schedule. Never empty.
    public let limitSteps: [LimitStep]
    /// The same limit in watts at the rack, converted once and rounded down.
    public let rackLimitSteps: [LimitStep]
    /// Watts where it is measured for each watt at the rack, as a fraction.
    public let lossNumerator: Int64
    public let lossDenominator: Int64
    /// Sources that feed this domain; only roots have any.
    public let sources: [PowerSource]

    public init(
        name: String, kind: BudgetKind, parent: BudgetIndex?, siteOffset: Int, measuredAt: MeasuringPoint,
        ratingWatts: Watts, deratePercent: Int64, schedule: [LimitStep], site: Site, sources: [PowerSource],
        oversubscriptionPermille: Int64 = 1_000
    ) {
        self.name = name
        self.kind = kind
        self.parent = parent
        self.siteOffset = siteOffset
        self.measuredAt = measuredAt
        self.ratingWatts = ratingWatts
        self.deratePercent = deratePercent
        self.oversubscriptionPermille = oversubscriptionPermille
        self.sources = sources
        switch measuredAt {
        case .rack: (lossNumerator, lossDenominator) = (1, 1)
        case .it: (lossNumerator, lossDenominator) = (1000 + site.networkPermille, 1000)
        case .meter:
            (lossNumerator, lossDenominator) = ((1000 + site.networkPermille) * site.pueThousandths, 1_000_000)
        }
        let derated = ratingWatts * deratePercent / 100 * oversubscriptionPermille / 1_000
        // A schedule that begins at the beginning of time leaves no instant to the rating alone.
        var steps = schedule.first?.at == .min ? [] : [LimitStep(at: .min, watts: derated)]
        for step in schedule { steps.append(LimitStep(at: step.at, watts: min(derated, step.watts))) }
        limitSteps = steps
        let (numerator, denominator) = (lossNumerator, lossDenominator)
        rackLimitSteps = steps.map { LimitStep(at: $0.at, watts: $0.watts * denominator / numerator) }
    }

    /// What the domain is built to carry for good, where it is measured.
    public var deratedWatts: Watts { ratingWatts * deratePercent / 100 }

    /// What `rackWatts` at the rack are where this domain is measured, rounded up.
    public func measuredWatts(rackWatts: Watts) -> Watts {
        let product = rackWatts * lossNumerator
        return product >= 0
            ? (product + lossDenominator - 1) / lossDenominator : -((-product) / lossDenominator)
    }

    /// The watts at the rack that `measured` watts where this domain is measured leave, rounded down.
    public func rackWatts(measured: Watts) -> Watts { measured * lossDenominator / lossNumerator }

    /// The limit at the rack in force at `time`. O(steps).
    public func rackLimit(at time: Int64) -> Watts {
        rackLimitSteps.last { $0.at <= time }!.watts
    }

    /// The limit where it is measured in force at `time`. O(steps).
    public func limit(at time: Int64) -> Watts {
        limitSteps.last { $0.at <= time }!.watts
    }
}
