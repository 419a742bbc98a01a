// Windows that come again.

/// When windows come again: a rule in local time. It is worked out once; what is booked are plain windows in UTC.
public struct RecurrenceRequest: Codable, Sendable, Equatable {
    /// An RRULE of RFC 5545 with FREQ (DAILY, WEEKLY, MONTHLY), INTERVAL, COUNT or UNTIL, BYDAY, BYMONTHDAY, BYHOUR,
    /// BYMINUTE and WKST, such as `FREQ=WEEKLY;BYDAY=MO,TU`. One without an end is cut at 1,000 windows or 5 years.
    public var rule: String
    /// The IANA name of the time zone, such as `America/Chicago`, or `UTC`.
    public var timeZone: String
    /// When the first window begins, in local time: `2026-12-01T20:00`. The rule must give it.
    public var start: String
    /// How long each window lasts, in exact seconds.
    public var duration: WireDuration

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case rule, timeZone, start, duration
    }

    /// Every field.
    public init(rule: String, timeZone: String, start: String, duration: WireDuration) {
        self.rule = rule
        self.timeZone = timeZone
        self.start = start
        self.duration = duration
    }
}

extension RecurrenceRequest: CheckedOnDecoding {
    func check() throws(WireValueError) {
        try checkText(rule, field: "rule")
        try checkText(timeZone, field: "timeZone")
        try checkText(start, field: "start")
    }
}
