// What a value's own rules say against it, before it is known where in the body it stands.

/// A value that breaks the rules of its type, or a type whose fields do not go together.
///
/// Thrown while decoding; ``StrictJSON`` turns it into a ``RequestBodyError`` that says where.
public struct WireValueError: Error, Sendable, Equatable {
    /// The field of the object being decoded that is at fault; nil when it is the value itself.
    public let field: String?
    /// What should have been there, as it completes "expected …".
    public let expected: String
    /// What was there, as it completes "found …".
    public let found: String
    /// The nearest right spelling, where there is one.
    public let suggestion: String?

    init(field: String? = nil, expected: String, found: String, suggestion: String? = nil) {
        self.field = field
        self.expected = expected
        self.found = found
        self.suggestion = suggestion
    }

    init(field: String? = nil, expected: String, foundText: String, suggestion: String? = nil) {
        self.init(field: field, expected: expected, found: quoted(foundText), suggestion: suggestion)
    }
}

/// A type with rules over its fields that a field's own type cannot state.
protocol CheckedOnDecoding {
    func check() throws(WireValueError)
}

/// A text in quotation marks, cut to what a message can carry.
func quoted(_ text: String) -> String {
    text.count > 60 ? "\"\(text.prefix(57))…\"" : "\"\(text)\""
}
