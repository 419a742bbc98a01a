// Why a body was refused, and where in it.

/// A body that is not what its route takes.
public struct RequestBodyError: Error, Sendable, Equatable {
    /// ``ErrorCode/notJSON``, ``ErrorCode/unknownField`` or ``ErrorCode/badRequest``.
    public let code: ErrorCode
    /// RFC 6901 pointer to the value at fault; empty for the whole body.
    public let pointer: String
    /// What should have been there, as it completes "expected …".
    public let expected: String
    /// What was there, as it completes "found …".
    public let found: String
    /// The nearest right spelling, where there is one.
    public let suggestion: String?

    /// States a fault at a pointer.
    public init(code: ErrorCode, pointer: String, expected: String, found: String, suggestion: String? = nil) {
        self.code = code
        self.pointer = pointer
        self.expected = expected
        self.found = found
        self.suggestion = suggestion
    }
}

extension RequestBodyError: CustomStringConvertible {
    /// One sentence for a person: the place, what was found, what was expected.
    public var description: String {
        let place = pointer.isEmpty ? "The body" : pointer
        let advice = suggestion.map { "; did you mean \(quoted($0))?" } ?? "."
        return "\(place): found \(found), expected \(expected)\(advice)"
    }
}
