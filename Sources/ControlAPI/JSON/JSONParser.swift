// RFC 8259, and no more than that: from bytes to tokens.

/// Why bytes are not JSON, and at which byte.
struct JSONSyntaxError: Error {
    let offset: Int
    let expected: String
}

/// Reads one JSON text. Nesting is kept on a list, so that a hostile body cannot exhaust the call stack.
struct JSONParser {
    typealias Token = JSONDocument.Token

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position = 0
    private var tokens: [Token] = []
    private var open: [Int] = []

    /// Parses a whole text: valid UTF-8, one value, no name twice in an object, nothing after it.
    static func parse(_ bytes: [UInt8]) throws(JSONSyntaxError) -> JSONDocument {
        guard bytes.count < Int(UInt32.max) else { throw JSONSyntaxError(offset: 0, expected: "less than 4 GiB") }
        if bytes.contains(where: { $0 >= 0x80 }), String(validating: bytes, as: UTF8.self) == nil {
            throw JSONSyntaxError(offset: 0, expected: "valid UTF-8 throughout")
        }
        let tokens = try bytes.withUnsafeBufferPointer { (buffer) throws(JSONSyntaxError) -> [Token] in
            var parser = JSONParser(bytes: buffer)
            try parser.parseText()
            return parser.tokens
        }
        let document = JSONDocument(bytes: bytes, tokens: tokens)
        try document.refuseDuplicateNames()
        return document
    }

    private init(bytes: UnsafeBufferPointer<UInt8>) {
        self.bytes = bytes
        tokens.reserveCapacity(min(bytes.count / 6 + 8, 1 << 16))
    }

    private mutating func parseText() throws(JSONSyntaxError) {
        try parseValue()
        while let container = open.last {
            if tokens[container].kind == .object {
                try parseNextMember(of: container)
            } else {
                try parseNextElement(of: container)
            }
        }
        skipSpace()
        guard position == bytes.count else { throw expected("the end of the text") }
    }

    private mutating func parseNextMember(of container: Int) throws(JSONSyntaxError) {
        skipSpace()
        if take("}") { return close(container) }
        if tokens.count > container + 1 {
            guard take(",") else { throw expected(", or }") }
            skipSpace()
        }
        guard take("\"") else { throw expected("a name in quotation marks") }
        try parseString()
        skipSpace()
        guard take(":") else { throw expected(":") }
        try parseValue()
    }

    private mutating func parseNextElement(of container: Int) throws(JSONSyntaxError) {
        skipSpace()
        if take("]") { return close(container) }
        if tokens.count > container + 1 {
            guard take(",") else { throw expected(", or ]") }
        }
        try parseValue()
    }

    private mutating func close(_ container: Int) {
        tokens[container].end = UInt32(tokens.count)
        open.removeLast()
    }

    private mutating func parseValue() throws(JSONSyntaxError) {
        skipSpace()
        guard position < bytes.count else { throw expected("a value") }
        switch bytes[position] {
        case UInt8(ascii: "{"): try openContainer(.object)
        case UInt8(ascii: "["): try openContainer(.array)
        case UInt8(ascii: "\""):
            position += 1
            try parseString()
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try parseNumber()
        case UInt8(ascii: "t"): try parseWord("true", .true)
        case UInt8(ascii: "f"): try parseWord("false", .false)
        case UInt8(ascii: "n"): try parseWord("null", .null)
        default: throw expected("a value")
        }
    }

    private mutating func openContainer(_ kind: Token.Kind) throws(JSONSyntaxError) {
        guard open.count < WireLimits.jsonDepthMax else {
            throw expected("at most \(WireLimits.jsonDepthMax) levels of nesting")
        }
        open.append(tokens.count)
        try append(kind, start: position, end: 0)
        position += 1
    }

    private mutating func append(_ kind: Token.Kind, start: Int, end: Int) throws(JSONSyntaxError) {
        guard tokens.count < WireLimits.jsonValuesMax else {
            throw expected("at most \(WireLimits.jsonValuesMax) values")
        }
        tokens.append(Token(kind: kind, start: UInt32(start), end: UInt32(end)))
    }

    private mutating func parseString() throws(JSONSyntaxError) {
        let start = position
        var kind = Token.Kind.plainString
        while position < bytes.count {
            switch bytes[position] {
            case UInt8(ascii: "\""):
                try append(kind, start: start, end: position)
                position += 1
                return
            case UInt8(ascii: "\\"):
                kind = .escapedString
                try parseEscape()
            case 0..<0x20: throw expected("no bare control character in a string")
            default: position += 1
            }
        }
        throw expected("the end of a string")
    }

