// Time in months, exactly.
//
// Months have 28 to 31 days, so a share of a month is a fraction with one of four denominators. Counted in units of which a
// month has 86,400 times the least common multiple of the four, every second is a whole number of them.

import FleetModel

/// Instants as months since 1970.
enum MonthUnits {
    /// Of one month: 377,580 days' seconds, 377,580 being the least common multiple of 28, 29, 30 and 31.
    static let ofMonth: Int128 = 377_580 * 86_400

    /// Units from the start of 1970 to a second, which is not before it.
    static func at(_ seconds: Int64) -> Int128 {
        let month = CalendarMonth(at: seconds)
        let window = month.seconds
        return Int128(month.index) * ofMonth + Int128(seconds - window.lowerBound) * (ofMonth / Int128(window.count))
    }
}
