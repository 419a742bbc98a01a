// Tables for people, JSON and YAML for programs.

import ArgumentParser
import ControlAPI
import Yams

/// How an answer is printed.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable {
    case table, json, yaml
}

/// The option that every command with an answer has.
struct OutputOptions: ParsableArguments {
    @Option(name: .shortAndLong, help: "How to print the answer, or on stderr the problem that a refusal is.")
    var output: OutputFormat = .table

    /// Prints an answer: as it came, or as a person reads it.
    func print<Answer: Encodable>(
        _ answer: Answer, to terminal: Terminal = .standardOutput, table: (Answer) -> Void
    ) throws {
        switch output {
        case .table: table(answer)
        case .json: terminal.write(bytes: indented(CanonicalJSON.encode(answer)))
        case .yaml: terminal.writeRaw(try blockYAML(CanonicalJSON.encode(answer)))
        }
    }
}

/// JSON as YAML in block style. JSON is YAML, so that reading it and writing it otherwise is all there is to do.
func blockYAML(_ bytes: [UInt8]) throws -> String {
    func block(_ node: Node) -> Node {
        switch node {
        case .scalar(let scalar):
            // In canonical JSON the quoted are texts, and a text that looks like a number needs its quotes again.
            .scalar(scalar.style == .doubleQuoted ? scalar.string.represented() : Node.Scalar(scalar.string))
        case .sequence(let sequence): Node(sequence.map(block))
        case .mapping(let mapping): Node(mapping.map { (block($0.key), block($0.value)) })
        case .alias: node
        }
    }
    guard let root = try Yams.compose(yaml: String(decoding: bytes, as: UTF8.self)) else { return "" }
    return try Yams.serialize(node: block(root), allowUnicode: true)
}

/// JSON spread over lines. The input is canonical, so that white space occurs within strings only.
func indented(_ bytes: [UInt8]) -> [UInt8] {
    var result: [UInt8] = []
    var depth = 0
    var isInString = false
    func breakLine() {
        result.append(UInt8(ascii: "\n"))
        result.append(contentsOf: repeatElement(UInt8(ascii: " "), count: depth * 2))
    }
    for (index, byte) in bytes.enumerated() {
        if isInString {
            result.append(byte)
            if byte == UInt8(ascii: "\""), !isEscaped(bytes, index) { isInString = false }
            continue
        }
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            result.append(byte)
            depth += 1
            if bytes[index + 1] != byte + 2 { breakLine() }
        case UInt8(ascii: "}"), UInt8(ascii: "]"):
            depth -= 1
            if bytes[index - 1] != byte - 2 { breakLine() }
            result.append(byte)
        case UInt8(ascii: ","):
            result.append(byte)
            breakLine()
        case UInt8(ascii: ":"):
            result.append(byte)
            result.append(UInt8(ascii: " "))
        default:
            isInString = byte == UInt8(ascii: "\"")
            result.append(byte)
        }
    }
    return result + [UInt8(ascii: "\n")]
}

/// Whether an odd number of backslashes stands before a byte.
private func isEscaped(_ bytes: [UInt8], _ index: Int) -> Bool {
    var start = index
    while start > 0, bytes[start - 1] == UInt8(ascii: "\\") { start -= 1 }
    return !(index - start).isMultiple(of: 2)
}
