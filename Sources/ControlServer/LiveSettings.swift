// The settings of the control server that a reload may change while it serves.

public import ControlAPI
import Synchronization

/// What can change without a restart.
public struct ServiceSettings: Sendable {
    /// Who is what.
    public var callerRules: CallerRules
    /// What one client may cost. Bounds on connections are taken at the start; the others count from the next request on.
    public var limits: ServerLimits
    /// How long an economic load target under what is committed waits for a second operator; nil: none is needed.
    public var loadTargetApprovalSeconds: Int64?
    /// Where the policy on faults acts by itself.
    public var faultRules: FaultRules
    /// How patient streams of changes are.
    public var eventPatience: EventPatience
    /// Under which tokens are made; nil: under none.
    public var pepper: TokenPepper?
    /// Whether tokens that were made without it do not count.
    public var requiresPepper: Bool

    /// All of them.
    public init(
        callerRules: CallerRules, limits: ServerLimits, loadTargetApprovalSeconds: Int64?, faultRules: FaultRules,
        eventPatience: EventPatience, pepper: TokenPepper? = nil, requiresPepper: Bool = false
    ) {
        self.callerRules = callerRules
        self.limits = limits
        self.loadTargetApprovalSeconds = loadTargetApprovalSeconds
        self.faultRules = faultRules
        self.eventPatience = eventPatience
        self.pepper = pepper
        self.requiresPepper = requiresPepper
    }
}

/// The settings in force, for everybody who asks at the time of a request.
public final class LiveSettings: Sendable {
    private struct State {
        var settings: ServiceSettings
        var proposal: FleetProposal?
        var reloadRefusal: ReloadRefusal?
    }

    private let state: Mutex<State>
    private let reloads = Atomic<UInt64>(0)
    let searches: RateLimiter
    let failures: RateLimiter

    /// The settings of a start, and what became of its fleet file where that was not the one in force.
    public init(_ settings: ServiceSettings, fleetProposal: FleetProposal?) {
        let limits = settings.limits
        searches = RateLimiter(burst: limits.searchesBurst, perMinute: limits.searchesPerMinute)
        failures = RateLimiter(burst: limits.failuresBurst, perMinute: limits.failuresPerMinute)
        state = Mutex(State(settings: settings, proposal: fleetProposal))
    }

    /// What is in force.
    public var settings: ServiceSettings { state.withLock { $0.settings } }

    /// Goes up with every reload that may have changed who is what.
    var rulesNumber: UInt64 { reloads.load(ordering: .acquiring) }

    /// What became of the last fleet file that differed from the fleet in force.
    public var fleetProposal: FleetProposal? { state.withLock { $0.proposal } }

    /// Why the last reload was refused; nil: it was not.
    public var reloadRefusal: ReloadRefusal? { state.withLock { $0.reloadRefusal } }

    /// Puts new settings in force, all at once.
    public func set(_ settings: ServiceSettings) {
        let before = state.withLock { state in
            defer { state.settings = settings }
            return state.settings.limits
        }
        reloads.add(1, ordering: .releasing)
        let limits = settings.limits
        if (before.searchesBurst, before.searchesPerMinute) != (limits.searchesBurst, limits.searchesPerMinute) {
            searches.set(burst: limits.searchesBurst, perMinute: limits.searchesPerMinute)
        }
        if (before.failuresBurst, before.failuresPerMinute) != (limits.failuresBurst, limits.failuresPerMinute) {
            failures.set(burst: limits.failuresBurst, perMinute: limits.failuresPerMinute)
        }
    }

    /// Notes what became of a fleet file; nil: it says what is in force, so that one refused before is of the past.
    public func note(_ proposal: FleetProposal?) {
        state.withLock { state in
            if proposal != nil || state.proposal?.accepted == false { state.proposal = proposal }
        }
    }

    /// Notes how a reload ended; nil: all of it is in force.
    public func note(_ refusal: ReloadRefusal?) { state.withLock { $0.reloadRefusal = refusal } }
}
