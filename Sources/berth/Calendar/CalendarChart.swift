// The chart of berth calendar: an answer and a width in, lines out.

import ControlAPI

/// Draws a calendar.
struct CalendarChart {
    let answer: CalendarAnswer
    let glyphs: Glyphs

    private static let titleMax = 32
    private static let narrowestChart = 20

    /// The lines of the chart, none wider than `columnCount`.
    func lines(columnCount: Int) -> [StyledText] {
        let sections = answer.sections
        let gutter = gutter(sections, columnCount: columnCount)
        let axis = CalendarAxis(
            start: answer.start.epochSeconds, end: answer.end.epochSeconds,
            columnCount: max(1, columnCount - gutter.title - gutter.amount - 3))
        func line(_ title: StyledText, _ amount: StyledText, _ chart: StyledText) -> StyledText {
            let whole =
                title.fitted(to: gutter.title, mark: glyphs.cut) + " "
                + amount.fitted(to: gutter.amount, isNumber: true, mark: glyphs.cut) + "  " + chart
            return whole.cut(to: columnCount, mark: glyphs.cut)
        }
        var lines = axisLines(axis, gutter: gutter.title + gutter.amount + 3)
        for section in sections {
            lines.append(line(StyledText(section.heading, .heading), "", empty(axis)))
            lines += section.rows.map {
                line(StyledText($0.title), StyledText($0.amount), row($0, axis))
            }
        }
        if sections.isEmpty { lines.append(StyledText("Nothing is booked in this time.", .quiet)) }
        if let unleased = answer.unleased, !unleased.isEmpty {
            lines.append(line(StyledText("NOT LEASED", .heading), StyledText("FEWEST", .heading), empty(axis)))
            lines += unleased.map {
                line(StyledText($0.site), StyledText(counted($0.steps.map(\.gpusLeast).min() ?? 0)), levels($0, axis))
            }
        }
        return lines
    }

    /// Columns for titles and amounts: as needed, as long as the chart keeps most of the width.
    private func gutter(_ sections: [CalendarSection], columnCount: Int) -> (title: Int, amount: Int) {
        let rows = sections.flatMap(\.rows)
        let unleased = answer.unleased ?? []
        let titles = rows.map(\.title.count) + sections.map(\.heading.count) + unleased.map(\.site.count) + [10]
        let amounts =
            rows.map(\.amount.count) + [6] + unleased.map { counted($0.steps.map(\.gpusLeast).min() ?? 0).count }
        let amount = min(amounts.max() ?? 6, 12)
        let room = max(8, min(columnCount * 2 / 5, columnCount - Self.narrowestChart) - amount - 3)
        return (min(titles.max() ?? 10, room, Self.titleMax), amount)
    }

    // MARK: The axis

    private func axisLines(_ axis: CalendarAxis, gutter: Int) -> [StyledText] {
        var dates = Array(repeating: Character(" "), count: axis.columnCount)
        var line = Array(repeating: glyphs.axis, count: axis.columnCount)
        for tick in axis.ticks {
            line[tick.column] = glyphs.tick
            for (offset, character) in tick.label.enumerated() where tick.column + offset < dates.count {
                dates[tick.column + offset] = character
            }
        }
        let range = "\(answer.start.short) to \(answer.end.short)"
        let head = StyledText(range, .quiet).fitted(to: gutter, mark: glyphs.cut)
        // A narrow gutter has no room for both ends of the chart.
        let isRoomy = range.count <= gutter
        let blank = StyledText(String(repeating: " ", count: gutter))
        let first = (isRoomy ? head : blank) + StyledText(String(dates))
        return (isRoomy ? [] : [StyledText(range, .quiet)]) + [first, blank + StyledText(String(line), .quiet)]
    }

    // MARK: Rows

    private typealias Cell = (character: Character, style: Style)

    private func row(_ row: CalendarRow, _ axis: CalendarAxis) -> StyledText {
        var cells = blank(axis)
        let marked = row.marks.map { axis.column(of: $0.at) }
        for span in row.spans { draw(span, on: &cells, axis, marked: marked) }
        for (mark, column) in zip(row.marks, marked) {
            guard cells.indices.contains(column) else { continue }
            cells[column] = (mark.character ?? glyphs.step, mark.style)
        }
        return text(of: cells)
    }

    private func draw(_ span: CalendarRow.Span, on cells: inout [Cell], _ axis: CalendarAxis, marked: [Int]) {
        let end = span.end ?? .max
        guard let columns = axis.columns(from: span.start, to: min(end, axis.end + 1)) else { return }
        let fill: Character =
            switch span.fill {
            case .running: glyphs.running
            case .coming: glyphs.coming
            case .blocked: glyphs.blocked
            }
        for column in columns { cells[column] = (fill, span.style) }
        if span.start < axis.start { cells[columns.lowerBound] = (glyphs.before, span.style) }
        if end > axis.end { cells[columns.upperBound - 1] = (glyphs.after, span.style) }
        let words = " \(span.text) "
        let room = Self.roomiest(of: columns, without: marked)
        guard !span.text.isEmpty, room.count >= words.count + 2 else { return }
        let first = room.lowerBound + (room.count - words.count) / 2
        for (offset, character) in words.enumerated() { cells[first + offset] = (character, span.style) }
    }

    /// The longest stretch of columns that has no mark.
    private static func roomiest(of columns: Range<Int>, without marked: [Int]) -> Range<Int> {
        let borders = marked.filter { columns.contains($0) }.sorted() + [columns.upperBound]
        var start = columns.lowerBound
        var best = start..<start
        for border in borders {
            if border - start > best.count { best = start..<border }
            start = border + 1
        }
        return best
    }

    private func levels(_ unleased: UnleasedGPUs, _ axis: CalendarAxis) -> StyledText {
        var cells = blank(axis)
        let top = glyphs.levels.count - 1
        let most = max(1, unleased.steps.map(\.gpusLeast).max() ?? 1)
        for column in 0..<axis.columnCount {
            let (from, to) = (axis.time(of: column), max(axis.time(of: column) + 1, axis.time(of: column + 1)))
            let least = unleased.steps.filter { $0.start.epochSeconds < to && $0.end.epochSeconds > from }
                .map(\.gpusLeast).min()
            guard let least else { continue }
            // What is not nothing is not shown as nothing.
            let level = (least * top + most - 1) / most
            cells[column] = (glyphs.levels[min(top, level)], least == 0 ? .quiet : .good)
        }
        return text(of: cells)
    }

    /// Nothing but the line of the present.
    private func blank(_ axis: CalendarAxis) -> [Cell] {
        var cells = Array(repeating: Cell(" ", .plain), count: axis.columnCount)
        let column = axis.column(of: answer.now.epochSeconds)
        if cells.indices.contains(column), column > 0 { cells[column] = (glyphs.here, .quiet) }
        return cells
    }

    private func empty(_ axis: CalendarAxis) -> StyledText { text(of: blank(axis)) }

    private func text(of cells: [Cell]) -> StyledText {
        cells.reduce(into: StyledText("")) { $0.append(StyledText.Span(text: String($1.character), style: $1.style)) }
    }
}
