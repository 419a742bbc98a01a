// A parsed JSON text as a flat list of tokens over its bytes.
//
// A tree of boxed values costs an allocation per value; a list of 12-byte tokens in reading order costs one for the
// whole text. A container's token says where the token after its last one stands, so that skipping is one
// step. Nothing is copied: strings and numbers stay in the bytes until somebody asks for them. The pointer to a token
// is found by walking from the root, which only an error does.

/// A parsed JSON text.
final class JSONDocument: Sendable {
    /// One value or one name of a member.
    struct Token {
        enum Kind: UInt8 {
            case null, `false`, `true`, integer, decimal, plainString, escapedString, array, object
        }

        let kind: Kind
        /// Offset of the first byte, within the quotation marks for a string.
        let start: UInt32
        /// For a string or number the offset after its last byte; for a container the index of the token after it.
        var end: UInt32
    }

    let bytes: [UInt8]
    let tokens: [Token]

    init(bytes: [UInt8], tokens: [Token]) {
        self.bytes = bytes
        self.tokens = tokens
    }

    /// The index of the token after the value at `index`.
    func index(after index: Int) -> Int {
        let token = tokens[index]
        return token.kind == .array || token.kind == .object ? Int(token.end) : index + 1
    }

    /// The text of the string at `index`, unescaped.
    func string(at index: Int) -> String {
        let token = tokens[index]
        let raw = bytes[Int(token.start)..<Int(token.end)]
        return token.kind == .escapedString ? unescaped(raw) : String(decoding: raw, as: UTF8.self)
    }

    /// The number at `index` as it is written.
    func numberText(at index: Int) -> String {
        let token = tokens[index]
        return String(decoding: bytes[Int(token.start)..<Int(token.end)], as: UTF8.self)
    }

    /// Whether the member name at `index` is `name`.
    func isName(at index: Int, equalTo name: String) -> Bool {
        let token = tokens[index]
        guard token.kind == .plainString else { return string(at: index) == name }
        guard Int(token.end - token.start) == name.utf8.count else { return false }
        return bytes[Int(token.start)..<Int(token.end)].elementsEqual(name.utf8)
    }

    /// What stands at `index`, in words for a message.
    func words(at index: Int) -> String {
        switch tokens[index].kind {
        case .null: "null"
        case .false: "false"
        case .true: "true"
        case .integer, .decimal: String(numberText(at: index).prefix(40))
        case .plainString, .escapedString: quoted(string(at: index))
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// The RFC 6901 pointer to the value at `target`. O(tokens before it).
    func pointer(to target: Int) -> String {
        var pointer = ""
        var container = 0
        while container != target {
            let isObject = tokens[container].kind == .object
            var child = container + 1
            var position = 0
            while true {
                let value = isObject ? child + 1 : child
                let next = index(after: value)
                if target < next {
                    pointer += "/" + (isObject ? pointerEscaped(string(at: child)) : String(position))
                    container = value
                    // A name's pointer is that of its value.
                    if target == child { return pointer }
                    break
                }
                child = next
                position += 1
            }
        }
        return pointer
    }

    private func unescaped(_ raw: ArraySlice<UInt8>) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(raw.count)
        var position = raw.startIndex
        while position < raw.endIndex {
            guard raw[position] == UInt8(ascii: "\\") else {
                result.append(raw[position])
                position += 1
                continue
            }
            let mark = raw[position + 1]
            position += 2
            guard mark == UInt8(ascii: "u") else {
                result.append(unescapedByte(mark))
                continue
            }
            var scalar = hexadecimal(raw, at: position)
            position += 4
            if (0xD800..<0xDC00).contains(scalar) {
                scalar = 0x10000 + (scalar - 0xD800) << 10 + (hexadecimal(raw, at: position + 2) - 0xDC00)
                position += 6
            }
            // The parser has refused lone surrogates, so every scalar here is valid.
            result.append(contentsOf: String(Character(Unicode.Scalar(scalar)!)).utf8)
        }
        return String(decoding: result, as: UTF8.self)
    }

    private func unescapedByte(_ mark: UInt8) -> UInt8 {
        switch mark {
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "f"): 0x0C
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        default: mark
        }
    }

    private func hexadecimal(_ raw: ArraySlice<UInt8>, at position: Int) -> UInt32 {
        raw[position..<position + 4].reduce(0) { $0 << 4 + UInt32(hexadecimalDigit($1)!) }
    }
}

/// A name as a step of an RFC 6901 pointer.
func pointerEscaped(_ name: String) -> String {
    guard name.utf8.contains(where: { $0 == UInt8(ascii: "~") || $0 == UInt8(ascii: "/") }) else { return name }
    return name.reduce(into: "") { text, character in
        switch character {
        case "~": text += "~0"
        case "/": text += "~1"
        default: text.append(character)
        }
    }
}

/// The value of a hexadecimal digit, or nil.
func hexadecimalDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}
