// Decodable over tokens.

/// A fault found while reading a value, by the index of its token.
struct JSONReadingError: Error {
    var index: Int
    var field: String?
    var expected: String
    var found: String
    var suggestion: String?
    var isUnknownField = false

    /// The same fault, told in the words of the type that wanted the value.
    func expecting(_ expected: String) -> JSONReadingError {
        var error = self
        error.expected = expected
        return error
    }
}

/// One reading of one document.
final class JSONReadingRun: Sendable {
    let document: JSONDocument
    let refusesUnknownFields: Bool

    init(document: JSONDocument, refusesUnknownFields: Bool) {
        self.document = document
        self.refusesUnknownFields = refusesUnknownFields
    }

    func decode<Value: Decodable>(_ type: Value.Type, at index: Int) throws -> Value {
        do {
            let value = try Value(from: JSONValueDecoder(run: self, index: index))
            try (value as? any CheckedOnDecoding)?.check()
            return value
        } catch let error as WireValueError {
            throw located(error, at: index)
        }
    }

    private func located(_ error: WireValueError, at index: Int) -> JSONReadingError {
        let place = error.field.flatMap { member(named: $0, of: index) }
        return JSONReadingError(
            index: place ?? index, field: place == nil ? error.field : nil, expected: error.expected,
            found: error.found, suggestion: error.suggestion)
    }

    /// The index of a member's value, or nil.
    func member(named name: String, of object: Int) -> Int? {
        let end = document.index(after: object)
        var index = object + 1
        while index < end {
            if document.isName(at: index, equalTo: name) { return index + 1 }
            index = document.index(after: index + 1)
        }
        return nil
    }

    func wrongType(at index: Int, expected: String) -> JSONReadingError {
        JSONReadingError(index: index, expected: expected, found: document.words(at: index))
    }

    func string(at index: Int) throws -> String {
        switch document.tokens[index].kind {
        case .plainString, .escapedString: return document.string(at: index)
        default: throw wrongType(at: index, expected: "a string")
        }
    }

    func boolean(at index: Int) throws -> Bool {
        switch document.tokens[index].kind {
        case .true: return true
        case .false: return false
        default: throw wrongType(at: index, expected: "true or false")
        }
    }

    func integer<Number: FixedWidthInteger>(_ type: Number.Type, at index: Int) throws -> Number {
        guard document.tokens[index].kind == .integer else {
            throw wrongType(at: index, expected: "a whole number")
        }
        guard let value = Number(document.numberText(at: index)) else {
            throw wrongType(at: index, expected: "a whole number from \(Number.min) to \(Number.max)")
        }
        return value
    }

    func double(at index: Int) throws -> Double {
        switch document.tokens[index].kind {
        case .integer, .decimal:
            guard let value = Double(document.numberText(at: index)), value.isFinite else {
                throw wrongType(at: index, expected: "a number that fits a double")
            }
            return value
        default: throw wrongType(at: index, expected: "a number")
        }
    }
}

/// The decoder of one value.
struct JSONValueDecoder: Decoder {
    let run: JSONReadingRun
    let index: Int

    /// Always empty: an error's place is found from its token.
    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) throws -> KeyedDecodingContainer<Key> {
        KeyedDecodingContainer(try JSONObjectContainer<Key>(run: run, index: index))
    }

    func unkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try JSONArrayContainer(run: run, index: index)
    }

    func singleValueContainer() throws -> any SingleValueDecodingContainer { self }
}

extension JSONValueDecoder: SingleValueDecodingContainer {
    func decodeNil() -> Bool { run.document.tokens[index].kind == .null }
    func decode(_ type: Bool.Type) throws -> Bool { try run.boolean(at: index) }
    func decode(_ type: String.Type) throws -> String { try run.string(at: index) }
    func decode(_ type: Double.Type) throws -> Double { try run.double(at: index) }
    func decode(_ type: Float.Type) throws -> Float { Float(try run.double(at: index)) }
    func decode(_ type: Int.Type) throws -> Int { try run.integer(type, at: index) }
    func decode(_ type: Int8.Type) throws -> Int8 { try run.integer(type, at: index) }
    func decode(_ type: Int16.Type) throws -> Int16 { try run.integer(type, at: index) }
    func decode(_ type: Int32.Type) throws -> Int32 { try run.integer(type, at: index) }
    func decode(_ type: Int64.Type) throws -> Int64 { try run.integer(type, at: index) }
    func decode(_ type: UInt.Type) throws -> UInt { try run.integer(type, at: index) }
    func decode(_ type: UInt8.Type) throws -> UInt8 { try run.integer(type, at: index) }
    func decode(_ type: UInt16.Type) throws -> UInt16 { try run.integer(type, at: index) }
    func decode(_ type: UInt32.Type) throws -> UInt32 { try run.integer(type, at: index) }
    func decode(_ type: UInt64.Type) throws -> UInt64 { try run.integer(type, at: index) }
    func decode<Value: Decodable>(_ type: Value.Type) throws -> Value { try run.decode(type, at: index) }
}
