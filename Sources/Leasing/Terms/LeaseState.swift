// The life of a lease: one table of state × event, which is also the test's fixture.

/// Where a lease is in its life.
public enum LeaseState: UInt8, CaseIterable, Sendable {
    /// Granted; its window has not begun.
    case scheduled
    /// Its window has begun; some units are not ready yet.
    case starting
    case active
    /// Its window is over; units are being turned round.
    case ending
    case expired
    /// Given back before its start.
    case cancelled
    /// Its window passed without anything being delivered.
    case failed
    /// The provider took it back under a clause of its contract.
    case reclaimed
    /// Its hardware went to a lease whose class comes first.
    case preempted
    /// Another tenant took it over.
    case transferred

    public var name: String {
        switch self {
        case .scheduled: "scheduled"
        case .starting: "starting"
        case .active: "active"
        case .ending: "ending"
        case .expired: "expired"
        case .cancelled: "cancelled"
        case .failed: "failed"
        case .reclaimed: "reclaimed"
        case .preempted: "preempted"
        case .transferred: "transferred"
        }
    }

    /// True when nothing can happen to the lease any more.
    public var isFinal: Bool {
        switch self {
        case .expired, .cancelled, .failed, .reclaimed, .preempted, .transferred: true
        case .scheduled, .starting, .active, .ending: false
        }
    }
}

/// What happens to a lease.
public enum LeaseEvent: UInt8, CaseIterable, Sendable {
    /// The start of the window has come.
    case start
    /// Every unit that is not down has been handed over.
    case deliver
    /// The end of the window has come.
    case end
    /// The holder, or the operator for it, gives the lease back.
    case release
    /// Every unit is clean and validated.
    case `return`
    /// The same, of a lease that the provider reclaimed.
    case takeBack
    /// The same, of a lease that gave way to another one.
    case giveWay
    /// Another tenant takes it over.
    case handOver

    public var name: String {
        switch self {
        case .start: "start"
        case .deliver: "deliver"
        case .end: "end"
        case .release: "release"
        case .return: "return"
        case .takeBack: "take-back"
        case .giveWay: "give-way"
        case .handOver: "hand-over"
        }
    }
}

extension LeaseState {
    /// The state after `event`, or nil when the event cannot happen in this state.
    public func after(_ event: LeaseEvent) -> LeaseState? {
        switch (self, event) {
        case (.scheduled, .start): .starting
        case (.scheduled, .release), (.scheduled, .handOver): .cancelled
        case (.starting, .deliver): .active
        case (.starting, .end): .failed
        case (.starting, .release): .ending
        case (.active, .end), (.active, .release): .ending
        case (.starting, .handOver), (.active, .handOver): .transferred
        case (.ending, .return): .expired
        case (.ending, .takeBack): .reclaimed
        case (.ending, .giveWay): .preempted
        default: nil
        }
    }
}

/// What is true of a lease besides its state.
public enum ConditionKind: UInt8, CaseIterable, Sendable {
    /// Less is delivered than was promised, because units are down.
    case degraded
    /// The window has begun and units are still being turned round.
    case delayed
    /// A load target lowers its watts.
    case curtailed
    /// A notice is in force: some of it, or all, goes.
    case noticeServed

    public var name: String {
        switch self {
        case .degraded: "Degraded"
        case .delayed: "Delayed"
        case .curtailed: "Curtailed"
        case .noticeServed: "NoticeServed"
        }
    }
}

/// One condition with its reason and since when it has held.
public struct Condition: Equatable, Sendable {
    public var kind: ConditionKind
    public var reason: String
    public var since: Int64

    public init(kind: ConditionKind, reason: String, since: Int64) {
        self.kind = kind
        self.reason = reason
        self.since = since
    }
}

/// How firmly a lease is held.
public enum LeaseClass: UInt8, CaseIterable, Sendable {
    case guaranteed, standard, opportunistic

    public var name: String {
        switch self {
        case .guaranteed: "guaranteed"
        case .standard: "standard"
        case .opportunistic: "opportunistic"
        }
    }
}
