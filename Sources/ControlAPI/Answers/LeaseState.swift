// The life of a lease in words.

/// Where a lease stands.
public enum LeaseState: String, WireEnumeration {
    /// Awaits an approval.
    case pending
    /// Granted, its start ahead.
    case scheduled
    /// Its units are being made ready.
    case starting
    /// Delivered.
    case active
    /// Its units are being taken back.
    case ending
    /// Ended at its end or by release.
    case expired
    /// Ended before its start.
    case cancelled
    /// Taken back under a clause.
    case reclaimed
    /// Its hardware went to a lease whose class comes first.
    case preempted
    /// Never delivered.
    case failed
    /// Taken over by another tenant.
    case transferred
}

extension LeaseState {
    /// Whether the lease has come to an end and holds nothing.
    public var isOver: Bool {
        switch self {
        case .pending, .scheduled, .starting, .active, .ending: false
        case .expired, .cancelled, .reclaimed, .preempted, .failed, .transferred: true
        }
    }
}

/// What is true of a lease besides its state.
public enum ConditionType: String, WireEnumeration {
    /// Notice has been given.
    case noticeServed = "NoticeServed"
    /// Less is delivered than promised.
    case degraded = "Degraded"
    /// Its watts are lowered within its terms.
    case curtailed = "Curtailed"
    /// An amendment waits for its moment.
    case amendmentPending = "AmendmentPending"
    /// It did not start in time.
    case delayed = "Delayed"
    /// It may not be changed.
    case locked = "Locked"
    /// Units were not given back in time.
    case overrun = "Overrun"
}

/// One condition of a lease.
public struct Condition: Codable, Sendable, Equatable {
    /// Which.
    public var type: ConditionType
    /// Why, in words.
    public var reason: String
    /// Since when.
    public var since: Timestamp

    /// Every field; those left out are absent.
    public init(type: ConditionType, reason: String, since: Timestamp) {
        self.type = type
        self.reason = reason
        self.since = since
    }
}
