// Texts of others as they may stand in a line of a terminal or of a log.

/// Makes what is more than text visible. Requests cannot bring such text in any more, but books and files may have it.
public enum PrintableText {
    /// The text with every control character, also tab and line feed, and every mark that turns the direction of writing as
    /// Swift spells it: `\n`, `\t` or `\u{1b}`.
    public static func line(_ text: String) -> String {
        escaped(text) { $0.value < 0x20 || WireLimits.isControl($0) }
    }

    /// The same but for tabs and line feeds, which stay.
    public static func lines(_ text: String) -> String { escaped(text, where: WireLimits.isControl) }

    private static func escaped(_ text: String, where isHidden: (Unicode.Scalar) -> Bool) -> String {
        guard text.unicodeScalars.contains(where: isHidden) else { return text }
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            guard isHidden(scalar) else {
                result.append(scalar)
                continue
            }
            switch scalar {
            case "\n": result.append(contentsOf: "\\n".unicodeScalars)
            case "\t": result.append(contentsOf: "\\t".unicodeScalars)
            default: result.append(contentsOf: "\\u{\(String(scalar.value, radix: 16))}".unicodeScalars)
            }
        }
        return String(result)
    }
}
