// YAML and JSON files, read as strictly as bodies, with the line and column of what is wrong.
//
// A file is composed into nodes with marks, written as JSON, and decoded by StrictJSON, so that a file and a body
// are read by one set of rules. A refusal's pointer is then walked over the nodes to the mark of the culprit. Scalars
// are typed as JSON types them: what is unquoted and looks like a JSON number, true, false or null is one, and all
// else is text. YAML 1.1's other spellings (yes, 0o17, 12:30) stay text.

import ControlAPI
import Foundation
import Yams

/// Reads files strictly.
enum StrictYAML {
    /// Decodes a file; `-` is standard input. Under the keys of `powers` a power with its unit stands for its watts.
    ///
    /// - Throws: ``CommandFailure`` with the file, the line and the column.
    static func decode<Value: Decodable>(_ type: Value.Type, fromFile path: String, powers: Set<String> = []) throws
        -> Value
    {
        let name = path == "-" ? "standard input" : path
        let text = try read(path, name: name)
        let root = try compose(text, name: name)
        let json = try JSONText(root, name: name, powers: powers).bytes
        do {
            return try StrictJSON.decode(type, from: json)
        } catch {
            throw failure(error, at: mark(of: error, in: root), name: name)
        }
    }

    /// Decodes a file, and tells in which line of it the name that a pointer ends with stands.
    static func decodeLocated<Value: Decodable>(
        _ type: Value.Type, fromFile path: String
    ) throws -> (value: Value, line: (String) -> Int?) {
        let name = path == "-" ? "standard input" : path
        let root = try compose(try read(path, name: name), name: name)
        do {
            let value = try StrictJSON.decode(type, from: try JSONText(root, name: name).bytes)
            return (value, { mark(of: $0, isKey: true, in: root)?.line })
        } catch let error as RequestBodyError {
            throw failure(error, at: mark(of: error, in: root), name: name)
        }
    }

    static func read(_ path: String, name: String) throws -> String {
        let data: Data
        do {
            data =
                path == "-"
                ? try FileHandle.standardInput.readToEnd() ?? Data() : try Data(contentsOf: URL(fileURLWithPath: path))
        } catch {
            throw CommandFailure(status: .badRequest, message: "\(name): cannot be read: \(reason(error))")
        }
        guard let text = String(validating: data, as: UTF8.self) else {
            throw CommandFailure(status: .badRequest, message: "\(name): is not UTF-8")
        }
        return text
    }

    private static func reason(_ error: any Error) -> String {
        switch (error as? CocoaError)?.code {
        case .fileReadNoSuchFile: "there is no such file"
        case .fileReadNoPermission: "permission denied"
        default: error.localizedDescription
        }
    }

    private static func compose(_ text: String, name: String) throws -> Node {
        do {
            guard let root = try Yams.compose(yaml: text) else {
                throw CommandFailure(status: .badRequest, message: "\(name): is empty")
            }
            return root
        } catch let error as YamlError {
            throw CommandFailure(status: .badRequest, message: YAMLFault(error, name: name).message)
        }
    }

    private static func failure(_ error: RequestBodyError, at mark: Mark?, name: String) -> CommandFailure {
        let place = mark.map { "\(name):\($0.line):\($0.column): " } ?? "\(name): "
        return CommandFailure(status: .badRequest, message: place + error.description)
    }

    /// Where the value that a pointer names stands; of something missing, where its parent stands.
    private static func mark(of error: RequestBodyError, in root: Node) -> Mark? {
        mark(of: error.pointer, isKey: error.code == .unknownField, in: root)
    }

    private static func mark(of pointer: String, isKey: Bool, in root: Node) -> Mark? {
        var node = root
        var mark = root.mark
        for step in pointer.split(separator: "/").map(unescaped) {
            switch node {
            case .mapping(let mapping):
                guard let member = mapping.first(where: { $0.key.string == step }) else { return mark }
                node = member.value
                mark = isKey ? member.key.mark : member.value.mark
            case .sequence(let sequence):
                guard let index = Int(step), sequence.indices.contains(index) else { return mark }
                node = sequence[index]
                mark = node.mark
            default: return mark
            }
        }
        return mark
    }

    private static func unescaped(_ step: Substring) -> String {
        String(step.replacing("~1", with: "/").replacing("~0", with: "~"))
    }
}

/// A fault of YAML itself, as `file:line:column: what`.
private struct YAMLFault {
    let message: String

    init(_ error: YamlError, name: String) {
        switch error {
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            message = "\(name):\(mark.line):\(mark.column): \(problem)"
        case .duplicatedKeysInMapping(let duplicates, _):
            message = "\(name): the name \(duplicates.first.map { "\"\($0)\"" } ?? "") stands twice in one mapping"
        default:
            message = "\(name): \(error)"
        }
    }
}

/// Nodes as JSON.
private struct JSONText {
    private(set) var bytes: [UInt8] = []
    private let name: String
    /// The names of members whose value may be a power with its unit; what is no power stays, for the decoder to refuse.
    private let powers: Set<String>

    init(_ root: Node, name: String, powers: Set<String> = []) throws {
        self.name = name
        self.powers = powers
        try append(root, depth: 0)
    }

    private mutating func append(_ node: Node, depth: Int) throws {
        // An alias stands for a copy, so a few lines can stand for a great deal.
        guard depth < WireLimits.jsonDepthMax, bytes.count < WireLimits.fileBytesMax else {
            throw CommandFailure(status: .badRequest, message: "\(name): is too deep or too large")
        }
        switch node {
        case .scalar(let scalar): append(scalar)
        case .sequence(let sequence):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in sequence.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                try append(element, depth: depth + 1)
            }
            bytes.append(UInt8(ascii: "]"))
        case .mapping(let mapping):
            bytes.append(UInt8(ascii: "{"))
            for (index, member) in mapping.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                let key = member.key.string ?? ""
                bytes += CanonicalJSON.encode(key)
                bytes.append(UInt8(ascii: ":"))
                if powers.contains(key), let text = member.value.scalar?.string, let watts = try? LineSyntax.watts(text)
                {
                    bytes += Array("\(watts)".utf8)
                } else {
                    try append(member.value, depth: depth + 1)
                }
            }
            bytes.append(UInt8(ascii: "}"))
        case .alias(let alias):
            throw CommandFailure(status: .badRequest, message: "\(name): the alias \(alias.anchor) has no anchor")
        }
    }

    private mutating func append(_ scalar: Node.Scalar) {
        let isPlain = scalar.style == .plain || scalar.style == .any
        switch scalar.string {
        case "" where isPlain, "~" where isPlain, "null" where isPlain: bytes += Array("null".utf8)
        case "true" where isPlain, "false" where isPlain: bytes += Array(scalar.string.utf8)
        case let text where isPlain && isJSONNumber(text): bytes += Array(text.utf8)
        default: bytes += CanonicalJSON.encode(scalar.string)
        }
    }

    private func isJSONNumber(_ text: String) -> Bool {
        guard let first = text.utf8.first, first == UInt8(ascii: "-") || (0x30...0x39).contains(first) else {
            return false
        }
        return (try? StrictJSON.decode(Double.self, from: Array(text.utf8))) != nil
    }
}
