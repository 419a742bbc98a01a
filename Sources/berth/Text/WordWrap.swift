// Lines that are broken between words where the terminal ends.

/// Breaks lines at spaces.
enum WordWrap {
    /// Narrower than this nothing is broken: there would be more indent than text.
    private static let narrowest = 40

    /// A line as several, none wider than `columnCount` unless a word is; what follows the first is indented by `indent`.
    /// Colours take no room.
    static func lines(_ line: String, columnCount: Int?, indent: Int) -> [String] {
        guard let columnCount, columnCount >= narrowest, width(line) > columnCount else { return [line] }
        let start = line.prefix { $0 == " " }
        var lines: [String] = []
        var current = String(start)
        var hasWord = false
        for word in line.dropFirst(start.count).split(separator: " ", omittingEmptySubsequences: false) {
            if hasWord, width(current) + 1 + width(word) > columnCount {
                lines.append(current)
                current = String(repeating: " ", count: indent)
                hasWord = false
                // Spaces at which a line is broken go with the break.
                if word.isEmpty { continue }
            }
            current += (hasWord ? " " : "") + word
            hasWord = true
        }
        return lines + [current]
    }

    /// How many columns a text takes, without the sequences that colour it.
    private static func width(_ text: some StringProtocol) -> Int {
        var (count, isInSequence) = (0, false)
        for character in text {
            if isInSequence {
                isInSequence = character != "m"
            } else if character == "\u{1B}" {
                isInSequence = true
            } else {
                count += 1
            }
        }
        return count
    }
}
