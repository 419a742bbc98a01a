// A load target as it should be.

/// How far a load target is met.
public enum LoadTargetKind: String, WireEnumeration {
    /// Within the clauses of leases and no further.
    case economic
    /// Whatever the clauses say; what goes beyond them is the landlord's breach.
    case physical
}

/// What PUT states of a load target: the whole of it, not a change.
public struct LoadTargetRequest: Codable, Sendable, Equatable {
    /// The ceiling in watts, where the domain is measured. This or `reduceByWatts`.
    public var watts: Int?
    /// The ceiling as so many watts less than what is committed at the deadline.
    public var reduceByWatts: Int?
    /// The deadline: from here on it holds. Absent: now.
    public var start: Timestamp?
    /// When it ends; absent (with no `duration`): until it is replaced or removed.
    public var end: Timestamp?
    /// How long it holds, instead of `end`.
    public var duration: WireDuration?
    /// How far it is met; absent: `economic`.
    public var kind: LoadTargetKind?
    /// How many watts at the rack may come back each minute after the end; absent: all at once.
    public var restoreWattsPerMinute: Int?
    /// Why, for the audit log; 1 to 1,024 bytes.
    public var reason: String

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case watts, reduceByWatts, start, end, duration, kind, restoreWattsPerMinute, reason
    }

    /// Every field; those left out are absent.
    public init(
        watts: Int? = nil, reduceByWatts: Int? = nil, start: Timestamp? = nil, end: Timestamp? = nil,
        duration: WireDuration? = nil, kind: LoadTargetKind? = nil, restoreWattsPerMinute: Int? = nil, reason: String
    ) {
        self.watts = watts
        self.reduceByWatts = reduceByWatts
        self.start = start
        self.end = end
        self.duration = duration
        self.kind = kind
        self.restoreWattsPerMinute = restoreWattsPerMinute
        self.reason = reason
    }
}

extension LoadTargetRequest: CheckedOnDecoding {
    func check() throws(WireValueError) {
        if (watts == nil) == (reduceByWatts == nil) {
            throw WireValueError(
                field: "watts", expected: "either watts or reduceByWatts", found: watts == nil ? "neither" : "both")
        }
        try checkAmount(watts, field: "watts")
        try checkAmount(reduceByWatts, field: "reduceByWatts")
        try checkAmount(restoreWattsPerMinute, field: "restoreWattsPerMinute")
        if let restoreWattsPerMinute, restoreWattsPerMinute == 0 {
            throw WireValueError(field: "restoreWattsPerMinute", expected: "more than 0", found: "0")
        }
        if end != nil && duration != nil {
            throw WireValueError(field: "duration", expected: "end or duration", found: "both")
        }
        if let duration, duration.seconds == 0 {
            throw WireValueError(field: "duration", expected: "more than 0s", found: "0s")
        }
        if reason.isEmpty { throw WireValueError(field: "reason", expected: "a reason", found: "nothing") }
        try checkText(reason, field: "reason")
    }
}

/// Orders that the actuator says it has.
public struct OrderAcknowledgement: Codable, Sendable, Equatable {
    /// Ids of orders, 1 to 1,000.
    public var acknowledge: [String]
    /// Why, for the audit log; up to 1,024 bytes.
    public var reason: String?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case acknowledge, reason
    }

    /// Both; without a reason nil.
    public init(acknowledge: [String], reason: String? = nil) {
        self.acknowledge = acknowledge
        self.reason = reason
    }
}

extension OrderAcknowledgement: CheckedOnDecoding {
    func check() throws(WireValueError) {
        if !(1...1_000).contains(acknowledge.count) {
            throw WireValueError(field: "acknowledge", expected: "1 to 1,000 ids", found: "\(acknowledge.count)")
        }
        try checkText(reason, field: "reason")
    }
}

/// Why something is done, where nothing else need be said.
public struct ReasonRequest: Codable, Sendable, Equatable {
    /// Why, for the audit log; 1 to 1,024 bytes.
    public var reason: String

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case reason
    }

    /// The one field.
    public init(reason: String) {
        self.reason = reason
    }
}

extension ReasonRequest: CheckedOnDecoding {
    func check() throws(WireValueError) {
        if reason.isEmpty { throw WireValueError(field: "reason", expected: "a reason", found: "nothing") }
        try checkText(reason, field: "reason")
    }
}
