// Windows that come again by a rule, made into plain windows in UTC.

import FleetModel

/// The windows of one rule.
public struct RecurringWindows: Sendable {
    /// The most windows of one rule.
    public static let countMax = 1_000
    /// How far after its start the last window of a rule may begin, in years of the calendar.
    public static let yearsMax: Int64 = 5
    /// The longest window: a year, in seconds.
    public static let durationSecondsMax: Int64 = 366 * 86_400

    /// In order, not overlapping, each as long as the duration in exact seconds; seconds since 1970, UTC.
    public let windows: [Range<Int64>]
    /// True when the rule has no end of its own: these are the windows up to the bounds above.
    public let isCut: Bool

    /// Works out the windows. The first begins at `start`, which the rule must give. O(days of five years).
    ///
    /// - Throws: when the rule does not give `start`, when it gives more than the bounds allow, and when one window
    ///   begins before the one before it is over.
    public init(
        rule: RecurrenceRule, zone: some ZoneOffsets, start: LocalMoment, durationSeconds: Int64
    ) throws(RecurrenceError) {
        guard (1...Self.durationSecondsMax).contains(durationSeconds) else {
            throw RecurrenceError(.duration, "a window that comes again lasts 1 second to 366 days")
        }
        let starts = try Self.starts(rule, zone, start)
        var windows: [Range<Int64>] = []
        for begin in starts.instants {
            if let last = windows.last, last.upperBound > begin {
                throw RecurrenceError(
                    .duration,
                    "window \(windows.count + 1) begins at \(RFC3339.text(begin)), before the one before it is over at "
                        + "\(RFC3339.text(last.upperBound)); shorten the duration or space the rule out")
            }
            windows.append(begin..<begin + durationSeconds)
        }
        self.windows = windows
        isCut = starts.isCut
    }

    private static func starts(
        _ rule: RecurrenceRule, _ zone: some ZoneOffsets, _ start: LocalMoment
    ) throws(RecurrenceError) -> (instants: [Int64], isCut: Bool) {
        let first = CivilDay(daysSince1970: start.day)
        // 29 February has no anniversary in most years.
        let lastDay = CivilDay(year: first.year + yearsMax, month: first.month, day: min(first.day, 28))!.daysSince1970
        var time = start.secondOfDay
        if let hour = rule.hour { time = hour * 3_600 + time % 3_600 }
        if let minute = rule.minute { time = time / 3_600 * 3_600 + minute * 60 + time % 60 }
        var instants: [Int64] = []
        for day in start.day...lastDay where rule.includes(day, start: start.day) {
            let local = LocalMoment(seconds: day * 86_400 + time)
            if local.seconds < start.seconds { continue }
            let instant = zone.instant(of: local)
            if case .until(let last) = rule.end, instant > last {
                guard !instants.isEmpty else { throw RecurrenceError(.rule, "UNTIL is before the start") }
                return (instants, false)
            }
            if instants.isEmpty && local != start {
                throw RecurrenceError(
                    .start,
                    "the rule gives no window at \(start); the first that it gives after that begins at \(local)")
            }
            guard instants.count < countMax else {
                if rule.end == .never { return (instants, true) }
                throw tooMany
            }
            instants.append(instant)
            if case .count(let count) = rule.end, instants.count == count { return (instants, false) }
        }
        guard !instants.isEmpty else {
            throw RecurrenceError(.start, "the rule gives no window within \(yearsMax) years of \(start)")
        }
        switch rule.end {
        case .never: return (instants, true)
        case .until(let last) where last < zone.instant(of: LocalMoment(seconds: lastDay * 86_400)):
            return (instants, false)
        case .until, .count: throw tooMany
        }
    }

    private static let tooMany = RecurrenceError(
        .rule,
        "a rule gives at most 1,000 windows within 5 years of its start; lower COUNT or bring UNTIL forward")
}
