// Names with counts in brackets: `b[001-049]` stands for forty-nine blocks.

enum NamePattern {
    /// The names that `value` stands for, in order.
    ///
    /// Brackets hold numbers and ranges of one width, for example `h[1-4,7]`; a name may have several brackets.
    static func names(_ value: YAMLValue) throws(FleetFileError) -> [String] {
        let expected = "a name or a pattern such as b[001-049]"
        let pattern = try value.text(expected)
        guard let names = expand(pattern) else { throw value.unexpected(expected) }
        return names
    }

    /// Nil when the pattern is malformed or stands for too many names.
    static func expand(_ pattern: String) -> [String]? {
        guard let open = pattern.firstIndex(of: "[") else { return pattern.contains("]") ? nil : [pattern] }
        guard let close = pattern[open...].firstIndex(of: "]") else { return nil }
        guard !pattern[..<open].contains("]"),
            let numbers = expandNumbers(pattern[pattern.index(after: open)..<close]),
            let rests = expand(String(pattern[pattern.index(after: close)...])),
            numbers.count * rests.count <= FleetFileLimits.namesPerPatternMax
        else { return nil }
        let head = String(pattern[..<open])
        return numbers.flatMap { number in rests.map { head + number + $0 } }
    }

    private static func expandNumbers(_ list: Substring) -> [String]? {
        var result: [String] = []
        for item in list.split(separator: ",", omittingEmptySubsequences: false) {
            let ends = item.split(separator: "-", omittingEmptySubsequences: false)
            guard ends.count <= 2, let first = ends.first, let last = ends.last, let low = digits(first),
                let high = digits(last), low <= high, high - low < FleetFileLimits.namesPerPatternMax
            else { return nil }
            guard first.count == last.count || first.first != "0" || first == "0" else { return nil }
            let width = first.first == "0" ? first.count : 0
            for number in low...high {
                let text = String(number)
                result.append(String(repeating: "0", count: max(0, width - text.count)) + text)
            }
            if result.count > FleetFileLimits.namesPerPatternMax { return nil }
        }
        return result
    }

    private static func digits(_ text: Substring) -> Int? {
        guard (1...7).contains(text.count), text.utf8.allSatisfy({ $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") })
        else { return nil }
        return Int(text)
    }
}
