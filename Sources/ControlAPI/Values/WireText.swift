// What every value that travels as one JSON string has in common.

/// A value with one text form.
protocol WireText: LosslessStringConvertible {
    /// What a reader should have sent, as it completes "expected …".
    static var expectation: String { get }
}

extension WireText {
    static func read(from decoder: any Decoder) throws -> Self {
        let text: String
        do {
            text = try decoder.singleValueContainer().decode(String.self)
        } catch let error as JSONReadingError {
            throw error.expecting(expectation)
        }
        guard let value = Self(text) else { throw WireValueError(expected: expectation, foundText: text) }
        return value
    }

    func write(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}
