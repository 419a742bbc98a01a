// Rows of a pane: columns as wide as they need, and one that takes what is left.

/// A table within a given width. Columns go, the highest rank first, before texts are cut.
struct PaneTable {
    struct Column {
        var title: String
        var isNumber = false
        /// When it is left out where there is little room; 0: never.
        var rank = 0
        /// What it takes of the room that is left, at most; 0: none.
        var elasticMax = 0
        /// What its texts take at most.
        var widthMax = Int.max

        static func text(_ title: String, rank: Int = 0, widthMax: Int = .max) -> Column {
            Column(title: title, rank: rank, widthMax: widthMax)
        }
        static func number(_ title: String, rank: Int = 0) -> Column {
            Column(title: title, isNumber: true, rank: rank)
        }
        static func bar(_ title: String, rank: Int = 0) -> Column { Column(title: title, rank: rank, elasticMax: 30) }
        static func rest(_ title: String, rank: Int = 0) -> Column {
            Column(title: title, rank: rank, elasticMax: 1_000)
        }
    }

    enum Cell: ExpressibleByStringInterpolation {
        case text(StyledText)
        case bar(Bar)

        init(stringLiteral text: String) { self = .text(StyledText(text)) }

        static func styled(_ text: String, _ style: Style) -> Cell { .text(StyledText(text, style)) }
    }

    let columns: [Column]
    private(set) var rows: [[Cell]] = []

    init(_ columns: Column...) { self.columns = columns }

    mutating func add(_ cells: Cell...) {
        precondition(cells.count == columns.count, "a row has a cell for each column")
        rows.append(cells)
    }

    private typealias Place = (column: Int, width: Int)
    private static let gap = 2
    private static let narrowestBar = 6
    private static let narrowestRest = 12
    private static let narrowestText = 6

    /// The heading, with the first column's title in place of its own, and some of the rows.
    func lines(
        columnCount: Int, title: StyledText, rows range: Range<Int>, glyphs: Glyphs
    ) -> (heading: StyledText, rows: [StyledText]) {
        let places = layout(columnCount: columnCount, titleWidth: title.width)
        func line(_ cell: (Int, Int) -> StyledText) -> StyledText {
            places.enumerated().reduce(into: StyledText("")) { text, entry in
                let (column, width) = entry.element
                if entry.offset > 0 { text += StyledText(String(repeating: " ", count: Self.gap)) }
                text += cell(column, width).fitted(
                    to: width, isNumber: columns[column].isNumber, mark: glyphs.cut)
            }.cut(to: columnCount, mark: glyphs.cut)
        }
        let heading = line { column, _ in column == 0 ? title : StyledText(columns[column].title, .heading) }
        let body = rows[range].map { row in
            line { column, width in
                switch row[column] {
                case .text(let text): text
                case .bar(let bar): bar.text(columnCount: width, glyphs: glyphs)
                }
            }
        }
        return (heading, body)
    }

    private func layout(columnCount: Int, titleWidth: Int) -> [Place] {
        var places: [Place] = columns.indices.map { column in
            let own = column == 0 ? max(titleWidth, columns[0].title.count) : columns[column].title.count
            return (column, max(own, widest(column)))
        }
        while sum(places) > columnCount,
            let next = places.filter({ columns[$0.column].rank > 0 })
                .max(by: { columns[$0.column].rank < columns[$1.column].rank })
        {
            places.removeAll { $0.column == next.column }
        }
        while sum(places) > columnCount {
            let candidates = places.indices.filter { places[$0].width > Self.narrowestText }
            guard let index = candidates.max(by: { places[$0].width < places[$1].width }) else { break }
            places[index].width -= 1
        }
        for index in places.indices {
            let room = columnCount - sum(places)
            let column = columns[places[index].column]
            guard room > 0, column.elasticMax > places[index].width else { continue }
            places[index].width += min(room, column.elasticMax - places[index].width)
        }
        return places
    }

    private func widest(_ column: Int) -> Int {
        if columns[column].elasticMax > 0 {
            return columns[column].elasticMax > 100 ? Self.narrowestRest : Self.narrowestBar
        }
        return rows.reduce(0) { width, row in
            guard case .text(let text) = row[column] else { return width }
            return max(width, min(text.width, columns[column].widthMax))
        }
    }

    private func sum(_ places: [Place]) -> Int {
        places.reduce(0) { $0 + $1.width } + Self.gap * max(0, places.count - 1)
    }
}
