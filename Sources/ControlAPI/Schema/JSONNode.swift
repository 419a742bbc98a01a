// A JSON value whose members keep their order, as a document that people read needs it.

/// A JSON value.
public indirect enum JSONNode: Sendable, Equatable {
    case null
    case boolean(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSONNode])
    case object([Member])

    /// A name and its value.
    public struct Member: Sendable, Equatable {
        /// The name.
        public var name: String
        /// The value.
        public var value: JSONNode

        /// A member of an object.
        public init(_ name: String, _ value: JSONNode) {
            self.name = name
            self.value = value
        }
    }
}

extension JSONNode {
    /// The members of an object; none of anything else.
    public var members: [Member] {
        if case .object(let members) = self { return members }
        return []
    }

    /// The member of an object, or nil. Setting it keeps its place, or adds it at the end; nil removes it.
    public subscript(name: String) -> JSONNode? {
        get { members.first { $0.name == name }?.value }
        set {
            var members = members
            let place = members.firstIndex { $0.name == name }
            switch (place, newValue) {
            case (let place?, let value?): members[place].value = value
            case (let place?, nil): members.remove(at: place)
            case (nil, let value?): members.append(Member(name, value))
            case (nil, nil): break
            }
            self = .object(members)
        }
    }

    /// The same object with more members, or others in their place.
    public func merging(_ more: JSONNode) -> JSONNode {
        more.members.reduce(into: self) { $0[$1.name] = $1.value }
    }

    /// The members of several objects one after the other.
    static func joined(_ parts: [JSONNode]) -> JSONNode { .object(parts.flatMap(\.members)) }
}

extension JSONNode: ExpressibleByDictionaryLiteral, ExpressibleByArrayLiteral, ExpressibleByStringLiteral,
    ExpressibleByStringInterpolation, ExpressibleByIntegerLiteral, ExpressibleByBooleanLiteral
{
    /// An object with its members in the order written.
    public init(dictionaryLiteral elements: (String, JSONNode)...) {
        self = .object(elements.map { Member($0.0, $0.1) })
    }

    /// An array.
    public init(arrayLiteral elements: JSONNode...) { self = .array(elements) }

    /// A string.
    public init(stringLiteral value: String) { self = .string(value) }

    /// A whole number.
    public init(integerLiteral value: Int) { self = .integer(value) }

    /// True or false.
    public init(booleanLiteral value: Bool) { self = .boolean(value) }
}

extension JSONNode: Codable {
    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Reads any JSON value, members in the order of the text.
    public init(from decoder: any Decoder) throws {
        if let object = try? decoder.container(keyedBy: Name.self) {
            self = .object(
                try object.allKeys.map { Member($0.stringValue, try object.decode(JSONNode.self, forKey: $0)) })
            return
        }
        if var array = try? decoder.unkeyedContainer() {
            var elements: [JSONNode] = []
            while !array.isAtEnd { elements.append(try array.decode(JSONNode.self)) }
            self = .array(elements)
            return
        }
        let value = try decoder.singleValueContainer()
        if value.decodeNil() {
            self = .null
        } else if let boolean = try? value.decode(Bool.self) {
            self = .boolean(boolean)
        } else if let integer = try? value.decode(Int.self) {
            self = .integer(integer)
        } else if let number = try? value.decode(Double.self) {
            self = .number(number)
        } else {
            self = .string(try value.decode(String.self))
        }
    }

    /// Writes the value, members in their order.
    public func encode(to encoder: any Encoder) throws {
        switch self {
        case .object(let members):
            var container = encoder.container(keyedBy: Name.self)
            for member in members { try container.encode(member.value, forKey: Name(stringValue: member.name)) }
        case .array(let elements):
            var container = encoder.unkeyedContainer()
            for element in elements { try container.encode(element) }
        case .null:
            var container = encoder.singleValueContainer()
            try container.encodeNil()
        case .boolean(let value): try Self.encode(value, to: encoder)
        case .integer(let value): try Self.encode(value, to: encoder)
        case .number(let value): try Self.encode(value, to: encoder)
        case .string(let value): try Self.encode(value, to: encoder)
        }
    }

    private static func encode(_ value: some Encodable, to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value)
    }
}

extension JSONNode {
    /// The value as indented text: what fits on a line of 118 characters stands on one.
    public var indentedText: String {
        var text = ""
        write(to: &text, indent: 0, widthLeft: 118)
        return text
    }

    private static let indentWidth = 2

    /// - Parameter widthLeft: what the line has left for the value.
    private func write(to text: inout String, indent: Int, widthLeft: Int) {
        let flat = flatText
        guard flat.utf8.count > widthLeft, !isLeaf else {
            text += flat
            return
        }
        let inner = indent + Self.indentWidth
        let margin = "\n" + String(repeating: " ", count: inner)
        let (opening, closing) = isArray ? ("[", "]") : ("{", "}")
        text += opening
        for (index, part) in parts.enumerated() {
            text += index == 0 ? margin : "," + margin
            let name = part.name.map { JSONNode.string($0).flatText + ": " } ?? ""
            text += name
            part.value.write(to: &text, indent: inner, widthLeft: 118 - inner - name.utf8.count)
        }
        text += "\n" + String(repeating: " ", count: indent) + closing
    }

    private var isArray: Bool {
        if case .array = self { return true }
        return false
    }

    private var isLeaf: Bool { parts.isEmpty }

    private var parts: [(name: String?, value: JSONNode)] {
        switch self {
        case .object(let members): members.map { ($0.name, $0.value) }
        case .array(let elements): elements.map { (nil, $0) }
        default: []
        }
    }

    /// The value on one line.
    private var flatText: String {
        switch self {
        case .object(let members):
            members.isEmpty
                ? "{}"
                : "{ "
                    + members.map { JSONNode.string($0.name).flatText + ": " + $0.value.flatText }
                    .joined(separator: ", ") + " }"
        case .array(let elements): "[" + elements.map(\.flatText).joined(separator: ", ") + "]"
        default: String(decoding: CanonicalJSON.encode(self), as: UTF8.self)
        }
    }
}
