// The document of errors says what the table says.

import Foundation
import Testing

@testable import ControlAPI

@Suite("docs/errors.md")
struct ErrorDocumentTests {
    private static let text: String? = try? String(
        contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("docs/errors.md"), encoding: .utf8)

    @Test("has a section for each code with its title, status and exit code", arguments: ErrorCode.allCases)
    func hasSection(_ code: ErrorCode) throws {
        let document = try #require(Self.text)
        let section =
            "## \(code.anchor)\n\n\(code.title). Status \(code.status), exit code \(code.exitStatus.rawValue).\n"
        #expect(document.contains(section))
    }

    @Test("has no section for anything else")
    func hasNoOther() throws {
        let document = try #require(Self.text)
        let headings = document.split(separator: "\n").filter { $0.hasPrefix("## ") }.map { String($0.dropFirst(3)) }
        #expect(headings == ErrorCode.allCases.map(\.anchor) + ["Exit codes of berth"])
    }

    @Test("has a row for each exit code", arguments: ControlAPI.ExitStatus.allCases)
    func hasRow(_ status: ControlAPI.ExitStatus) throws {
        #expect(try #require(Self.text).contains("| \(status.rawValue) | \(status.meaning) |"))
    }
}
