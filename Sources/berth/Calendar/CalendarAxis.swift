// The time axis of a chart: which column a moment falls into, and where dates are written.

import ControlAPI

/// A stretch of time over so many columns.
struct CalendarAxis: Equatable {
    let start: Int64
    let end: Int64
    let columnCount: Int

    /// The column of a moment; outside the stretch it is before the first or after the last.
    func column(of time: Int64) -> Int {
        let offset = (time - start) * Int64(columnCount)
        let length = max(1, end - start)
        return Int(offset >= 0 ? offset / length : -((-offset + length - 1) / length))
    }

    /// The columns of `[from, to)`, at least one, within the chart; nil when it lies outside.
    func columns(from: Int64, to: Int64) -> Range<Int>? {
        guard from < end, to > start, from < to else { return nil }
        let first = max(0, column(of: from))
        let length = max(1, end - start)
        let past = ((min(to, end) - start) * Int64(columnCount) + length - 1) / length
        return first..<min(columnCount, max(first + 1, Int(past)))
    }

    /// Seconds since 1970 at which a column begins.
    func time(of column: Int) -> Int64 { start + (end - start) * Int64(column) / Int64(max(1, columnCount)) }

    /// Dates and their columns, as many as there is room for.
    var ticks: [(column: Int, label: String)] {
        for unit in Unit.all {
            var ticks: [(column: Int, label: String)] = []
            var free = 0
            var fits = true
            var time = unit.first(from: start)
            while time < end {
                let (column, label) = (column(of: time), unit.label(time))
                if column < free { fits = false }
                guard fits, ticks.count <= columnCount else { break }
                if column + label.count <= columnCount { ticks.append((column, label)) }
                free = column + label.count + 2
                time = unit.next(time)
            }
            if fits, !ticks.isEmpty { return ticks }
        }
        return []
    }

    /// How far apart dates are.
    private enum Unit {
        case seconds(Int64)
        /// Weeks begin on Mondays.
        case week
        case months(Int)

        static let all: [Unit] =
            [900, 3_600, 10_800, 21_600, 43_200, 86_400, 172_800].map(Unit.seconds)
            + [.week, .months(1), .months(3), .months(6), .months(12), .months(24), .months(60), .months(120)]

        func first(from start: Int64) -> Int64 {
            switch self {
            case .seconds(let length): (start + length - 1) / length * length
            case .week: (start - Self.monday + Self.weekLength - 1) / Self.weekLength * Self.weekLength + Self.monday
            case .months(let count):
                Month(of: start).beginning == start && Month(of: start).isMultiple(of: count)
                    ? start : Month(of: start).next(multipleOf: count).beginning
            }
        }

        func next(_ time: Int64) -> Int64 {
            switch self {
            case .seconds(let length): time + length
            case .week: time + Self.weekLength
            case .months(let count): Month(of: time).next(multipleOf: count).beginning
            }
        }

        func label(_ time: Int64) -> String {
            let text = Timestamp(epochSeconds: time).description
            switch self {
            case .seconds(let length) where length < 86_400 && !time.isMultiple(of: 86_400):
                return String(text.dropFirst(11).prefix(5))
            case .seconds, .week: return String(text.dropFirst(5).prefix(5))
            case .months(let count): return String(text.prefix(count < 12 ? 7 : 4))
            }
        }

        private static let weekLength: Int64 = 7 * 86_400
        /// 1970-01-05.
        private static let monday: Int64 = 4 * 86_400
    }
}

/// A month of a year.
private struct Month {
    /// Months since the year 0.
    let number: Int

    init(number: Int) { self.number = number }

    init(of time: Int64) {
        let text = Timestamp(epochSeconds: time).description
        number = (Int(text.prefix(4)) ?? 1970) * 12 + (Int(text.dropFirst(5).prefix(2)) ?? 1) - 1
    }

    func isMultiple(of count: Int) -> Bool { number.isMultiple(of: count) }

    func next(multipleOf count: Int) -> Month { Month(number: (number / count + 1) * count) }

    var beginning: Int64 {
        let (year, month) = (number / 12, number % 12 + 1)
        guard year <= 9_999 else { return Timestamp.epochSecondsRange.upperBound }
        let digits = String(10_000 + year).dropFirst() + "-" + String(100 + month).dropFirst()
        return Timestamp("\(digits)-01T00:00:00Z")?.epochSeconds ?? Timestamp.epochSecondsRange.upperBound
    }
}
