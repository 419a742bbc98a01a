// The elements of one JSON array, in order.

/// Elements in order.
struct JSONArrayContainer: UnkeyedDecodingContainer {
    private let run: JSONReadingRun
    private let end: Int
    private var next: Int
    private(set) var currentIndex = 0
    let count: Int?

    init(run: JSONReadingRun, index: Int) throws {
        guard run.document.tokens[index].kind == .array else {
            throw run.wrongType(at: index, expected: "an array")
        }
        self.run = run
        end = run.document.index(after: index)
        next = index + 1
        count = nil
    }

    var codingPath: [any CodingKey] { [] }
    var isAtEnd: Bool { next >= end }

    private mutating func take() throws -> Int {
        guard !isAtEnd else {
            throw JSONReadingError(index: end - 1, expected: "another element", found: "the end of the array")
        }
        let index = next
        next = run.document.index(after: index)
        currentIndex += 1
        return index
    }

    mutating func decodeNil() throws -> Bool {
        guard !isAtEnd, run.document.tokens[next].kind == .null else { return false }
        _ = try take()
        return true
    }
    mutating func decode(_ type: Bool.Type) throws -> Bool { try run.boolean(at: take()) }
    mutating func decode(_ type: String.Type) throws -> String { try run.string(at: take()) }
    mutating func decode(_ type: Double.Type) throws -> Double { try run.double(at: take()) }
    mutating func decode(_ type: Float.Type) throws -> Float { Float(try run.double(at: take())) }
    mutating func decode(_ type: Int.Type) throws -> Int { try run.integer(type, at: take()) }
    mutating func decode(_ type: Int8.Type) throws -> Int8 { try run.integer(type, at: take()) }
    mutating func decode(_ type: Int16.Type) throws -> Int16 { try run.integer(type, at: take()) }
    mutating func decode(_ type: Int32.Type) throws -> Int32 { try run.integer(type, at: take()) }
    mutating func decode(_ type: Int64.Type) throws -> Int64 { try run.integer(type, at: take()) }
    mutating func decode(_ type: UInt.Type) throws -> UInt { try run.integer(type, at: take()) }
    mutating func decode(_ type: UInt8.Type) throws -> UInt8 { try run.integer(type, at: take()) }
    mutating func decode(_ type: UInt16.Type) throws -> UInt16 { try run.integer(type, at: take()) }
    mutating func decode(_ type: UInt32.Type) throws -> UInt32 { try run.integer(type, at: take()) }
    mutating func decode(_ type: UInt64.Type) throws -> UInt64 { try run.integer(type, at: take()) }
    mutating func decode<Value: Decodable>(_ type: Value.Type) throws -> Value {
        try run.decode(type, at: take())
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) throws -> KeyedDecodingContainer<NestedKey> {
        KeyedDecodingContainer(try JSONObjectContainer<NestedKey>(run: run, index: take()))
    }
    mutating func nestedUnkeyedContainer() throws -> any UnkeyedDecodingContainer {
        try JSONArrayContainer(run: run, index: take())
    }
    mutating func superDecoder() throws -> any Decoder { JSONValueDecoder(run: run, index: try take()) }
}
