// What journald's catalogue and docs/log.md say of each kind of line: the tables of kinds, of errors and of events, and nothing else.
//
// Files are rewritten only on purpose: BERTH_REWRITE_GOLDEN=1 swift test --filter JournalCatalogueTests

import ControlAPI
import DaemonLog
import Foundation
import Leasing
import Logging
import Testing

@Suite("The catalogue of the log")
struct JournalCatalogueTests {
    private static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()
    private static let isRewriting = ProcessInfo.processInfo.environment["BERTH_REWRITE_GOLDEN"] == "1"

    private struct Entry {
        let kind: String
        let title: String
        let text: String
        let page: String

        var catalogue: String {
            """
            -- \(MessageID(kind: kind))
            Subject: \(title)
            Defined-By: Berth
            Documentation: file:@docdir@/\(page)

            \(JournalCatalogueTests.wrapped(text))

            """
        }
    }

    /// Folds a text at 76 columns, which `journalctl -x` indents.
    private static func wrapped(_ text: String) -> String {
        var lines = [""]
        for word in text.split(whereSeparator: \.isWhitespace) {
            if lines[lines.count - 1].isEmpty {
                lines[lines.count - 1] = String(word)
            } else if lines[lines.count - 1].count + 1 + word.count <= 76 {
                lines[lines.count - 1] += " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines.joined(separator: "\n")
    }

    private static func document(_ name: String) throws -> String {
        try String(contentsOf: root.appendingPathComponent(name), encoding: .utf8)
    }

    /// Links and marks of the documents, as plain words.
    private static func plain(_ text: String) -> String {
        text.replacing(/\[([^\]]*)\]\([^)]*\)/) { "\($0.1)" }.replacing("`", with: "").replacing("**", with: "")
    }

    private static func refusals() throws -> [Entry] {
        let page = try document("docs/errors.md")
        return try ErrorCode.allCases.map { code in
            let heading = try #require(page.range(of: "\n## \(code.anchor)\n"), "docs/errors.md lacks \(code.anchor)")
            let rest = page[heading.upperBound...]
            let section = rest[..<(rest.range(of: "\n## ")?.lowerBound ?? rest.endIndex)]
            return Entry(
                kind: "refused.\(code.rawValue)", title: "A request was refused: \(code.title)",
                text: plain(String(section)), page: "errors.md")
        }
    }

    private static func changes() throws -> [Entry] {
        let rows = try document("docs/events.md").split(separator: "\n").filter { $0.hasPrefix("| `") }
        return try EventKind.allCases.map { kind in
            let row = try #require(
                rows.first { $0.contains("`\(kind.rawValue)`") }, "docs/events.md lacks \(kind.rawValue)")
            let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            let kinds = cells[0].split(separator: ",").count
            let scope =
                kinds > 1 ? "Of \(cells[0]): \(cells[1])" : cells[1].prefix(1).uppercased() + cells[1].dropFirst()
            return Entry(
                kind: kind.rawValue, title: "Change @REVISION@: \(kind.rawValue)",
                text: plain(
                    "\(scope). This is a part of change @REVISION@ of the book, made by @BERTH_ACTOR@. The audit log has "
                        + "all of it: berth audit."), page: "events.md")
        }
    }

    private static func entries() throws -> [Entry] {
        LineKind.allCases.map { Entry(kind: $0.rawValue, title: $0.title, text: $0.explanation, page: "log.md") }
            + (try refusals())
            + (try changes())
    }

    private func compare(_ text: String, with name: String) throws {
        let file = Self.root.appendingPathComponent(name)
        if Self.isRewriting { try text.write(to: file, atomically: true, encoding: .utf8) }
        #expect(try String(contentsOf: file, encoding: .utf8) == text, "BERTH_REWRITE_GOLDEN=1 writes \(name) anew")
    }

    @Test("systemd/berth.catalog has an entry for each kind of line, refusal and change")
    func catalogue() throws {
        let head = "# What journalctl -x says of each kind of line. Written from the tables of kinds; not by hand.\n\n"
        try compare(head + (try Self.entries().map(\.catalogue).joined(separator: "\n")), with: "systemd/berth.catalog")
    }

    @Test("docs/log.md has a row for each kind of line")
    func page() throws {
        let mark = "| kind | level | `MESSAGE_ID` | what it means |\n|---|---|---|---|\n"
        let page = try Self.document("docs/log.md")
        let start = try #require(page.range(of: mark)?.upperBound)
        let rows = LineKind.allCases.map {
            "| `\($0.rawValue)` | \($0.level.rawValue) | `\($0.messageID)` | \($0.title). \($0.explanation) |\n"
        }
        try compare(page[..<start] + rows.joined(), with: "docs/log.md")
    }

    @Test("no two kinds have one message id, and an id is a random UUID in form")
    func ids() throws {
        let entries = try Self.entries()
        let ids = entries.map { MessageID(kind: $0.kind).description }
        #expect(Set(ids).count == entries.count)
        #expect(ids.allSatisfy { $0.wholeMatch(of: /[0-9a-f]{12}4[0-9a-f]{3}[89ab][0-9a-f]{15}/) != nil })
        // An id that is out stays as it is: operators filter by it.
        #expect(MessageID(kind: "serving").description == Self.servingID)
    }

    private static let servingID = "5c364f72ce934c728a9c61214541774e"

    @Test("every line that the daemon writes, but for debugging and by single connections, has a kind")
    func everyLineHasAKind() throws {
        let sources = Self.root.appendingPathComponent("Sources")
        for module in ["Scheduling", "ControlServer", "berthd"] {
            let files = try #require(FileManager.default.enumerator(atPath: sources.path + "/" + module))
            for case let file as String in files where file.hasSuffix(".swift") && !file.hasPrefix("Serving/") {
                let text = try String(contentsOfFile: "\(sources.path)/\(module)/\(file)", encoding: .utf8)
                #expect(
                    text.firstMatch(of: /logger\.(info|notice|warning|error|critical)\(/) == nil, "\(module)/\(file)")
            }
        }
    }
}
