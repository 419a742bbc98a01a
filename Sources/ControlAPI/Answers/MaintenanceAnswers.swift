// Maintenance windows.

/// A stretch of time.
public struct WindowAnswer: Codable, Sendable, Equatable {
    /// When it begins.
    public var start: Timestamp
    /// When it ends, exclusive.
    public var end: Timestamp

    /// Both ends.
    public init(start: Timestamp, end: Timestamp) {
        self.start = start
        self.end = end
    }
}

/// One maintenance: nodes that no lease holds in some windows.
public struct MaintenanceAnswer: Codable, Sendable, Equatable {
    /// Its name.
    public var name: String
    /// The nodes, as compact paths.
    public var nodes: [String]
    /// How many they are.
    public var nodeCount: Int
    /// Why.
    public var reason: String
    /// Who set it.
    public var by: String
    /// When it was set.
    public var setAt: Timestamp
    /// Whether a window runs now.
    public var active: Bool
    /// The windows that are not over, in order.
    public var windows: [WindowAnswer]
    /// The rule that they came from.
    public var rule: String?
    /// The rule's time zone.
    public var timeZone: String?
    /// On the answer to a rule without an end: how far it was booked.
    public var bookedUntil: Timestamp?

    /// Every field; those left out are absent.
    public init(
        name: String, nodes: [String], nodeCount: Int, reason: String, by: String, setAt: Timestamp, active: Bool,
        windows: [WindowAnswer], rule: String? = nil, timeZone: String? = nil, bookedUntil: Timestamp? = nil
    ) {
        self.name = name
        self.nodes = nodes
        self.nodeCount = nodeCount
        self.reason = reason
        self.by = by
        self.setAt = setAt
        self.active = active
        self.windows = windows
        self.rule = rule
        self.timeZone = timeZone
        self.bookedUntil = bookedUntil
    }
}

/// A page of maintenance.
public struct MaintenanceList: Codable, Sendable, Equatable {
    /// In the order of names.
    public var maintenance: [MaintenanceAnswer]
    /// Where the next page begins; absent: this is the last.
    public var cursor: String?

    /// Every field; those left out are absent.
    public init(maintenance: [MaintenanceAnswer], cursor: String? = nil) {
        self.maintenance = maintenance
        self.cursor = cursor
    }
}
