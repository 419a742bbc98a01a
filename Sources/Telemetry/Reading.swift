// One figure that a meter, a node or a GPU has given.

public import FleetModel

/// What a reading is of.
public enum ReadingSubject: Hashable, Sendable {
    /// A whole node, its GPUs included.
    case node(NodeIndex)
    /// One GPU of a node, by module id from 1.
    case gpu(NodeIndex, module: Int)
    /// All GPUs of a node together, nothing around them.
    case gpus(NodeIndex)
    /// A whole rack, its nodes and switches included.
    case rack(RackIndex)
    /// A budget domain, by a meter of its own, in watts where the domain is measured.
    case budget(BudgetIndex)
}

/// What was read.
public enum ReadingValue: Equatable, Sendable {
    /// Watts of real power.
    case watts(Watts)
    /// A counter of energy in millijoules that only grows; of a GPU only. Two of them make a reading of watts.
    case energyMillijoules(Int64)
}

/// One figure at one moment.
public struct Reading: Equatable, Sendable {
    public let subject: ReadingSubject
    public let value: ReadingValue
    /// When it was measured, in seconds since 1970, UTC.
    public let at: Int64

    /// Every field.
    public init(_ subject: ReadingSubject, _ value: ReadingValue, at: Int64) {
        self.subject = subject
        self.value = value
        self.at = at
    }
}

/// What became of a reading.
public enum ReadingVerdict: String, CaseIterable, Sendable {
    /// It counts from now on.
    case taken
    /// A first energy counter, or one that has started anew: the next one makes watts of it.
    case counterStarted = "counter-started"
    /// A later reading of the same subject is already there.
    case older
    /// Older than readings count for.
    case stale
    /// From further in the future than clocks differ.
    case future
    /// More than twice what the subject can draw: a wrong unit, or a sensor that has failed.
    case implausible

    /// Whether the reading was kept.
    public var isKept: Bool { self == .taken || self == .counterStarted }
}

/// How readings are judged.
public struct ReadingRules: Equatable, Sendable {
    /// How long a reading counts, in seconds.
    public var freshSeconds: Int64
    /// How far ahead of the daemon's clock a reading may be, in seconds; it then counts as of now.
    public var aheadSecondsMax: Int64

    /// Readings count for two minutes, eight scrapes at the usual fifteen seconds, and may be a minute ahead.
    public init(freshSeconds: Int64 = 120, aheadSecondsMax: Int64 = 60) {
        self.freshSeconds = freshSeconds
        self.aheadSecondsMax = aheadSecondsMax
    }
}
