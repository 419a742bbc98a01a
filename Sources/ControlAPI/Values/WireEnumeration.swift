// Closed sets of words on the wire.

/// A closed set of words. A word outside the set is refused with the whole set and the nearest right spelling.
public protocol WireEnumeration: RawRepresentable, CaseIterable, Codable, Sendable, Hashable
where RawValue == String {}

extension WireEnumeration {
    /// Reads one of the words; any other is a ``WireValueError``.
    public init(from decoder: any Decoder) throws {
        let text: String
        do {
            text = try decoder.singleValueContainer().decode(String.self)
        } catch let error as JSONReadingError {
            throw error.expecting(Self.expectation)
        }
        guard let value = Self(rawValue: text) else {
            throw WireValueError(
                expected: Self.expectation, foundText: text,
                suggestion: nearestSpelling(of: text, among: Self.allCases.map(\.rawValue)))
        }
        self = value
    }

    /// Writes the word.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(rawValue)
    }

    /// What a reader should have sent, as it completes "expected …".
    static var expectation: String {
        "one of " + allCases.map(\.rawValue).joined(separator: ", ")
    }
}
