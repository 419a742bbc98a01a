// Calendar months in UTC: hours a month and permit hours a year are counted in them.

/// One calendar month, UTC.
public struct CalendarMonth: Hashable, Sendable {
    public let year: Int64
    /// 1 to 12.
    public let month: Int64

    /// The month in which a second since 1970 lies.
    public init(at seconds: Int64) {
        let days = seconds >= 0 ? seconds / 86_400 : (seconds - 86_399) / 86_400
        let day = CivilDay(daysSince1970: days)
        (year, month) = (day.year, day.month)
    }

    private init(year: Int64, month: Int64) {
        self.year = year
        self.month = month
    }

    public var next: CalendarMonth {
        month == 12 ? CalendarMonth(year: year + 1, month: 1) : CalendarMonth(year: year, month: month + 1)
    }

    /// Its first second.
    public var start: Int64 { CivilDay(year: year, month: month, day: 1)!.daysSince1970 * 86_400 }

    /// From its first second to the next month's.
    public var seconds: Range<Int64> { start..<next.start }
}
