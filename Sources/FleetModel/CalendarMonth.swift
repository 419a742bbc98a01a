// Calendar months in UTC: hours a month and permit hours a year are counted in them.

/// One calendar month, UTC.
public struct CalendarMonth: Hashable, Sendable {
    public let year: Int64
    /// 1 to 12.
    public let month: Int64

    /// The month in which a second since 1970 lies.
    public init(at seconds: Int64) {
        let (whole, part) = seconds.quotientAndRemainder(dividingBy: 86_400)
        let day = CivilDay(daysSince1970: part < 0 ? whole - 1 : whole)
        (year, month) = (day.year, day.month)
    }

    private init(year: Int64, month: Int64) {
        self.year = year
        self.month = month
    }

    /// The month so many months after January 1970; `index` is not negative.
    public init(index: Int64) {
        precondition(index >= 0, "months are counted from January 1970")
        self.init(year: 1970 + index / 12, month: index % 12 + 1)
    }

    /// The month that `2026-12` names, from 1970 to 9999; nil for any other text.
    public init?(text: String) {
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].utf8.count == 4, parts[1].utf8.count == 2,
            text.utf8.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2d }),
            let year = Int64(parts[0]), let month = Int64(parts[1]), year >= 1970, (1...12).contains(month)
        else { return nil }
        self.init(year: year, month: month)
    }

    /// Months since January 1970.
    public var index: Int64 { (year - 1970) * 12 + month - 1 }

    /// Such as `2026-12`.
    public var text: String { "\(year)-\(month < 10 ? "0" : "")\(month)" }

    public var next: CalendarMonth {
        month == 12 ? CalendarMonth(year: year + 1, month: 1) : CalendarMonth(year: year, month: month + 1)
    }

    /// Its first second.
    public var start: Int64 { CivilDay(year: year, month: month, day: 1)!.daysSince1970 * 86_400 }

    /// From its first second to the next month's.
    public var seconds: Range<Int64> { start..<next.start }
}
