// Text with styles, cut and padded by the columns that it takes on a terminal.

/// A line, or a part of one, of several styles.
struct StyledText: Equatable, ExpressibleByStringLiteral {
    struct Span: Equatable {
        var text: String
        var style: Style
    }

    private(set) var spans: [Span] = []

    /// What has no place on a line, such as control characters, becomes a question mark.
    init(_ text: String, _ style: Style = .plain) {
        guard !text.isEmpty else { return }
        spans = [Span(text: String(text.map { $0.isPrintable ? $0 : "?" }), style: style)]
    }

    init(stringLiteral text: String) { self.init(text) }

    /// How many columns it takes.
    var width: Int { spans.reduce(0) { $0 + $1.text.reduce(0) { $0 + $1.columnCount } } }

    static func + (left: StyledText, right: StyledText) -> StyledText {
        var sum = left
        sum.spans += right.spans
        return sum
    }

    static func += (left: inout StyledText, right: StyledText) { left.spans += right.spans }

    /// Adds a span, to the last one where that has its style.
    mutating func append(_ span: Span) {
        if let last = spans.last, last.style == span.style {
            spans[spans.count - 1].text += span.text
        } else {
            spans.append(span)
        }
    }

    /// The same with every span in one style.
    func restyled(_ style: Style) -> StyledText {
        var result = self
        for index in result.spans.indices { result.spans[index].style = style }
        return result
    }

    /// At most so many columns, with a mark where something is cut off.
    func cut(to columnCount: Int, mark: String = "…") -> StyledText {
        guard width > columnCount else { return self }
        var left = max(0, columnCount - mark.count)
        var result = StyledText("")
        for span in spans {
            var text = ""
            for character in span.text {
                guard character.columnCount <= left else {
                    left = 0
                    break
                }
                left -= character.columnCount
                text.append(character)
            }
            if !text.isEmpty { result.spans.append(Span(text: text, style: span.style)) }
            if left == 0 { break }
        }
        if columnCount >= mark.count {
            result.spans.append(Span(text: mark, style: result.spans.last?.style ?? .plain))
        }
        return result
    }

    /// Exactly so many columns, with spaces behind or in front.
    func fitted(to columnCount: Int, isNumber: Bool = false, mark: String = "…") -> StyledText {
        let text = cut(to: columnCount, mark: mark)
        let space = StyledText(String(repeating: " ", count: max(0, columnCount - text.width)))
        return isNumber ? space + text : text + space
    }

    /// As a terminal takes it.
    func rendered(inColour: Bool) -> String {
        spans.map { $0.style.applied(to: $0.text, inColour: inColour) }.joined()
    }

    /// Without styles, and without spaces at its end.
    var plain: String {
        let text = spans.map(\.text).joined()
        return String(text.reversed().drop { $0 == " " }.reversed())
    }
}

extension Character {
    /// Columns on a terminal: two for what East Asian scripts and pictures take, by Unicode's table of widths.
    fileprivate var columnCount: Int {
        switch unicodeScalars.first?.value ?? 0 {
        case 0x1100...0x115F, 0x2E80...0xA4CF, 0xAC00...0xD7A3, 0xF900...0xFAFF, 0xFE30...0xFE6F, 0xFF00...0xFF60,
            0xFFE0...0xFFE6, 0x1F300...0x1FAFF, 0x20000...0x3FFFD:
            2
        default: 1
        }
    }

    fileprivate var isPrintable: Bool {
        guard let first = unicodeScalars.first else { return false }
        switch first.properties.generalCategory {
        case .control, .format, .surrogate, .lineSeparator, .paragraphSeparator, .unassigned: return false
        default: return true
        }
    }
}
