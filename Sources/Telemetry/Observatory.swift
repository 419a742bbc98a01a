// What the daemon knows of the draw: takes readings, sums them, raises alerts, gathers history.

public import FleetModel
import Synchronization

/// What readings are held against: the fleet in force, its limits, and what is committed, at one moment.
public struct DrawConditions: Sendable {
    public let fleet: Fleet
    /// The limit in force, in watts where the domain is measured.
    public let limitWatts: @Sendable (BudgetIndex) -> Watts
    /// Committed, in watts where the domain is measured.
    public let committedWatts: @Sendable (BudgetIndex) -> Watts

    /// Every field.
    public init(
        fleet: Fleet, limitWatts: @escaping @Sendable (BudgetIndex) -> Watts,
        committedWatts: @escaping @Sendable (BudgetIndex) -> Watts
    ) {
        self.fleet = fleet
        self.limitWatts = limitWatts
        self.committedWatts = committedWatts
    }
}

/// The observed draw of the whole fleet at one moment.
public struct DrawReport: Sendable {
    /// By budget domain; nil without a fresh reading.
    public let draws: [ObservedDraw?]
    /// By budget domain: its draw with every GPU at its highest cap, in watts where it is measured.
    public let nameplateWatts: [Watts]
    /// By site, at its meter: the sum over its power roots that are observed; nil without any.
    public let siteDraws: [ObservedDraw?]
    /// Offsets of the domains of the upper levels, ascending: those with a history and in the metrics.
    public let upper: [Int]
    /// In the order of the domains.
    public let alerts: [DrawAlert]
}

/// How many readings came to what since the start.
public struct ObservationCounts: Equatable, Sendable {
    /// In the order of `ReadingVerdict.allCases`.
    public internal(set) var readings = [Int64](repeating: 0, count: ReadingVerdict.allCases.count)
    /// Readings of things that the fleet in force does not have.
    public internal(set) var unknown: Int64 = 0
    public internal(set) var alertsRaised: Int64 = 0

    /// Readings with one verdict.
    public subscript(verdict: ReadingVerdict) -> Int64 { readings[ReadingVerdict.allCases.firstIndex(of: verdict)!] }
}

/// The observed draw. Any thread may use it; nothing here waits for the writer, and the writer never waits for it.
public final class Observatory: Sendable {
    private let onChange: @Sendable (AlertChange, Fleet) -> Void
    private let state: Mutex<ObservatoryState>

    /// - Parameter onChange: called for each alert that is raised, becomes worse or is cleared, on the thread that
    ///   noticed, in order.
    public init(
        rules: ReadingRules = ReadingRules(), alertRules: AlertRules = AlertRules(),
        onChange: @escaping @Sendable (AlertChange, Fleet) -> Void = { _, _ in }
    ) {
        state = Mutex(ObservatoryState(rules: rules, alertRules: alertRules))
        self.onChange = onChange
    }

    /// Judges by other rules from the next reading and the next look on.
    public func set(_ rules: ReadingRules, _ alertRules: AlertRules) {
        state.withLock { state in
            (state.rules, state.alertRules) = (rules, alertRules)
            state.report = nil
        }
    }

    /// Takes readings in order. `unknown` counts those that named nothing of the fleet. O(readings).
    public func take(_ readings: [Reading], unknown: Int = 0, of fleet: Fleet, at now: Int64) -> [ReadingVerdict] {
        state.withLock { state in
            state.adopt(fleet)
            state.counts.unknown += Int64(unknown)
            return readings.map { reading in
                let verdict = state.readings!.take(reading, at: now, state.rules, in: fleet)
                state.counts.readings[ReadingVerdict.allCases.firstIndex(of: verdict)!] += 1
                if verdict.isKept { state.report = nil }
                return verdict
            }
        }
    }

    /// Whether any reading has ever been taken.
    public var hasReadings: Bool { state.withLock { $0.readings?.isEmpty == false } }

    public var counts: ObservationCounts { state.withLock { $0.counts } }

    /// The draw at `now`, and what follows from it for alerts. O(nodes + racks × budgets per rack) when a reading has
    /// come or a second has passed.
    ///
    /// - Parameter isSample: whether it goes into the history; asked for at even intervals.
    public func report(_ conditions: DrawConditions, at now: Int64, isSample: Bool = false) -> DrawReport {
        let (report, changes) = state.withLock { state -> (DrawReport, [AlertChange]) in
            if !isSample, let cached = state.report, cached.at == now, state.tables?.fleet === conditions.fleet {
                return (cached.report, [])
            }
            state.adopt(conditions.fleet)
            let (report, changes) = state.look(conditions, now)
            state.report = (now, report)
            if isSample { state.sample(report, conditions, now) }
            return (report, changes)
        }
        for change in changes { onChange(change, conditions.fleet) }
        return report
    }

    /// Gives the history since the last call, in the order of time and series, and forgets it. A slot may come in parts.
    public func takeMeans() -> [SlotMean] { state.withLock { $0.slots.take() } }
}
