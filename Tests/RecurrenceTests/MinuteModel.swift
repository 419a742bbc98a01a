// Recurrence the slow, obvious way: every minute of a stretch of time is asked what a wall clock shows.

import FleetModel

@testable import Recurrence

/// A rule as the model has it: days of the week are numbers from Monday.
struct ModelRule {
    let frequency: RecurrenceRule.Frequency
    let interval: Int
    var days: [(weekday: Int, ordinal: Int?)] = []
    var monthDays: [Int] = []
    var weekStart = 0

    private static let letters = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]

    var text: String {
        var parts = ["FREQ=\(frequency.rawValue)", "INTERVAL=\(interval)", "WKST=\(Self.letters[weekStart])"]
        if !days.isEmpty {
            let list = days.map { "\($0.ordinal.map(String.init) ?? "")\(Self.letters[$0.weekday])" }
            parts.append("BYDAY=" + list.joined(separator: ","))
        }
        if !monthDays.isEmpty { parts.append("BYMONTHDAY=" + monthDays.map(String.init).joined(separator: ",")) }
        return parts.joined(separator: ";")
    }
}

struct MinuteModel {
    let firstLocalDay: Int64
    /// By what the clock shows: the first instant at which it does.
    private var instants: [Int64: Int64] = [:]
    /// By what the clock shows next after a gap: how far it jumped.
    private var jumps: [(from: Int64, to: Int64, at: Int64)] = []

    init(_ zoneName: String, from start: String, days: Int) throws {
        let zone = try NamedTimeZone(zoneName)
        firstLocalDay = LocalMoment(start)!.day
        var shown: Int64?
        let first = firstLocalDay * 86_400 - 86_400
        for minute in 0..<Int64(days + 2) * 1_440 {
            let instant = first + minute * 60
            let local = instant + zone.offset(at: instant)
            if instants[local] == nil { instants[local] = instant }
            if let shown, local > shown + 60 { jumps.append((shown + 60, local, instant)) }
            shown = local
        }
    }

    /// When the clock shows this, or in a gap would have shown it had it not jumped.
    func instant(of local: Int64) -> Int64? {
        if let found = instants[local] { return found }
        return jumps.first { ($0.from..<$0.to).contains(local) }.map { $0.at + local - $0.from }
    }

    /// The starts up to `until`, by listing the days of each period and taking those that the rule names.
    func starts(_ rule: ModelRule, from first: LocalMoment, until: Int64) -> [Int64] {
        let time = first.seconds - first.day * 86_400
        var result: [Int64] = []
        for day in days(rule, from: first.day, count: 60) {
            let local = day * 86_400 + time
            guard local >= first.seconds, let instant = instant(of: local), instant <= until else { continue }
            result.append(instant)
        }
        return result.sorted()
    }

    private func days(_ rule: ModelRule, from first: Int64, count: Int) -> [Int64] {
        switch rule.frequency {
        case .daily:
            return stride(from: first, to: first + Int64(count), by: rule.interval).filter { isNamed($0, rule) }
        case .weekly:
            var monday = first
            while weekday(monday) != rule.weekStart { monday -= 1 }
            return stride(from: monday, to: first + Int64(count), by: 7 * rule.interval).flatMap { week in
                (week..<week + 7).filter {
                    rule.days.isEmpty ? weekday($0) == weekday(first) : isNamed($0, rule)
                }
            }
        case .monthly:
            var (result, month, left) = ([Int64](), first, 4)
            while left > 0 {
                let whole = wholeMonth(around: month)
                if rule.days.isEmpty && rule.monthDays.isEmpty {
                    result += whole.filter { CivilDay(daysSince1970: $0).day == CivilDay(daysSince1970: first).day }
                } else {
                    result += whole.filter { isNamed($0, rule) }
                }
                month = whole.last!
                for _ in 0..<rule.interval { month = wholeMonth(around: month).last! + 1 }
                left -= 1
            }
            return result
        }
    }

    private func isNamed(_ day: Int64, _ rule: ModelRule) -> Bool {
        let month = wholeMonth(around: day)
        let isMonthDay =
            rule.monthDays.isEmpty
            || rule.monthDays.contains { number in
                let place = number > 0 ? number - 1 : month.count + number
                return month.indices.contains(place) && month[place] == day
            }
        let isWeekday =
            rule.days.isEmpty
            || rule.days.contains { name, ordinal in
                let all = month.filter { weekday($0) == name }
                guard let ordinal else { return all.contains(day) }
                let place = ordinal > 0 ? ordinal - 1 : all.count + ordinal
                return all.indices.contains(place) && all[place] == day
            }
        return isMonthDay && isWeekday
    }

    private func wholeMonth(around day: Int64) -> [Int64] {
        let month = CivilDay(daysSince1970: day).month
        var first = day
        while CivilDay(daysSince1970: first - 1).month == month { first -= 1 }
        var result: [Int64] = []
        while CivilDay(daysSince1970: first).month == month {
            result.append(first)
            first += 1
        }
        return result
    }

    /// Counted on from a day that was a Monday.
    private func weekday(_ day: Int64) -> Int {
        let monday = CivilDay(year: 2027, month: 1, day: 4)!.daysSince1970
        return Int(((day - monday) % 7 + 7) % 7)
    }
}
