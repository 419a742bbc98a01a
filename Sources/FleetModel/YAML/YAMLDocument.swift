// The entrance to YAML: bounds on the text, then Yams, with its errors given a line and a column.

internal import Yams

enum YAMLDocument {
    /// The root value of the one document in `text`.
    ///
    /// Aliases are refused before anything is composed: a few of them can stand for billions of values.
    static func root(text: String, file: String) throws(FleetFileError) -> YAMLValue {
        try checkText(text, file: file)
        let node: Node?
        do {
            // The basic resolver types nothing: every scalar is read by the one who knows what belongs there.
            node = try Parser(yaml: text, resolver: .basic, encoding: .utf8).singleRoot()
        } catch let error as YamlError {
            throw failure(error, text: text, file: file)
        } catch {
            throw FleetFileError(file: file, line: 1, column: 1, problem: "\(error)", expected: "YAML")
        }
        guard let node else {
            throw FleetFileError(file: file, line: 1, column: 1, problem: "the file is empty", expected: "YAML")
        }
        return YAMLValue(node: node, file: file)
    }

    private static func checkText(_ text: String, file: String) throws(FleetFileError) {
        func refuse(_ line: Int, _ column: Int, _ problem: String, _ expected: String) -> FleetFileError {
            FleetFileError(file: file, line: line, column: column, problem: problem, expected: expected)
        }
        let bytes = Array(text.utf8)
        guard bytes.count <= FleetFileLimits.bytesMax else {
            throw refuse(1, 1, "the file has \(bytes.count) bytes", "at most \(FleetFileLimits.bytesMax)")
        }
        var line = 1
        var lineStart = 0
        var isComment = false
        var isBlankSoFar = true
        for (offset, byte) in bytes.enumerated() {
            if byte == UInt8(ascii: "\n") {
                line += 1
                lineStart = offset + 1
                isComment = false
                isBlankSoFar = true
                continue
            }
            let column = offset - lineStart + 1
            if column > FleetFileLimits.lineBytesMax {
                throw refuse(line, 1, "the line is too long", "at most \(FleetFileLimits.lineBytesMax) bytes")
            }
            if byte == UInt8(ascii: "\r") && !(offset + 1 < bytes.count && bytes[offset + 1] == UInt8(ascii: "\n")) {
                throw refuse(line, column, "a carriage return inside a line", "line feeds between lines")
            }
            if byte >= 0x80 && endsLineInYAML(bytes, offset) {
                throw refuse(line, column, "a line break other than a line feed", "line feeds between lines")
            }
            if byte == UInt8(ascii: "#") && isBlankSoFar { isComment = true }
            if byte != UInt8(ascii: " ") && byte != UInt8(ascii: "\t") { isBlankSoFar = false }
            if byte == UInt8(ascii: "*") && !isComment && startsAlias(bytes, offset) {
                throw refuse(line, column, "an alias", "values written out; a star cannot begin a word")
            }
        }
    }

    /// A star begins an alias only where a token can begin and when a name follows.
    private static func startsAlias(_ bytes: [UInt8], _ offset: Int) -> Bool {
        let blanks: [UInt8] = [UInt8(ascii: " "), UInt8(ascii: "\t"), UInt8(ascii: "\r"), UInt8(ascii: "\n")]
        guard offset + 1 < bytes.count, !blanks.contains(bytes[offset + 1]) else { return false }
        guard offset > 0 else { return true }
        let before = bytes[offset - 1]
        let isWord =
            before == UInt8(ascii: "_")
            || (before >= UInt8(ascii: "0") && before <= UInt8(ascii: "9"))
            || (before | 0x20 >= UInt8(ascii: "a") && before | 0x20 <= UInt8(ascii: "z"))
        return !isWord
    }

    /// True at the first byte of U+0085, U+2028 and U+2029, which YAML takes for line breaks.
    private static func endsLineInYAML(_ bytes: [UInt8], _ offset: Int) -> Bool {
        if offset + 1 < bytes.count, bytes[offset] == 0xC2, bytes[offset + 1] == 0x85 { return true }
        guard offset + 2 < bytes.count, bytes[offset] == 0xE2, bytes[offset + 1] == 0x80 else { return false }
        return bytes[offset + 2] == 0xA8 || bytes[offset + 2] == 0xA9
    }

    private static func failure(_ error: YamlError, text: String, file: String) -> FleetFileError {
        func at(
            _ line: Int, _ column: Int, _ problem: String, _ expected: String = "well-formed YAML"
        ) -> FleetFileError {
            FleetFileError(
                file: file, line: max(1, line), column: max(1, column), problem: problem, expected: expected)
        }
        switch error {
        case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
            .composer(let context, let problem, let mark, _):
            let problem = [context?.text, problem].compactMap { $0 }.joined(separator: ": ")
            return at(mark.line, mark.column, problem)
        case .reader(let problem, let offset, _, _):
            let (line, column) = position(of: offset ?? 0, in: text)
            return at(line, column, problem, "text in UTF-8 without control characters")
        case .duplicatedKeysInMapping(let keys, let context):
            let problem = "the key \"\(keys.first?.prefix(60) ?? "")\" stands more than once, first here"
            return at(context.mark.line, context.mark.column, problem, "each key once")
        default:
            return at(1, 1, "\(error)")
        }
    }

    private static func position(of characterOffset: Int, in text: String) -> (line: Int, column: Int) {
        var line = 1
        var column = 1
        for character in text.prefix(characterOffset) {
            if character.isNewline { (line, column) = (line + 1, 1) } else { column += 1 }
        }
        return (line, column)
    }
}
