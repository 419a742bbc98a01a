// Colour, used only where it tells something.

import ControlAPI

/// How a piece of text looks on a terminal.
enum Style: String, CaseIterable {
    case plain = ""
    case heading = "1"
    case quiet = "2"
    case good = "32"
    case attention = "33"
    case bad = "31"
    case selected = "7"

    /// The text in this style, or as it is where there is no colour.
    func applied(to text: String, inColour: Bool) -> String {
        inColour && self != .plain && !text.isEmpty ? "\u{1B}[\(rawValue)m\(text)\u{1B}[0m" : text
    }

    /// A text that may be styled, without anything else that a terminal would obey: it may hold what others wrote.
    static func printable(_ text: String) -> String {
        guard WireLimits.hasControlCharacters(text) else { return text }
        return PrintableText.lines(text).replacing(/\\u\{1b\}\[([0-9]*)m/) { match in
            match.1 == "0" || Style(rawValue: String(match.1)) != nil ? "\u{1B}[\(match.1)m" : String(match.0)
        }
    }
}
