// Encodable onto a writer.

/// The encoder of one value.
struct JSONValueEncoder: Encoder {
    let writer: JSONWriter

    var codingPath: [any CodingKey] { [] }
    var userInfo: [CodingUserInfoKey: Any] { [:] }

    func container<Key: CodingKey>(keyedBy type: Key.Type) -> KeyedEncodingContainer<Key> {
        writer.text.begin("{", closing: "}")
        return KeyedEncodingContainer(JSONObjectWriter<Key>(writer: writer, depth: writer.text.depth))
    }

    func unkeyedContainer() -> any UnkeyedEncodingContainer {
        writer.text.begin("[", closing: "]")
        return JSONArrayWriter(writer: writer, depth: writer.text.depth)
    }

    func singleValueContainer() -> any SingleValueEncodingContainer { self }
}

extension JSONValueEncoder: SingleValueEncodingContainer {
    func encodeNil() { writer.text.null() }
    func encode(_ value: Bool) { writer.text.boolean(value) }
    func encode(_ value: String) { writer.text.string(value) }
    func encode(_ value: Double) { writer.text.double(value) }
    func encode(_ value: Float) { writer.text.double(Double(value)) }
    func encode(_ value: Int) { writer.text.integer(value) }
    func encode(_ value: Int8) { writer.text.integer(value) }
    func encode(_ value: Int16) { writer.text.integer(value) }
    func encode(_ value: Int32) { writer.text.integer(value) }
    func encode(_ value: Int64) { writer.text.integer(value) }
    func encode(_ value: UInt) { writer.text.integer(value) }
    func encode(_ value: UInt8) { writer.text.integer(value) }
    func encode(_ value: UInt16) { writer.text.integer(value) }
    func encode(_ value: UInt32) { writer.text.integer(value) }
    func encode(_ value: UInt64) { writer.text.integer(value) }
    func encode<Value: Encodable>(_ value: Value) throws { try writer.write(value) }
}

/// Members of an object, in the order they are given.
struct JSONObjectWriter<Key: CodingKey>: KeyedEncodingContainerProtocol {
    let writer: JSONWriter
    let depth: Int

    var codingPath: [any CodingKey] { [] }

    private func name(_ key: Key) {
        writer.text.member(key.stringValue, depth: depth)
    }

    private func integer(_ value: some BinaryInteger, _ key: Key) {
        name(key)
        writer.text.integer(value)
    }

    func encodeNil(forKey key: Key) {
        name(key)
        writer.text.null()
    }
    func encode(_ value: Bool, forKey key: Key) {
        name(key)
        writer.text.boolean(value)
    }
    func encode(_ value: String, forKey key: Key) {
        name(key)
        writer.text.string(value)
    }
    func encode(_ value: Double, forKey key: Key) {
        name(key)
        writer.text.double(value)
    }
    func encode(_ value: Float, forKey key: Key) {
        name(key)
        writer.text.double(Double(value))
    }
    func encode(_ value: Int, forKey key: Key) { integer(value, key) }
    func encode(_ value: Int8, forKey key: Key) { integer(value, key) }
    func encode(_ value: Int16, forKey key: Key) { integer(value, key) }
    func encode(_ value: Int32, forKey key: Key) { integer(value, key) }
    func encode(_ value: Int64, forKey key: Key) { integer(value, key) }
    func encode(_ value: UInt, forKey key: Key) { integer(value, key) }
    func encode(_ value: UInt8, forKey key: Key) { integer(value, key) }
    func encode(_ value: UInt16, forKey key: Key) { integer(value, key) }
    func encode(_ value: UInt32, forKey key: Key) { integer(value, key) }
    func encode(_ value: UInt64, forKey key: Key) { integer(value, key) }
    func encode<Value: Encodable>(_ value: Value, forKey key: Key) throws {
        name(key)
        try writer.write(value)
    }

    func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type, forKey key: Key
    ) -> KeyedEncodingContainer<NestedKey> {
        name(key)
        return JSONValueEncoder(writer: writer).container(keyedBy: type)
    }
    func nestedUnkeyedContainer(forKey key: Key) -> any UnkeyedEncodingContainer {
        name(key)
        return JSONValueEncoder(writer: writer).unkeyedContainer()
    }
    func superEncoder() -> any Encoder { JSONValueEncoder(writer: writer) }
    func superEncoder(forKey key: Key) -> any Encoder {
        name(key)
        return JSONValueEncoder(writer: writer)
    }
}

/// Elements of an array, in the order they are given.
struct JSONArrayWriter: UnkeyedEncodingContainer {
    let writer: JSONWriter
    let depth: Int
    private(set) var count = 0

    init(writer: JSONWriter, depth: Int) {
        self.writer = writer
        self.depth = depth
    }

    var codingPath: [any CodingKey] { [] }

    private mutating func next() {
        writer.text.element(depth: depth)
        count += 1
    }

    private mutating func integer(_ value: some BinaryInteger) {
        next()
        writer.text.integer(value)
    }

    mutating func encodeNil() {
        next()
        writer.text.null()
    }
    mutating func encode(_ value: Bool) {
        next()
        writer.text.boolean(value)
    }
    mutating func encode(_ value: String) {
        next()
        writer.text.string(value)
    }
    mutating func encode(_ value: Double) {
        next()
        writer.text.double(value)
    }
    mutating func encode(_ value: Float) {
        next()
        writer.text.double(Double(value))
    }
    mutating func encode(_ value: Int) { integer(value) }
    mutating func encode(_ value: Int8) { integer(value) }
    mutating func encode(_ value: Int16) { integer(value) }
    mutating func encode(_ value: Int32) { integer(value) }
    mutating func encode(_ value: Int64) { integer(value) }
    mutating func encode(_ value: UInt) { integer(value) }
    mutating func encode(_ value: UInt8) { integer(value) }
    mutating func encode(_ value: UInt16) { integer(value) }
    mutating func encode(_ value: UInt32) { integer(value) }
    mutating func encode(_ value: UInt64) { integer(value) }
    mutating func encode<Value: Encodable>(_ value: Value) throws {
        next()
        try writer.write(value)
    }

    mutating func nestedContainer<NestedKey: CodingKey>(
        keyedBy type: NestedKey.Type
    ) -> KeyedEncodingContainer<NestedKey> {
        next()
        return JSONValueEncoder(writer: writer).container(keyedBy: type)
    }
    mutating func nestedUnkeyedContainer() -> any UnkeyedEncodingContainer {
        next()
        return JSONValueEncoder(writer: writer).unkeyedContainer()
    }
    mutating func superEncoder() -> any Encoder {
        next()
        return JSONValueEncoder(writer: writer)
    }
}
