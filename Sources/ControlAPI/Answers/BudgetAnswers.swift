// Power and cooling.

/// What a budget tree bounds.
public enum BudgetKind: String, WireEnumeration {
    /// Electrical power.
    case power
    /// Heat rejection.
    case cooling
}

/// Where a budget counts its watts.
public enum MeasurePoint: String, WireEnumeration {
    /// At the rack.
    case rack
    /// All IT load of a site: the racks with network and storage.
    case it
    /// At the site's meter, losses included.
    case meter
}

/// On what an observed draw rests.
public enum ObservedBasis: String, WireEnumeration {
    /// A meter of the domain itself.
    case meter
    /// Meters, racks and nodes below it, nothing added.
    case measured
    /// Readings of GPUs or nodes, with what is around them taken from the catalogue.
    case partlyEstimated = "partly-estimated"
}

/// One budget domain now.
public struct BudgetAnswer: Codable, Sendable, Equatable {
    /// Its name.
    public var name: String
    /// What it bounds.
    public var kind: BudgetKind
    /// Where its watts are counted.
    public var measuredAt: MeasurePoint
    /// The domain that it hangs from; absent: a root.
    public var parent: String?
    /// What it is built for.
    public var ratingWatts: Int
    /// The limit in force now.
    public var limitWatts: Int
    /// Committed now.
    public var committedWatts: Int
    /// Limit less committed.
    public var headroomWatts: Int
    /// What is drawn, by readings; absent: none counts.
    public var observedWatts: Int?
    /// When the newest of them was read.
    public var observedAt: Timestamp?
    /// Nodes with readings, in percent of those below; `observedWatts` is theirs only.
    public var observedShare: Percentage?
    /// On what it rests.
    public var observedBasis: ObservedBasis?
    /// Limit less observed.
    public var observedHeadroomWatts: Int?
    /// What hangs below it beside what it is built for.
    public var provision: BudgetProvision
    /// What of it has failed: itself, or sources of it; absent: nothing.
    public var failures: [FailedFeed]?

    /// Every field; those left out are absent.
    public init(
        name: String, kind: BudgetKind, measuredAt: MeasurePoint, parent: String? = nil, ratingWatts: Int,
        limitWatts: Int, committedWatts: Int, headroomWatts: Int, provision: BudgetProvision, observedWatts: Int? = nil,
        observedAt: Timestamp? = nil,
        observedShare: Percentage? = nil, observedBasis: ObservedBasis? = nil, observedHeadroomWatts: Int? = nil
    ) {
        self.name = name
        self.kind = kind
        self.measuredAt = measuredAt
        self.parent = parent
        self.ratingWatts = ratingWatts
        self.limitWatts = limitWatts
        self.committedWatts = committedWatts
        self.headroomWatts = headroomWatts
        self.provision = provision
        self.observedWatts = observedWatts
        self.observedAt = observedAt
        self.observedShare = observedShare
        self.observedBasis = observedBasis
        self.observedHeadroomWatts = observedHeadroomWatts
    }
}

/// What the domain would carry, and what it costs to let it carry more than it is built for.
public struct BudgetProvision: Codable, Sendable, Equatable {
    /// All of its nodes at their highest caps, where it is measured.
    public var nameplateWatts: Int
    /// What may be committed: the limit in force.
    public var provisionedWatts: Int
    /// Nameplate over provisioned, in permille: over 1,000 caps keep it within its limit.
    public var nameplatePermille: Int
    /// The rating less its derate: what it carries for good.
    public var deratedWatts: Int
    /// How much of that may be committed by the fleet file, in permille; absent: all of it and no more.
    public var oversubscriptionPermille: Int?
    /// What happens when everything draws what is committed now; absent: it is within the derated rating.
    public var risk: OverloadRisk?
    /// What happens when everything draws what may be committed; absent as above.
    public var riskWhenFull: OverloadRisk?

