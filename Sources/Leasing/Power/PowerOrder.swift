// What the actuator has to do on hardware, by when.

import FleetModel

/// A cap that is to be in force on part of a lease from a deadline on, or is lifted from then on.
public struct PowerOrder: Equatable, Sendable {
    public let number: UInt64
    public let lease: UInt64
    public let target: LoadTargetKey
    /// By when; for a lifted cap, not before.
    public let deadline: Int64
    /// As in `CurtailmentStep`; nil lifts the cap of this target.
    public let percent: Int?
    public let issuedAt: Int64
    public var acknowledgedAt: Int64?
    public var acknowledgedBy: String?
    /// Half of its notice went by without an acknowledgement.
    public var missedHalfNotice = false

    /// Nobody acknowledged it at half of its notice, nor since.
    public var isOverdue: Bool { missedHalfNotice && acknowledgedAt == nil }

    /// When it becomes overdue unless it is acknowledged; nil when that harms nobody.
    var overdueAt: Int64? {
        percent == nil || acknowledgedAt != nil || missedHalfNotice ? nil : issuedAt + (deadline - issuedAt) / 2
    }
}

/// Time-driven changes that an operator has stopped.
public struct Freeze: Equatable, Sendable {
    public var reason: String
    public var actor: String
    public var since: Int64
}
