// How far the value of a field may go, where its type does not say so.

/// A bound in the words of JSON Schema. Lengths are in bytes where they are checked, and so are the least that a text
/// of other than ASCII may have.
enum FieldBound {
    case number(ClosedRange<Int>)
    case atLeast(Int)
    /// A name as people give it.
    case name
    /// A text without control characters.
    case text(ClosedRange<Int>)
    /// A text of any kind, so long.
    case length(ClosedRange<Int>)
    /// An absolute path, at most so long.
    case path(Int)
    /// A text of one form.
    case pattern(String)
    indirect case list(ClosedRange<Int>, of: FieldBound? = nil, isSet: Bool = false)

    /// A text that must say something.
    static let reason = FieldBound.text(1...WireLimits.textBytesMax)
    /// A text that may be empty.
    static let remark = FieldBound.text(0...WireLimits.textBytesMax)
    /// A list like sites or models.
    static let shortList = FieldBound.list(1...WireLimits.shortListMax, of: .text(1...WireLimits.nameBytesMax))

    private static let namePattern = "^[A-Za-z0-9][A-Za-z0-9._-]{0,\(WireLimits.nameBytesMax - 1)}$"
    private static let textPattern =
        #"^[^\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]*$"#

    private static let pathPattern = #"^/[^\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]*$"#

    private var keywords: JSONNode {
        switch self {
        case .number(let range):
            ["minimum": .integer(range.lowerBound), "maximum": .integer(range.upperBound)]
        case .atLeast(let least): ["minimum": .integer(least)]
        case .name: ["pattern": .string(Self.namePattern)]
        case .text(let range): Self.lengths(range).merging(["pattern": .string(Self.textPattern)])
        case .length(let range): Self.lengths(range)
        case .path(let most): Self.lengths(1...most).merging(["pattern": .string(Self.pathPattern)])
        case .pattern(let pattern): ["pattern": .string(pattern)]
        case .list(let range, _, let isSet):
            JSONNode(
                dictionaryLiteral: ("minItems", .integer(range.lowerBound)), ("maxItems", .integer(range.upperBound))
            )
            .merging(isSet ? ["uniqueItems": true] : [:])
        }
    }

    private static func lengths(_ range: ClosedRange<Int>) -> JSONNode {
        var keywords: JSONNode = [:]
        if range.lowerBound > 0 { keywords["minLength"] = .integer(range.lowerBound) }
        keywords["maxLength"] = .integer(range.upperBound)
        return keywords
    }

    /// The same schema within the bound.
    func applied(to schema: JSONNode) -> JSONNode {
        var bounded = schema.merging(keywords)
        if case .list(_, let element?, _) = self, let items = schema["items"] {
            bounded["items"] = element.applied(to: items)
        }
        return bounded
    }
}

/// A type that checks how far its fields go when it is decoded. What stands here is what it checks; a test holds both
/// together.
protocol BoundedFields {
    static var bounds: [String: FieldBound] { get }
}
