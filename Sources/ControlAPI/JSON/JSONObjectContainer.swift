// The members of one JSON object, by name.

/// Members by key; refuses unknown names when it is made.
struct JSONObjectContainer<Key: CodingKey>: KeyedDecodingContainerProtocol {
    private let run: JSONReadingRun
    private let index: Int

    init(run: JSONReadingRun, index: Int) throws {
        guard run.document.tokens[index].kind == .object else {
            throw run.wrongType(at: index, expected: "an object")
        }
        self.run = run
        self.index = index
        if run.refusesUnknownFields { try refuseUnknownNames() }
    }

    private func refuseUnknownNames() throws {
        let end = run.document.index(after: index)
        var name = index + 1
        while name < end {
            let text = run.document.string(at: name)
            if Key(stringValue: text) == nil { throw unknown(text, at: name) }
            name = run.document.index(after: name + 1)
        }
    }

    private func unknown(_ text: String, at name: Int) -> JSONReadingError {
        let known = knownNames
        return JSONReadingError(
            index: name, expected: known.isEmpty ? "a known field" : "one of " + known.joined(separator: ", "),
            found: "the unknown field \(quoted(text))", suggestion: nearestSpelling(of: text, among: known),
            isUnknownField: true)
    }

    private var knownNames: [String] {
        func names<Keys: CaseIterable>(of type: Keys.Type) -> [String] {
            Keys.allCases.compactMap { ($0 as? any CodingKey)?.stringValue }
        }
        return (Key.self as? any CaseIterable.Type).map { names(of: $0) } ?? []
    }

    var codingPath: [any CodingKey] { [] }

    var allKeys: [Key] {
        var keys: [Key] = []
        let end = run.document.index(after: index)
        var name = index + 1
        while name < end {
            if let key = Key(stringValue: run.document.string(at: name)) { keys.append(key) }
            name = run.document.index(after: name + 1)
        }
        return keys
    }

    func contains(_ key: Key) -> Bool { run.member(named: key.stringValue, of: index) != nil }

    private func value(_ key: Key, _ expected: @autoclosure () -> String) throws -> Int {
        guard let value = run.member(named: key.stringValue, of: index) else {
            throw JSONReadingError(index: index, field: key.stringValue, expected: expected(), found: "nothing")
        }
        return value
    }

    /// The value under a key when there is one and it is not null.
    private func present(_ key: Key) -> Int? {
        guard let value = run.member(named: key.stringValue, of: index),
            run.document.tokens[value].kind != .null
        else { return nil }
        return value
    }

    private func integer<Number: FixedWidthInteger>(_ type: Number.Type, _ key: Key) throws -> Number {
        try run.integer(type, at: value(key, "a whole number"))
    }

    func decodeNil(forKey key: Key) throws -> Bool {
        run.document.tokens[try value(key, "a value")].kind == .null
    }
    func decode(_ type: Bool.Type, forKey key: Key) throws -> Bool {
        try run.boolean(at: value(key, "true or false"))
    }
    func decode(_ type: String.Type, forKey key: Key) throws -> String {
        try run.string(at: value(key, "a string"))
    }
    func decode(_ type: Double.Type, forKey key: Key) throws -> Double {
        try run.double(at: value(key, "a number"))
    }
    func decode(_ type: Float.Type, forKey key: Key) throws -> Float {
        Float(try run.double(at: value(key, "a number")))
    }
    func decode(_ type: Int.Type, forKey key: Key) throws -> Int { try integer(type, key) }
    func decode(_ type: Int8.Type, forKey key: Key) throws -> Int8 { try integer(type, key) }
    func decode(_ type: Int16.Type, forKey key: Key) throws -> Int16 { try integer(type, key) }
    func decode(_ type: Int32.Type, forKey key: Key) throws -> Int32 { try integer(type, key) }
    func decode(_ type: Int64.Type, forKey key: Key) throws -> Int64 { try integer(type, key) }
    func decode(_ type: UInt.Type, forKey key: Key) throws -> UInt { try integer(type, key) }
    func decode(_ type: UInt8.Type, forKey key: Key) throws -> UInt8 { try integer(type, key) }
    func decode(_ type: UInt16.Type, forKey key: Key) throws -> UInt16 { try integer(type, key) }
    func decode(_ type: UInt32.Type, forKey key: Key) throws -> UInt32 { try integer(type, key) }
    func decode(_ type: UInt64.Type, forKey key: Key) throws -> UInt64 { try integer(type, key) }
    func decode<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value {
        try run.decode(type, at: value(key, expectation(of: type)))
    }

    func decodeIfPresent(_ type: Bool.Type, forKey key: Key) throws -> Bool? {
        try present(key).map { try run.boolean(at: $0) }
    }
    func decodeIfPresent(_ type: String.Type, forKey key: Key) throws -> String? {
        try present(key).map { try run.string(at: $0) }
    }
    func decodeIfPresent(_ type: Double.Type, forKey key: Key) throws -> Double? {
        try present(key).map { try run.double(at: $0) }
    }
    func decodeIfPresent(_ type: Int.Type, forKey key: Key) throws -> Int? {
        try present(key).map { try run.integer(type, at: $0) }
    }
    func decodeIfPresent<Value: Decodable>(_ type: Value.Type, forKey key: Key) throws -> Value? {
        try present(key).map { try run.decode(type, at: $0) }
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) throws -> KeyedDecodingContainer<NestedKey> {
        KeyedDecodingContainer(
            try JSONObjectContainer<NestedKey>(run: run, index: value(key, "an object")))
    }
    func nestedUnkeyedContainer(forKey key: Key) throws -> any UnkeyedDecodingContainer {
        try JSONArrayContainer(run: run, index: value(key, "an array"))
    }
    func superDecoder() throws -> any Decoder { JSONValueDecoder(run: run, index: index) }
    func superDecoder(forKey key: Key) throws -> any Decoder {
        JSONValueDecoder(run: run, index: try value(key, "a value"))
    }
}

/// What a missing value of a type should have been.
private func expectation<Value>(of type: Value.Type) -> String {
    if let text = type as? any WireText.Type { return text.expectation }
    if let words = type as? any WireEnumeration.Type { return words.expectation }
    if type is any RangeReplaceableCollection.Type { return "an array" }
    return "an object"
}
