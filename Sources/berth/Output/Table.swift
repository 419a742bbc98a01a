// Tables for people: numbers to the right, the widest text cut where the terminal ends.

import ControlAPI

/// A table of text.
struct Table {
    struct Column {
        let title: String
        var isNumber = false
        /// Whether its texts may be cut.
        var isFlexible = false
        /// Whether it may be left out where the terminal is narrow.
        var isOptional = false

        /// Texts that may be cut.
        static func text(_ title: String) -> Column { Column(title: title, isFlexible: true) }
        /// Texts of use only when whole, such as ids.
        static func word(_ title: String) -> Column { Column(title: title) }
        static func number(_ title: String) -> Column { Column(title: title, isNumber: true) }

        var optional: Column {
            var column = self
            column.isOptional = true
            return column
        }
    }

    struct Cell: ExpressibleByStringInterpolation {
        let text: String
        let style: Style

        /// Text of others stays on its line, and commands to terminals are shown rather than obeyed.
        init(_ text: String, _ style: Style = .plain) {
            self.text = PrintableText.line(text)
            self.style = style
        }

        init(stringLiteral text: String) { self.init(text) }
    }

    let columns: [Column]
    private(set) var rows: [[Cell]] = []

    init(_ columns: Column...) { self.columns = columns }

    mutating func add(_ cells: Cell...) {
        precondition(cells.count == columns.count, "a row has a cell for each column")
        rows.append(cells)
    }

    /// The lines of the table.
    ///
    /// - Parameter columnCountMax: the terminal's width; nil: as wide as needed.
    func lines(columnCountMax: Int?, inColour: Bool) -> [String] {
        let layout = layout(columnCountMax: columnCountMax)
        let heading = columns.map { Cell($0.title, .heading) }
        return ([heading] + rows).map { line($0, layout: layout, inColour: inColour) }
    }

    func print(to terminal: Terminal = .standardOutput) {
        for line in lines(columnCountMax: terminal.columnCount, inColour: terminal.usesColour) { terminal.write(line) }
    }

    /// A column that is shown, and how wide.
    private typealias Place = (column: Int, width: Int)

    private static let gap = "  "
    private static let narrowest = 8

    /// As wide as needed; else the widest texts give way, one character at a time; else optional columns go, the last
    /// first; else everything gives way.
    private func layout(columnCountMax: Int?) -> [Place] {
        var places: [Place] = columns.indices.map { column in
            (column, rows.reduce(columns[column].title.count) { max($0, $1[column].text.count) })
        }
        guard let columnCountMax else { return places }
        while true {
            var fitted = places
            if shrink(&fitted, to: columnCountMax, where: \.isFlexible) { return fitted }
            guard let last = places.lastIndex(where: { columns[$0.column].isOptional }) else {
                _ = shrink(&fitted, to: columnCountMax, where: { _ in true })
                return fitted
            }
            places.remove(at: last)
        }
    }

    /// Narrows columns of a kind until all fit. Gives whether they do.
    private func shrink(_ places: inout [Place], to columnCountMax: Int, where mayShrink: (Column) -> Bool) -> Bool {
        while places.reduce(0, { $0 + $1.width }) + Self.gap.count * (places.count - 1) > columnCountMax {
            let candidates = places.indices.filter {
                mayShrink(columns[places[$0].column]) && places[$0].width > Self.narrowest
            }
            guard let widest = candidates.max(by: { places[$0].width < places[$1].width }) else { return false }
            places[widest].width -= 1
        }
        return true
    }

    private func line(_ cells: [Cell], layout: [Place], inColour: Bool) -> String {
        let parts = layout.enumerated().map { position, place in
            let cell = cells[place.column]
            let isCut = cell.text.count > place.width
            let text = isCut ? String(cell.text.prefix(place.width - 1)) + "…" : cell.text
            let space = String(repeating: " ", count: place.width - text.count)
            let styled = cell.style.applied(to: text, inColour: inColour)
            if columns[place.column].isNumber { return space + styled }
            return position == layout.count - 1 ? styled : styled + space
        }
        return parts.joined(separator: Self.gap)
    }
}
