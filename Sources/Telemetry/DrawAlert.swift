// A budget domain whose draw nears its limit: raised before the breaker acts, cleared some way below.

public import FleetModel

/// When an alert is raised and when it is cleared.
public struct AlertRules: Equatable, Sendable {
    /// Raised at this many thousandths of the limit in force.
    public var raisePermille: Int64
    /// Cleared under this many; less than `raisePermille`, so that it does not flutter.
    public var clearPermille: Int64

    /// Raised at 95 % of the limit and cleared under 90 %, as Dynamo's bands target and uncap (ISCA'16).
    public init(raisePermille: Int64 = 950, clearPermille: Int64 = 900) {
        precondition(0 < clearPermille && clearPermille < raisePermille, "an alert is cleared below where it is raised")
        self.raisePermille = raisePermille
        self.clearPermille = clearPermille
    }

    /// How far apart two readings are for a trend, in seconds.
    static let trendSecondsMin: Int64 = 10
    /// How long an alert stays when fewer nodes are observed than when it was last above, in seconds.
    static let blindSecondsMax: Int64 = 3_600
}

/// How near a domain is to its limit.
public enum AlertKind: String, CaseIterable, Comparable, Sendable {
    /// It has risen twice, and rising on as slowly as it did reaches the limit by the next reading.
    case rising
    /// At or over the threshold.
    case nearLimit = "near-limit"
    /// At or over the limit.
    case overLimit = "over-limit"

    private var rank: Int { Self.allCases.firstIndex(of: self)! }

    public static func < (left: AlertKind, right: AlertKind) -> Bool { left.rank < right.rank }
}

/// A domain near its limit, from when it was raised until it is cleared.
public struct DrawAlert: Equatable, Sendable {
    public let budget: BudgetIndex
    /// The worst since it was raised.
    public var kind: AlertKind
    public let since: Int64
    public var watts: Watts
    /// The limit in force at the last reading.
    public var limitWatts: Watts
    public var peakWatts: Watts
    public var peakAt: Int64
    /// What the trend gives at the next reading, when it rises.
    public var projectedWatts: Watts?
    /// The time of the last reading in it.
    public var observedAt: Int64
    /// When it was last at or above where it is cleared, and how many nodes were observed then.
    var lastAbove: (at: Int64, nodesObserved: Int)

    public static func == (left: DrawAlert, right: DrawAlert) -> Bool {
        left.budget == right.budget && left.kind == right.kind && left.since == right.since
            && left.watts == right.watts && left.peakWatts == right.peakWatts && left.observedAt == right.observedAt
    }
}

/// What changed about a domain's alert.
public enum AlertChange: Equatable, Sendable {
    case raised(DrawAlert)
    /// It has become worse.
    case worsened(DrawAlert)
    case cleared(DrawAlert)
}