    private mutating func parseEscape() throws(JSONSyntaxError) {
        position += 1
        guard position < bytes.count else { throw expected("the end of a string") }
        guard bytes[position] == UInt8(ascii: "u") else {
            guard "\"\\/bfnrt".utf8.contains(bytes[position]) else { throw expected("an escape that JSON knows") }
            position += 1
            return
        }
        let first = try parseCodeUnit()
        if (0xD800..<0xDC00).contains(first) {
            guard position < bytes.count, bytes[position] == UInt8(ascii: "\\") else {
                throw expected("the second half of a surrogate pair")
            }
            position += 1
            guard position < bytes.count, bytes[position] == UInt8(ascii: "u"),
                (0xDC00..<0xE000).contains(try parseCodeUnit())
            else { throw expected("the second half of a surrogate pair") }
        } else if (0xDC00..<0xE000).contains(first) {
            throw expected("no lone surrogate")
        }
    }

    /// Reads `uXXXX`, of which the position is at the `u`.
    private mutating func parseCodeUnit() throws(JSONSyntaxError) -> UInt32 {
        var unit: UInt32 = 0
        for offset in 1...4 {
            guard position + offset < bytes.count, let digit = hexadecimalDigit(bytes[position + offset]) else {
                throw expected("four hexadecimal digits")
            }
            unit = unit << 4 + UInt32(digit)
        }
        position += 5
        return unit
    }

    private mutating func parseNumber() throws(JSONSyntaxError) {
        let start = position
        var kind = Token.Kind.integer
        _ = take("-")
        if !take("0") { try parseDigits() }
        if take(".") {
            kind = .decimal
            try parseDigits()
        }
        if take("e") || take("E") {
            kind = .decimal
            if !take("+") { _ = take("-") }
            try parseDigits()
        }
        try append(kind, start: start, end: position)
    }

    private mutating func parseDigits() throws(JSONSyntaxError) {
        let start = position
        while position < bytes.count, bytes[position] &- UInt8(ascii: "0") < 10 { position += 1 }
        guard position > start else { throw expected("a digit") }
    }

    private mutating func parseWord(_ word: StaticString, _ kind: Token.Kind) throws(JSONSyntaxError) {
        let start = position
        let matches = word.withUTF8Buffer { word in
            start + word.count <= bytes.count && bytes[start..<start + word.count].elementsEqual(word)
        }
        guard matches else { throw expected("a value") }
        position += word.utf8CodeUnitCount
        try append(kind, start: start, end: position)
    }

    private mutating func skipSpace() {
        while position < bytes.count {
            switch bytes[position] {
            case 0x20, 0x0A, 0x0D, 0x09: position += 1
            default: return
            }
        }
    }

    private mutating func take(_ mark: Unicode.Scalar) -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: mark) else { return false }
        position += 1
        return true
    }

    private func expected(_ what: String) -> JSONSyntaxError { JSONSyntaxError(offset: position, expected: what) }
}

extension JSONDocument {
    /// Refuses an object that has one name twice: readers would disagree on which value counts.
    fileprivate func refuseDuplicateNames() throws(JSONSyntaxError) {
        for index in tokens.indices where tokens[index].kind == .object {
            var names: [Int] = []
            var name = index + 1
            while name < Int(tokens[index].end) {
                names.append(name)
                name = self.index(after: name + 1)
            }
            if let second = firstDuplicate(among: names) {
                throw JSONSyntaxError(
                    offset: Int(tokens[second].start), expected: "the name \(quoted(string(at: second))) only once")
            }
        }
    }

    private func firstDuplicate(among names: [Int]) -> Int? {
        // Pairs are cheapest for the few names of a usual object; a hostile one gets a set.
        if names.count <= 24 {
            for (position, later) in names.enumerated() {
                for earlier in names[..<position] where sameName(earlier, later) { return later }
            }
            return nil
        }
        var seen: Set<String> = []
        return names.first { !seen.insert(string(at: $0)).inserted }
    }

    private func sameName(_ left: Int, _ right: Int) -> Bool {
        let (left, right) = (left, right)
        let (leftToken, rightToken) = (tokens[left], tokens[right])
        guard leftToken.kind == .plainString, rightToken.kind == .plainString else {
            return string(at: left) == string(at: right)
        }
        guard leftToken.end - leftToken.start == rightToken.end - rightToken.start else { return false }
        return bytes[Int(leftToken.start)..<Int(leftToken.end)]
            .elementsEqual(bytes[Int(rightToken.start)..<Int(rightToken.end)])
    }
}
