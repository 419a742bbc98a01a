// What all bookings of one lease have in common, and the watts that follow from it.

public import FleetModel

/// The power cap of a lease.
public enum PowerCap: Equatable, Sendable {
    /// Watts for each GPU.
    case watts(Watts)
    /// Percent of each model's maximum cap, for leases over several models.
    case percent(Int)

    /// Of a booking that commits only what an idle node draws, which is committed anyway. For whole nodes; no request may
    /// ask for it.
    public static let paused = PowerCap.watts(0)

    /// The cap of one GPU on `platform`, in watts.
    public func watts(on platform: Platform) -> Watts {
        switch self {
        case .watts(let watts): watts
        case .percent(let percent): platform.power.capWatts(percent: percent)
        }
    }

    /// Whether GPUs of `platform` accept it.
    public func isLegal(on platform: Platform) -> Bool {
        let watts = watts(on: platform)
        return watts >= platform.power.capWattsMin && watts <= platform.power.capWattsMax
    }
}

/// The lease, window and cap that all bookings of one lease share.
public struct BookingTerms: Sendable {
    public let lease: UInt64
    public let start: Int64
    public let end: Int64
    /// When the units are free again: the end plus the turn-round.
    public let until: Int64
    public let cap: PowerCap
    /// False when the cap changes while it is booked: a GPU that is cut into instances is then shared with nobody.
    public let sharesGPUs: Bool

    public init(
        lease: UInt64, start: Int64, end: Int64, until: Int64, cap: PowerCap, sharesGPUs: Bool = true
    ) {
        self.sharesGPUs = sharesGPUs
        self.lease = lease
        self.start = start
        self.end = end
        self.until = until
        self.cap = cap
    }
}
