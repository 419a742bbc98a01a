// A bar: shares of a whole, side by side.

/// Shares of a whole as a line of any width.
struct Bar: Equatable {
    struct Share: Equatable {
        enum Fill { case full, half, empty }
        var amount: Int
        var fill: Fill
        var style: Style
    }

    var shares: [Share]
    var whole: Int
    /// Where along the whole a mark stands; absent: none.
    var mark: Int?

    /// The bar in so many columns. A share that is not nothing has a column, as long as there are some left.
    func text(columnCount: Int, glyphs: Glyphs) -> StyledText {
        guard whole > 0, columnCount > 0 else { return StyledText(String(repeating: " ", count: max(0, columnCount))) }
        var cells: [(Character, Style)] = []
        var sum = 0
        for share in shares where share.amount > 0 {
            sum += share.amount
            let end = (sum * columnCount + whole / 2) / whole
            let count = min(columnCount - cells.count, max(1, end - cells.count))
            cells += repeatElement((glyph(share.fill, glyphs), share.style), count: max(0, count))
        }
        cells += repeatElement((glyphs.empty, .quiet), count: columnCount - cells.count)
        if let mark {
            let place = min(columnCount - 1, max(0, mark * columnCount / whole))
            cells[place] = (glyphs.mark, mark > whole ? .bad : .heading)
        }
        return cells.reduce(into: StyledText("")) { text, cell in
            text += StyledText(String(cell.0), cell.1)
        }.joined
    }

    private func glyph(_ fill: Share.Fill, _ glyphs: Glyphs) -> Character {
        switch fill {
        case .full: glyphs.full
        case .half: glyphs.half
        case .empty: glyphs.empty
        }
    }
}

extension StyledText {
    /// The same with neighbours of one style as one span, which takes fewer bytes on the way to a terminal.
    var joined: StyledText {
        spans.reduce(into: StyledText("")) { result, span in result.append(span) }
    }
}
