// The text being written, and the one reference to it that all encoders share.

/// Shares one text among the encoders of a value's parts.
final class JSONWriter {
    /// Changed by one call at a time: each access is checked for exclusivity, so that a call should do its whole work.
    var text = JSONText()

    func write<Value: Encodable>(_ value: Value) throws {
        let depth = text.depth
        let start = text.bytes.count
        try value.encode(to: JSONValueEncoder(writer: self))
        text.close(downTo: depth)
        precondition(text.bytes.count > start, "an encodable value writes something")
    }
}

/// The bytes so far and the containers still open. A container is closed when its parent writes on, or its value ends.
struct JSONText {
    private(set) var bytes: [UInt8] = []
    private var open: [(closing: UInt8, isEmpty: Bool)] = []

    init() { bytes.reserveCapacity(1_024) }

    var depth: Int { open.count }

    /// The byte that was written last, or 0.
    var last: UInt8 { bytes.last ?? 0 }

    mutating func append(_ byte: UInt8) { bytes.append(byte) }

    mutating func append(contentsOf other: some Collection<UInt8>) { bytes.append(contentsOf: other) }

    mutating func begin(_ opening: Unicode.Scalar, closing: Unicode.Scalar) {
        bytes.append(UInt8(ascii: opening))
        open.append((UInt8(ascii: closing), true))
    }

    mutating func close(downTo depth: Int) {
        while open.count > depth { bytes.append(open.removeLast().closing) }
    }

    /// Begins the next element of the container at a depth.
    mutating func element(depth: Int) {
        close(downTo: depth)
        if open[open.count - 1].isEmpty {
            open[open.count - 1].isEmpty = false
        } else {
            bytes.append(UInt8(ascii: ","))
        }
    }

    /// Begins the next member of the object at a depth.
    mutating func member(_ name: String, depth: Int) {
        element(depth: depth)
        string(name)
        bytes.append(UInt8(ascii: ":"))
    }

    mutating func null() { bytes.append(contentsOf: "null".utf8) }

    mutating func boolean(_ value: Bool) { bytes.append(contentsOf: (value ? "true" : "false").utf8) }

    mutating func integer(_ value: some BinaryInteger) {
        guard let small = Int(exactly: value) else { return bytes.append(contentsOf: String(value).utf8) }
        integer(small)
    }

    mutating func integer(_ value: Int) {
        if value < 0 { bytes.append(UInt8(ascii: "-")) }
        let start = bytes.count
        var rest = value.magnitude
        repeat {
            bytes.append(UInt8(ascii: "0") + UInt8(rest % 10))
            rest /= 10
        } while rest > 0
        bytes[start...].reverse()
    }

    mutating func double(_ value: Double) {
        precondition(value.isFinite, "JSON has no infinite numbers")
        if abs(value) < 0x1p53, Double(Int64(value)) == value { return integer(Int64(value)) }
        bytes.append(contentsOf: "\(value)".utf8)
    }

    mutating func string(_ text: String) {
        bytes.append(UInt8(ascii: "\""))
        var text = text
        text.withUTF8 { source in
            if source.contains(where: Self.needsEscape) {
                appendEscaped(source)
            } else {
                bytes.append(contentsOf: source)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }

    private static func needsEscape(_ byte: UInt8) -> Bool {
        byte < 0x20 || byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "\\")
    }

    private mutating func appendEscaped(_ source: UnsafeBufferPointer<UInt8>) {
        for byte in source {
            switch byte {
            case UInt8(ascii: "\""): bytes.append(contentsOf: "\\\"".utf8)
            case UInt8(ascii: "\\"): bytes.append(contentsOf: "\\\\".utf8)
            case 0x0A: bytes.append(contentsOf: "\\n".utf8)
            case 0x0D: bytes.append(contentsOf: "\\r".utf8)
            case 0x09: bytes.append(contentsOf: "\\t".utf8)
            case 0..<0x20: bytes.append(contentsOf: ("\\u00" + (byte < 0x10 ? "0" : "") + String(byte, radix: 16)).utf8)
            default: bytes.append(byte)
            }
        }
    }
}
