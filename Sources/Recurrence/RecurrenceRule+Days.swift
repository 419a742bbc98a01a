// Which days a rule gives.

import FleetModel

extension RecurrenceRule {
    /// Whether the rule gives a window on a day, both counted from 1970-01-01 in local time; `start` is the day of the
    /// first one. O(days listed).
    func includes(_ days: Int64, start: Int64) -> Bool {
        let (date, first) = (CivilDay(daysSince1970: days), CivilDay(daysSince1970: start))
        switch frequency {
        case .daily:
            return (days - start) % interval == 0 && isListed(date, days)
        case .weekly:
            guard (week(of: days) - week(of: start)) % interval == 0 else { return false }
            return self.days.isEmpty
                ? Weekday(daysSince1970: days) == Weekday(daysSince1970: start) : isListed(date, days)
        case .monthly:
            let months = (date.year - first.year) * 12 + date.month - first.month
            guard months % interval == 0 else { return false }
            return self.days.isEmpty && monthDays.isEmpty ? date.day == first.day : isListed(date, days)
        }
    }

    /// The week that a day lies in, counted from the one that 1970-01-01 lies in.
    private func week(of days: Int64) -> Int64 {
        let sinceWeekStart = (Weekday(daysSince1970: days).number - weekStart.number + 7) % 7
        let first = Weekday(daysSince1970: 0).number
        return (days - sinceWeekStart + (first - weekStart.number + 7) % 7) / 7
    }

    /// Whether a day is one of BYMONTHDAY and one of BYDAY, where there are such.
    private func isListed(_ date: CivilDay, _ days: Int64) -> Bool {
        let length = CivilDay.daysInMonth(date.month, of: date.year)
        let isDayOfMonth =
            monthDays.isEmpty || monthDays.contains(date.day) || monthDays.contains(date.day - length - 1)
        guard isDayOfMonth else { return false }
        let weekday = Weekday(daysSince1970: days)
        let (fromFirst, fromLast) = ((date.day - 1) / 7 + 1, -((length - date.day) / 7 + 1))
        return self.days.isEmpty
            || self.days.contains {
                $0.weekday == weekday && ($0.ordinal == nil || $0.ordinal == fromFirst || $0.ordinal == fromLast)
            }
    }
}
