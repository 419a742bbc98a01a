// The names that people give to tenants, contracts, lines and leases.

/// The rule for names: 1 to 63 letters, digits, `-`, `_` or `.` of ASCII, beginning with a letter or digit.
///
/// Such a name needs no escaping in a path, a query, a shell or a metric's label.
public enum ResourceName {
    static let expectation = "a name of 1 to 63 letters, digits, -, _ or ., beginning with a letter or digit"

    /// Whether a text is a name.
    public static func isValid(_ text: String) -> Bool {
        guard (1...WireLimits.nameBytesMax).contains(text.utf8.count), let first = text.utf8.first else { return false }
        return isAlphanumeric(first) && text.utf8.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) }
    }

    static func check(_ text: String?, field: String) throws(WireValueError) {
        guard let text, !isValid(text) else { return }
        throw WireValueError(field: field, expected: expectation, foundText: text)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"):
            true
        default: false
        }
    }
}