    /// Every field; those left out are absent.
    public init(
        nameplateWatts: Int, provisionedWatts: Int, nameplatePermille: Int, deratedWatts: Int,
        oversubscriptionPermille: Int? = nil, risk: OverloadRisk? = nil, riskWhenFull: OverloadRisk? = nil
    ) {
        self.nameplateWatts = nameplateWatts
        self.provisionedWatts = provisionedWatts
        self.nameplatePermille = nameplatePermille
        self.deratedWatts = deratedWatts
        self.oversubscriptionPermille = oversubscriptionPermille
        self.risk = risk
        self.riskWhenFull = riskWhenFull
    }
}

/// A domain that draws more than it carries for good.
public struct OverloadRisk: Codable, Sendable, Equatable {
    /// Watts over the derated rating.
    public var overDeratedWatts: Int
    /// Watts over the rating itself; 0 when only the derate is used up.
    public var overRatingWatts: Int
    /// How long a breaker carries that at least, in seconds; absent within the rating, 0 above what is known of the curve.
    /// By figures of Dynamo (ISCA 2016) that are recalled, not checked.
    public var carriedSeconds: Int?

    /// Every field; those left out are absent.
    public init(overDeratedWatts: Int, overRatingWatts: Int, carriedSeconds: Int? = nil) {
        self.overDeratedWatts = overDeratedWatts
        self.overRatingWatts = overRatingWatts
        self.carriedSeconds = carriedSeconds
    }
}

/// All budget domains.
public struct BudgetList: Codable, Sendable, Equatable {
    /// Parents before children.
    public var budgets: [BudgetAnswer]
    /// Where the next page begins; absent: this is the last.
    public var cursor: String?

    /// Every field; those left out are absent.
    public init(budgets: [BudgetAnswer], cursor: String? = nil) {
        self.budgets = budgets
        self.cursor = cursor
    }
}

/// A step function's value from one moment on.
public struct WattsStep: Codable, Sendable, Equatable {
    /// From when.
    public var at: Timestamp
    /// The value until the next step.
    public var watts: Int

    /// Every field; those left out are absent.
    public init(at: Timestamp, watts: Int) {
        self.at = at
        self.watts = watts
    }
}

/// One budget domain over time.
public struct BudgetTimeline: Codable, Sendable, Equatable {
    /// Its name.
    public var name: String
    /// The limit, in the order of time.
    public var limit: [WattsStep]
    /// What is committed, in the order of time.
    public var committed: [WattsStep]

    /// Every field; those left out are absent.
    public init(name: String, limit: [WattsStep], committed: [WattsStep]) {
        self.name = name
        self.limit = limit
        self.committed = committed
    }
}

/// How long a step of a history is.
public enum HistoryInterval: String, WireEnumeration {
    /// A quarter of an hour: what is kept.
    case quarter
    /// An hour.
    case hour
    /// A day, from midnight UTC.
    case day
}

/// What a budget domain drew over one step.
public struct HistoryStep: Codable, Sendable, Equatable {
    /// When the step begins.
    public var start: Timestamp
    /// The mean of what was drawn, in watts where the domain is measured.
    public var observedWatts: Int
    /// The mean of what was committed.
    public var committedWatts: Int
    /// The mean share of nodes with readings, in percent; `observedWatts` is theirs only.
    public var observedShare: Percentage
    /// Samples in the means, one in five seconds.
    public var samples: Int

    /// Every field.
    public init(
        start: Timestamp, observedWatts: Int, committedWatts: Int, observedShare: Percentage, samples: Int
    ) {
        self.start = start
        self.observedWatts = observedWatts
        self.committedWatts = committedWatts
        self.observedShare = observedShare
        self.samples = samples
    }
}

/// What a budget domain has drawn.
public struct BudgetHistory: Codable, Sendable, Equatable {
    /// Its name.
    public var name: String
    /// How long the steps are.
    public var step: HistoryInterval
    /// In the order of time; steps without readings are left out.
    public var steps: [HistoryStep]

    /// Every field.
    public init(name: String, step: HistoryInterval, steps: [HistoryStep]) {
        self.name = name
        self.step = step
        self.steps = steps
    }
}
