// The words of the document are the comments of the types.
//
// The file is rewritten only on purpose: BERTH_REWRITE_GOLDEN=1 swift test --filter FieldTextTests

import Foundation
import Testing

@testable import ControlAPI

@Suite("The words for types and fields")
struct FieldTextTests {
    private static let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Sources/ControlAPI")

    private static func rendered() throws -> String {
        var texts: [String: String] = [:]
        for folder in ["Answers", "Errors", "Requests", "Values"] {
            let files = try FileManager.default.contentsOfDirectory(
                at: sources.appendingPathComponent(folder), includingPropertiesForKeys: nil)
            for file in files where file.pathExtension == "swift" {
                var comments = TypeComments()
                comments.read(try String(contentsOf: file, encoding: .utf8))
                texts.merge(comments.texts) { _, new in new }
            }
        }
        let margin = String(repeating: " ", count: 8)
        let lines = texts.keys.sorted().flatMap { [margin + $0] + wrapped(texts[$0]!, indent: margin + "  ") }
        return """
            // What types and their fields are, in the words of their own comments. Rewritten, never written by hand:
            // `make api-docs`.

            enum FieldTexts {
                static let text = #\"""
            \(lines.joined(separator: "\n"))
                    \"""#
            }

            """
    }

    /// Lines of at most 118 characters.
    private static func wrapped(_ text: String, indent: String) -> [String] {
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ") {
            if !line.isEmpty, indent.count + line.count + 1 + word.count > 118 {
                lines.append(indent + line)
                line = ""
            }
            line += line.isEmpty ? word : " " + word
        }
        return lines + [indent + line]
    }

    @Test("are the comments of the types")
    func areComments() throws {
        let file = Self.sources.appendingPathComponent("Schema/FieldTexts.swift")
        let text = try Self.rendered()
        if ProcessInfo.processInfo.environment["BERTH_REWRITE_GOLDEN"] == "1" {
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == text, "run `make api-docs`")
    }
}

/// The comments of the public types of one file and of their stored properties.
private struct TypeComments {
    /// By `Type` or `Type.field`, as it is spelt on the wire.
    private(set) var texts: [String: String] = [:]

    private var comment: [Substring] = []
    private var types: [(name: String, indent: Int)] = []
    private var isInKeys = false

    mutating func read(_ source: String) {
        for line in source.split(separator: "\n", omittingEmptySubsequences: false) {
            let code = line.drop { $0 == " " }
            let indent = line.count - code.count
            if code.hasPrefix("///") {
                comment.append(code.dropFirst(3).drop { $0 == " " })
                continue
            }
            if code.hasPrefix("}") { types.removeAll { $0.indent >= indent } }
            read(code, indent)
            comment = []
        }
    }

    private mutating func read(_ code: Substring, _ indent: Int) {
        if let name = Self.name(in: code, after: "public struct ") ?? Self.name(in: code, after: "public enum ") {
            isInKeys = name == "CodingKeys"
            guard !isInKeys else { return }
            types.append((name, indent))
            texts[name] = words
        } else if let type = types.last?.name, let name = Self.name(in: code, after: "public var "),
            !code.contains("{")
        {
            texts[type + "." + name] = words
        } else if let type = types.last?.name, code.hasPrefix("case ") {
            isInKeys ? rename(code, of: type) : add(code, to: type)
        }
    }

    /// A field that is spelt otherwise on the wire: `case leaseClass = "class"`.
    private mutating func rename(_ code: Substring, of type: String) {
        let parts = code.dropFirst(5).split(separator: " ")
        guard parts.count == 3, parts[1] == "=" else { return }
        texts[type + "." + parts[2].filter { $0 != "\"" }] = texts.removeValue(forKey: type + "." + parts[0])
    }

    /// What a word of a closed set means.
    private mutating func add(_ code: Substring, to type: String) {
        guard let words else { return }
        let parts = code.dropFirst(5).split(separator: " ")
        let word = (parts.count == 3 ? parts[2] : parts[0]).filter { $0 != "\"" && $0 != "`" }
        texts[type] = (texts[type].map { $0 + " " } ?? "") + "`\(word)`: \(words)"
    }

    private var words: String? {
        let text = comment.prefix { !$0.hasPrefix("- ") }.joined(separator: " ").replacing("``", with: "`")
        return text.isEmpty ? nil : text.split(separator: " ").joined(separator: " ")
    }

    private static func name(in code: Substring, after start: String) -> String? {
        guard code.hasPrefix(start) else { return nil }
        let name = code.dropFirst(start.count).prefix { $0.isLetter || $0.isNumber || $0 == "_" || $0 == "`" }
        return name.isEmpty ? nil : name.filter { $0 != "`" }
    }
}
