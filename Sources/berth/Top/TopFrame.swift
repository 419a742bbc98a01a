// One frame of berth top: a snapshot and a size in, lines out.
//
// Narrow screens have their panes one below the other, wide ones two by two; a screen with no room for all of them, or
// one that is zoomed, has the pane with the keys alone. Rows that a pane doesn't need go to the others.

import ControlAPI

/// How many rows and columns there are.
struct ScreenSize: Equatable, Sendable {
    var rows: Int
    var columns: Int
}

/// Draws frames.
struct TopFrame {
    let snapshot: TopSnapshot
    let state: TopState
    let glyphs: Glyphs
    /// Whether it is one page that takes no keys.
    let isPage: Bool
    /// The panes' rows, all of them.
    let tables: [TopPane: PaneTable]

    /// From so many columns on, panes stand two by two.
    private static let wideColumns = 132
    /// A pane has its heading and at least so many rows.
    private static let leastRows = 2

    init(snapshot: TopSnapshot, state: TopState, glyphs: Glyphs, isPage: Bool = false) {
        self.snapshot = snapshot
        self.state = state
        self.glyphs = glyphs
        self.isPage = isPage
        tables = Dictionary(uniqueKeysWithValues: state.panes.map { ($0, snapshot.table(of: $0, state)) })
    }

    private func table(_ pane: TopPane) -> PaneTable { tables[pane] ?? PaneTable() }

    /// The lines of a screen, exactly as many as it has rows and none wider than it.
    func lines(_ size: ScreenSize) -> [StyledText] {
        let header = self.header(size.columns)
        let footer = [self.footer(size.columns)]
        let rows = max(0, size.rows - header.count - footer.count)
        let body = state.showsHelp ? helpLines : panes(rows: rows, columns: size.columns)
        let filling = repeatElement(StyledText(""), count: max(0, rows - body.count))
        let all = header + body.prefix(rows) + filling + footer
        return all.suffix(size.rows).map { $0.cut(to: size.columns, mark: glyphs.cut) }
    }

    /// All panes one below the other, as text: for pipes, and terminals that can't place a cursor.
    func page(columns: Int, rowsMax: Int = 20) -> [StyledText] {
        state.panes.reduce(into: header(columns)) { lines, name in
            let rows = min(rowsMax, table(name).rows.count)
            lines.append("")
            lines += pane(name, rows: rows + 1, columns: columns)
        }.map { $0.cut(to: columns, mark: glyphs.cut) }
    }

    // MARK: Panes

    private func panes(rows: Int, columns: Int) -> [StyledText] {
        let isWide = columns >= Self.wideColumns && state.panes.count == 4
        let most = isWide ? 2 : state.panes.count
        guard !state.isZoomed, rows >= most * (Self.leastRows + 1) else {
            return pane(state.focus, rows: rows, columns: columns)
        }
        guard isWide else { return column(state.panes, rows: rows, columns: columns) }
        let width = (columns - 3) / 2
        let left = column([state.panes[0], state.panes[2]], rows: rows, columns: width)
        let right = column([state.panes[1], state.panes[3]], rows: rows, columns: columns - 3 - width)
        return (0..<rows).map { row in
            let first = row < left.count ? left[row] : StyledText("")
            let second = row < right.count ? right[row] : StyledText("")
            return first.fitted(to: width, mark: glyphs.cut) + StyledText(" \(glyphs.wall) ", .quiet) + second
        }
    }

    private func column(_ panes: [TopPane], rows: Int, columns: Int) -> [StyledText] {
        let heights = heights(of: panes, rows: rows)
        return zip(panes, heights).flatMap { name, height in
            let lines = pane(name, rows: height, columns: columns)
            return lines + repeatElement(StyledText(""), count: height - lines.count)
        }
    }

    /// Rows of each pane: the least for all, then one by one to those that need more, three to the one with the keys
    /// for one to another. What nobody needs stays with the last.
    private func heights(of panes: [TopPane], rows: Int) -> [Int] {
        let wanted = panes.map { 1 + max(Self.leastRows, table($0).rows.count) }
        var heights = panes.map { _ in 1 + Self.leastRows }
        var left = rows - heights.reduce(0, +)
        let turns = panes.indices.flatMap { Array(repeating: $0, count: panes[$0] == state.focus ? 3 : 1) }
        while left > 0, panes.indices.contains(where: { heights[$0] < wanted[$0] }) {
            for index in turns where left > 0 && heights[index] < wanted[index] {
                heights[index] += 1
                left -= 1
            }
        }
        heights[heights.count - 1] += left
        return heights
    }

    private func pane(_ name: TopPane, rows: Int, columns: Int) -> [StyledText] {
        guard rows > 0 else { return [] }
        let table = self.table(name)
        let visible = rows - 1
        let offset = min(state.offsets[name] ?? 0, max(0, table.rows.count - visible))
        let range = offset..<min(table.rows.count, offset + visible)
        let (heading, body) = table.lines(
            columnCount: columns, title: title(of: name, table, range), rows: range, glyphs: glyphs)
        if table.rows.isEmpty { return [heading, StyledText(emptyWords(name), .quiet)] }
        return [heading] + body
    }

    private func title(of name: TopPane, _ table: PaneTable, _ range: Range<Int>) -> StyledText {
        let isFocused = name == state.focus && !isPage
        var words = table.columns[0].title
        if name == .leases, !state.filter.isEmpty { words += " of \(state.filter)" }
        if range.count < table.rows.count {
            words += " \(range.lowerBound + 1)-\(range.upperBound)/\(counted(table.rows.count))"
        }
        return StyledText((isFocused ? "\(glyphs.focus) " : "") + words, isFocused ? .selected : .heading)
    }

    private func emptyWords(_ name: TopPane) -> String {
        switch name {
        case .leases: state.filter.isEmpty ? "none" : "none of a tenant with \(state.filter) in its name; Esc shows all"
        default: "none"
        }
    }
}
