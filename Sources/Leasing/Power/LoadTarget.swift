// A ceiling that somebody puts on what a budget domain may draw for a while.

public import FleetModel

/// Which load target: its id is given by whoever sets it, within one budget domain.
public struct LoadTargetKey: Hashable, Comparable, Sendable {
    /// The name of the budget domain.
    public var budget: String
    public var id: String

    public init(budget: String, id: String) {
        self.budget = budget
        self.id = id
    }

    public static func < (left: LoadTargetKey, right: LoadTargetKey) -> Bool {
        (left.budget, left.id) < (right.budget, right.id)
    }
}

/// How far Berth goes to meet a load target.
public enum LoadTargetKind: UInt8, CaseIterable, Sendable {
    /// Met within the clauses of leases and no further.
    case economic
    /// Met whatever the clauses say: a limit of the plant or of the grid. What goes beyond them is the landlord's breach.
    case physical

    public var name: String {
        switch self {
        case .economic: "economic"
        case .physical: "physical"
        }
    }
}

/// Power that a source of the site gives for a load target.
public struct SourceUse: Equatable, Sendable {
    public var source: String
    public var start: Int64
    public var end: Int64
    /// At the site's meter.
    public var watts: Watts
    /// When what was taken from a battery is back in it; `Int64.max` when there is no headroom to fill it from. For other
    /// sources the end.
    public var rechargedAt: Int64

    public var joules: Int64 { watts * (end - start) }
}

/// A battery being filled after it was used.
public struct Recharge: Equatable, Sendable {
    public var source: String
    public var start: Int64
    public var end: Int64
    /// At the site's meter; kept free of leases.
    public var watts: Watts
}

/// Watts over a ceiling that nothing could be found for.
public struct UnmetWatts: Equatable, Sendable {
    public var start: Int64
    /// `Int64.max` when it has no end.
    public var until: Int64
    /// Where the domain is measured.
    public var watts: Watts
}

/// Why draw under a domain could not be lowered further.
public struct Holdout: Equatable, Sendable {
    public enum Kind: UInt8, CaseIterable, Sendable {
        /// No clause allows it.
        case noClause
        /// At the floor of its terms.
        case atFloor
        /// The hours of the month are used up.
        case hoursUsed
        /// The notice is longer than what is left until the deadline.
        case noticeTooShort
        /// It holds instances of GPUs that others may share.
        case instances
        /// Hardware that nobody leases, or that is stopped, draws this much idle.
        case idleDraw
    }

    public var kind: Kind
    public var leases: Int
    /// What they still draw at the rack at the tightest instant.
    public var watts: Watts
}

/// A ceiling in watts on a budget domain over an interval, with what was found to keep under it.
///
/// The least of all that are live is in force; within one key the one that was set last.
public struct LoadTarget: Equatable, Sendable {
    public var key: LoadTargetKey
    public var kind: LoadTargetKind
    /// Where the domain is measured; what the grid may see of it.
    public var watts: Watts
    /// The deadline: from here on it holds.
    public var start: Int64
    /// Nil until it is replaced or removed.
    public var end: Int64?
    /// How fast draw may come back at the end, in watts at the rack a minute; nil for at once.
    public var restoreWattsPerMinute: Watts?
    public var reason: String
    public var actor: String
    public var setAt: Int64
    /// It begins when it is decided, and keeps its length; not stored.
    public var startsWhenSet = false
    /// What sources give, so that leases need not. Past uses under the same key are kept.
    public var spent: [SourceUse] = []
    public var recharges: [Recharge] = []
    public var unmet: [UnmetWatts] = []
    /// Why, where something is unmet.
    public var holdouts: [Holdout] = []

    public init(
        key: LoadTargetKey, kind: LoadTargetKind, watts: Watts, start: Int64, end: Int64?,
        restoreWattsPerMinute: Watts? = nil, reason: String = "", actor: String = "", setAt: Int64 = 0
    ) {
        self.key = key
        self.kind = kind
        self.watts = watts
        self.start = start
        self.end = end
        self.restoreWattsPerMinute = restoreWattsPerMinute
        self.reason = reason
        self.actor = actor
        self.setAt = setAt
    }

    /// `Int64.max` for one without an end.
    public var until: Int64 { end ?? .max }

    public func isLive(at time: Int64) -> Bool { start <= time && time < until }

    /// The most that is not met in a stretch of time, where the domain is measured.
    public func unmetPeak(from start: Int64, until end: Int64 = .max) -> Watts {
        unmet.lazy.filter { $0.start < end && start < $0.until }.map(\.watts).max() ?? 0
    }
}
