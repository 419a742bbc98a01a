// The part of RFC 5545's recurrence rules that Berth takes.

/// A day of the week; RFC 5545's two letters are the raw value.
public enum Weekday: String, CaseIterable, Sendable {
    case monday = "MO"
    case tuesday = "TU"
    case wednesday = "WE"
    case thursday = "TH"
    case friday = "FR"
    case saturday = "SA"
    case sunday = "SU"

    /// Days since the last Monday, 0 to 6.
    var number: Int64 { Int64(Weekday.allCases.firstIndex(of: self)!) }

    /// The weekday of a day counted from 1970-01-01, which was a Thursday.
    init(daysSince1970 days: Int64) {
        self = Weekday.allCases[Int(((days + 3) % 7 + 7) % 7)]
    }
}

/// A rule by which windows come again: RFC 5545's RRULE with FREQ (DAILY, WEEKLY, MONTHLY), INTERVAL, COUNT or UNTIL,
/// BYDAY, BYMONTHDAY, WKST, and BYHOUR and BYMINUTE of a single value.
public struct RecurrenceRule: Equatable, Sendable {
    public enum Frequency: String, CaseIterable, Sendable {
        case daily = "DAILY"
        case weekly = "WEEKLY"
        case monthly = "MONTHLY"
    }

    /// When the rule ends.
    public enum End: Equatable, Sendable {
        case never
        case count(Int)
        /// Seconds since 1970, UTC; a window that begins at that second is the last one.
        case until(Int64)
    }

    /// A day of the week, or with `ordinal` one of a month: 1 for the first, -1 for the last.
    public struct Day: Equatable, Sendable {
        public var weekday: Weekday
        public var ordinal: Int64?
    }

    public var frequency: Frequency
    public var interval: Int64 = 1
    public var end = End.never
    public var days: [Day] = []
    /// Days of the month, 1 to 31, or -1 for its last day to -31.
    public var monthDays: [Int64] = []
    /// Nil for the start's.
    public var hour: Int64?
    /// Nil for the start's.
    public var minute: Int64?
    public var weekStart = Weekday.monday

    init(frequency: Frequency) {
        self.frequency = frequency
    }
}
