// Reading recurrence rules; what is outside of the subset is refused by the name of its part.

import FleetModel

extension RecurrenceRule {
    private static let taken = "FREQ, INTERVAL, COUNT, UNTIL, BYDAY, BYMONTHDAY, BYHOUR, BYMINUTE and WKST"
    /// Parts of RFC 5545 that are understood and not taken.
    private static let notTaken: Set<String> = ["BYSECOND", "BYYEARDAY", "BYWEEKNO", "BYMONTH", "BYSETPOS"]

    /// Reads a rule such as `FREQ=WEEKLY;BYDAY=MO,TU`. Letters may be small. O(length).
    ///
    /// - Throws: what is wrong, by the name of the part.
    public init(_ text: String) throws(RecurrenceError) {
        var parts: [(name: String, value: String)] = []
        guard text.utf8.count <= 1_024 else { throw RecurrenceError(.rule, "a rule is at most 1,024 bytes long") }
        for piece in text.uppercased().split(separator: ";", omittingEmptySubsequences: false) {
            let pair = piece.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard pair.count == 2, !pair[1].isEmpty else {
                throw RecurrenceError(.rule, "\"\(piece)\" is no part of a rule such as FREQ=WEEKLY;BYDAY=MO,TU")
            }
            guard !parts.contains(where: { $0.name == pair[0] }) else {
                throw RecurrenceError(.rule, "\(pair[0]) stands twice")
            }
            parts.append((pair[0], pair[1]))
        }
        guard let value = parts.first(where: { $0.name == "FREQ" })?.value else {
            throw RecurrenceError(.rule, "the rule has no FREQ; it is DAILY, WEEKLY or MONTHLY")
        }
        guard let frequency = Frequency(rawValue: value) else {
            throw RecurrenceError(.rule, "FREQ=\(value) is not taken; it is DAILY, WEEKLY or MONTHLY")
        }
        self.init(frequency: frequency)
        for (name, value) in parts where name != "FREQ" { try take(name, value) }
        try checkTogether()
    }

    private mutating func take(_ name: String, _ value: String) throws(RecurrenceError) {
        switch name {
        case "INTERVAL": interval = try Self.number(name, value, 1...1_000)
        case "COUNT", "UNTIL":
            guard end == .never else { throw RecurrenceError(.rule, "a rule has COUNT or UNTIL, not both") }
            end =
                name == "COUNT"
                ? .count(Int(try Self.number(name, value, 1...1_000_000))) : .until(try Self.moment(value))
        case "BYDAY": for item in Self.items(value) { days.append(try Self.day(item)) }
        case "BYMONTHDAY":
            for item in Self.items(value) {
                let day = try Self.number(name, item, -31...31)
                guard day != 0 else {
                    throw RecurrenceError(.rule, "BYMONTHDAY=0 is no day; it is 1 to 31 or -31 to -1")
                }
                monthDays.append(day)
            }
        case "BYHOUR": hour = try Self.single(name, value, 0...23)
        case "BYMINUTE": minute = try Self.single(name, value, 0...59)
        case "WKST":
            guard let day = Weekday(rawValue: value) else {
                throw RecurrenceError(.rule, "WKST=\(value) is no day of the week; it is MO to SU")
            }
            weekStart = day
        case _ where Self.notTaken.contains(name):
            throw RecurrenceError(.rule, "\(name) is not taken; a rule is made of \(Self.taken)")
        default: throw RecurrenceError(.rule, "\(name) is no part of a rule; it is made of \(Self.taken)")
        }
    }

    private func checkTogether() throws(RecurrenceError) {
        if frequency == .weekly, !monthDays.isEmpty {
            throw RecurrenceError(.rule, "BYMONTHDAY does not go with FREQ=WEEKLY; use FREQ=MONTHLY")
        }
        if frequency != .monthly, let day = days.first(where: { $0.ordinal != nil }) {
            throw RecurrenceError(
                .rule, "BYDAY=\(day.ordinal!)\(day.weekday.rawValue) counts within a month, so it needs FREQ=MONTHLY")
        }
    }

    // MARK: Values

    private static func items(_ value: String) -> [String] {
        value.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }

    private static func number(
        _ name: String, _ text: String, _ range: ClosedRange<Int64>
    ) throws(RecurrenceError) -> Int64 {
        guard let number = Int64(text), range.contains(number) else {
            throw RecurrenceError(
                .rule, "\(name)=\(text) is not a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    private static func single(
        _ name: String, _ text: String, _ range: ClosedRange<Int64>
    ) throws(RecurrenceError) -> Int64 {
        guard !text.contains(",") else {
            throw RecurrenceError(.rule, "\(name)=\(text): only a single value is taken; set one window for each")
        }
        return try number(name, text, range)
    }

    private static func day(_ text: String) throws(RecurrenceError) -> Day {
        guard let weekday = Weekday(rawValue: String(text.suffix(2))) else {
            throw RecurrenceError(.rule, "BYDAY=\(text) is no day; it is MO to SU, in a month also 1MO or -1FR")
        }
        let count = text.dropLast(2)
        guard !count.isEmpty else { return Day(weekday: weekday, ordinal: nil) }
        guard let ordinal = Int64(count), (1...5).contains(ordinal.magnitude) else {
            throw RecurrenceError(.rule, "BYDAY=\(text): a month has the first to fifth of a day, or -1 to -5")
        }
        return Day(weekday: weekday, ordinal: ordinal)
    }

    /// `20261224T060000Z`: with a time zone RFC 5545 has the end in UTC.
    private static func moment(_ text: String) throws(RecurrenceError) -> Int64 {
        let bytes = Array(text.utf8)
        let digits = text.filter { ("0"..."9").contains($0) }
        guard bytes.count == 16, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z"), digits.utf8.count == 14,
            let all = Int64(digits)
        else { throw RecurrenceError(.rule, "UNTIL=\(text) is no time in UTC such as 20261224T060000Z") }
        let (date, time) = (all / 1_000_000, all % 1_000_000)
        let (hour, minute, second) = (time / 10_000, time / 100 % 100, time % 100)
        guard let day = CivilDay(year: date / 10_000, month: date / 100 % 100, day: date % 100), hour < 24,
            minute < 60, second < 60
        else { throw RecurrenceError(.rule, "UNTIL=\(text) is a time that there is not") }
        return day.daysSince1970 * 86_400 + hour * 3_600 + minute * 60 + second
    }
}
