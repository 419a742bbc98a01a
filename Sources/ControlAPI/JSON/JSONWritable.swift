// Values that write their own text: the answers of which one request may bring hundreds.

/// A value that writes its text without the containers of `Encodable`, which cost more than the text itself.
///
/// The text is the one that `encode(to:)` gives; a test holds the two together.
protocol JSONWritable: Encodable {
    func write(to text: inout JSONText)
}

extension JSONText {
    /// Begins an object whose members `field` writes.
    mutating func beginObject() { append(UInt8(ascii: "{")) }

    mutating func endObject() { append(UInt8(ascii: "}")) }

    /// Begins the next member of such an object. The name needs no escapes.
    mutating func field(_ name: StaticString) {
        if last != UInt8(ascii: "{") { append(UInt8(ascii: ",")) }
        append(UInt8(ascii: "\""))
        name.withUTF8Buffer { append(contentsOf: $0) }
        append(UInt8(ascii: "\""))
        append(UInt8(ascii: ":"))
    }

    mutating func field(_ name: StaticString, _ value: Int) {
        field(name)
        integer(value)
    }

    mutating func field(_ name: StaticString, _ value: Int?) {
        if let value { field(name, value) }
    }

    mutating func field(_ name: StaticString, _ value: Double) {
        field(name)
        double(value)
    }

    mutating func field(_ name: StaticString, _ value: String) {
        field(name)
        string(value)
    }

    mutating func field(_ name: StaticString, _ value: String?) {
        if let value { field(name, value) }
    }

    mutating func field(_ name: StaticString, _ value: Timestamp?) {
        if let value { field(name, value.description) }
    }

    mutating func field<Writable: JSONWritable>(_ name: StaticString, _ value: Writable?) {
        guard let value else { return }
        field(name)
        value.write(to: &self)
    }

    /// A member of a type that does not write its own text.
    mutating func encodedField<Value: Encodable>(_ name: StaticString, _ value: Value?) {
        guard let value else { return }
        field(name)
        append(contentsOf: CanonicalJSON.encode(value))
    }

    mutating func list<Element>(_ name: StaticString, _ list: [Element], _ write: (inout JSONText, Element) -> Void) {
        field(name)
        append(UInt8(ascii: "["))
        for element in list {
            if last != UInt8(ascii: "[") { append(UInt8(ascii: ",")) }
            write(&self, element)
        }
        append(UInt8(ascii: "]"))
    }

    mutating func list(_ name: StaticString, _ list: [String]) {
        self.list(name, list) { text, value in text.string(value) }
    }
}
