// Colour, used only where it tells something.

/// How a piece of text looks on a terminal.
enum Style: String {
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
}
