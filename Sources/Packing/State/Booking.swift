// One stretch of one node's future that belongs to one lease.

public import FleetModel

/// A set of a node's GPUs, or one MIG instance, bound to a lease over `[start, until)`.
///
/// The lease itself ends at `end`; from there to `until` the units are turned round.
public struct Booking: Equatable, Sendable {
    public let lease: UInt64
    public let start: Int64
    public let end: Int64
    public let until: Int64
    /// The cap of each GPU in watts; 0 for instances whose cap changes while they are booked.
    public let capWatts: Int32
    /// Bit `m - 1` for GPU module `m`.
    public let moduleMask: UInt8
    /// Memory slices of the one module, when it is a MIG instance; 0 for whole modules.
    public let sliceMask: UInt8

    /// Maintenance has numbers from here on in the place of leases' numbers, which never come this far.
    public static let maintenanceFirst: UInt64 = 1 << 62
    public var isMaintenance: Bool { lease >= Booking.maintenanceFirst }

    public init(
        lease: UInt64, start: Int64, end: Int64, until: Int64, capWatts: Watts, moduleMask: UInt8, sliceMask: UInt8 = 0
    ) {
        precondition(start < end && end <= until, "a booking lasts and is turned round after its end")
        precondition(moduleMask != 0, "a booking holds GPUs")
        self.lease = lease
        self.start = start
        self.end = end
        self.until = until
        self.capWatts = Int32(capWatts)
        self.moduleMask = moduleMask
        self.sliceMask = sliceMask
    }
}

/// Whether a node takes new allocations, and why not.
public enum NodeHealth: UInt8, CaseIterable, BitwiseCopyable, Sendable {
    case open
    /// No new allocations.
    case cordoned
    /// No new allocations, and waiting until its holders have left.
    case draining
    case faulty
    /// Repaired, and being validated before it may be used again.
    case validating
}
