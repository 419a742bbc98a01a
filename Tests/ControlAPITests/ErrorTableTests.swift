// The one table of failures, held by a golden file.
//
// The file is rewritten only on purpose: BERTH_REWRITE_GOLDEN=1 swift test --filter ErrorTableTests

import Foundation
import Testing

@testable import ControlAPI

@Suite("The error table")
struct ErrorTableTests {
    private static let golden = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().appendingPathComponent("Golden/error-table.txt")

    private static var table: String {
        let codes = ErrorCode.allCases.map { "\($0.rawValue) \($0.status) \($0.exitStatus.rawValue) \($0.title)" }
        let exits = ExitStatus.allCases.map { "exit \($0.rawValue) \($0.meaning)" }
        return (codes + exits).joined(separator: "\n") + "\n"
    }

    @Test("is the one in the golden file")
    func isGolden() throws {
        if ProcessInfo.processInfo.environment["BERTH_REWRITE_GOLDEN"] == "1" {
            try Self.table.write(to: Self.golden, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: Self.golden, encoding: .utf8) == Self.table)
    }

    @Test("has a status of failure and a failing exit for each code", arguments: ErrorCode.allCases)
    func fails(_ code: ErrorCode) {
        #expect((400..<600).contains(code.status))
        #expect(code.exitStatus != .success)
        #expect(ErrorCode(typeReference: code.typeReference) == code)
    }

    @Test("gives a wrong body as a problem with its pointer")
    func problemOfBody() throws {
        let error = RequestBodyError(
            code: .unknownField, pointer: "/tennant", expected: "one of tenant", found: "the unknown field \"tennant\"",
            suggestion: "tenant")
        let problem = Problem(error, requestId: "r-1")
        #expect(
            String(decoding: CanonicalJSON.encode(problem), as: UTF8.self)
                == #"{"type":"errors#unknown-field","title":"The body has an unknown field","status":400,"#
                + #""detail":"/tennant: found the unknown field \"tennant\", expected one of tenant; did you mean \"tenant\"?","#
                + #""pointer":"/tennant","expected":"one of tenant","requestId":"r-1"}"#)
    }
}
