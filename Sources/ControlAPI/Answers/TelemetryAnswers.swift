// What became of readings, and which budget domains are near their limits.

/// Why a reading does not count.
public enum ReadingFault: String, WireEnumeration {
    /// The fleet in force has no such node, GPU, rack or budget domain.
    case unknown
    /// A later reading of the same thing is already there.
    case older
    /// Older than readings count for.
    case stale
    /// Further in the future than clocks differ.
    case future
    /// More than twice what the thing can draw: a wrong unit, or a sensor that has failed.
    case implausible
}

/// One reading that was left out.
public struct LeftOutReading: Codable, Sendable, Equatable {
    /// Its place in the request, from 0.
    public var index: Int
    /// What it was of.
    public var subject: String
    /// Why it does not count.
    public var fault: ReadingFault

    /// Every field.
    public init(index: Int, subject: String, fault: ReadingFault) {
        self.index = index
        self.subject = subject
        self.fault = fault
    }
}

/// What became of a batch of readings.
public struct TelemetryAnswer: Codable, Sendable, Equatable {
    /// Readings that count from now on, first energy counters among them.
    public var taken: Int
    /// Readings that were left out.
    public var leftOut: Int
    /// The first hundred of them; absent: none.
    public var leftOutReadings: [LeftOutReading]?

    /// Every field; those left out are absent.
    public init(taken: Int, leftOut: Int, leftOutReadings: [LeftOutReading]? = nil) {
        self.taken = taken
        self.leftOut = leftOut
        self.leftOutReadings = leftOutReadings
    }
}

/// How near a budget domain is to its limit.
public enum DrawAlertKind: String, WireEnumeration {
    /// It has risen twice, and reaches the limit by the next reading if it rises on.
    case rising
    /// At or over the share of its limit at which alerts are raised.
    case nearLimit = "near-limit"
    /// At or over its limit.
    case overLimit = "over-limit"
}

/// A budget domain whose observed draw is near its limit.
public struct DrawAlertAnswer: Codable, Sendable, Equatable {
    /// The domain.
    public var budget: String
    /// The worst since it was raised.
    public var kind: DrawAlertKind
    /// When it was raised.
    public var since: Timestamp
    /// The last reading, in watts where the domain is measured.
    public var observedWatts: Int
    /// When that was read.
    public var observedAt: Timestamp
    /// The limit in force then.
    public var limitWatts: Int
    /// The highest since it was raised.
    public var peakWatts: Int
    /// When that was read.
    public var peakAt: Timestamp
    /// What the trend gives at the next reading; absent: it does not rise towards the limit.
    public var projectedWatts: Int?

    /// Every field; those left out are absent.
    public init(
        budget: String, kind: DrawAlertKind, since: Timestamp, observedWatts: Int, observedAt: Timestamp,
        limitWatts: Int, peakWatts: Int, peakAt: Timestamp, projectedWatts: Int? = nil
    ) {
        self.budget = budget
        self.kind = kind
        self.since = since
        self.observedWatts = observedWatts
        self.observedAt = observedAt
        self.limitWatts = limitWatts
        self.peakWatts = peakWatts
        self.peakAt = peakAt
        self.projectedWatts = projectedWatts
    }
}

/// All budget domains near their limits.
public struct DrawAlertList: Codable, Sendable, Equatable {
    /// Parents before children.
    public var alerts: [DrawAlertAnswer]
    /// Where the next page begins; absent: this is the last.
    public var cursor: String?

    /// Every field; those left out are absent.
    public init(alerts: [DrawAlertAnswer], cursor: String? = nil) {
        self.alerts = alerts
        self.cursor = cursor
    }
}
