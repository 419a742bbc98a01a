// Maintenance: windows in which some nodes are kept free of leases.

import FleetModel

/// Calendar windows over some nodes, by a name. Leases are packed around them.
public struct Maintenance: Equatable, Sendable {
    /// What is asked for; an identical request changes nothing.
    public struct Plan: Equatable, Sendable {
        /// Ascending dense ranges that do not touch, not empty.
        public var nodes: [Range<Int>]
        /// Seconds since 1970, in order, not overlapping, not empty.
        public var windows: [Range<Int64>]
        public var reason: String
        /// The rule that the windows came from, and its time zone, as words.
        public var rule: String?
        public var timeZone: String?

        public init(
            nodes: [Range<Int>], windows: [Range<Int64>], reason: String, rule: String? = nil, timeZone: String? = nil
        ) {
            self.nodes = nodes
            self.windows = windows
            self.reason = reason
            self.rule = rule
            self.timeZone = timeZone
        }
    }

    public let name: String
    /// Never given twice, also not to the same name.
    public let number: UInt64
    /// Its windows are those that are not over.
    public var plan: Plan
    public let actor: String
    public let setAt: Int64

    public var nodeCount: Int { plan.nodes.reduce(0) { $0 + $1.count } }

    /// The window that a moment lies in, or nil.
    public func window(at time: Int64) -> Range<Int64>? { plan.windows.first { $0.contains(time) } }
}

/// Bounds of one maintenance. They keep one decision short.
public enum MaintenanceLimits {
    public static let windowsMax = 1_000
    /// Nodes × windows: each is a booking.
    public static let bookingsMax = 500_000
    /// Names at one time.
    public static let countMax = 10_000
}
