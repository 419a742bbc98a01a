// Pictures in text, held by golden files.
//
// The files are rewritten only on purpose: BERTH_REWRITE_GOLDEN=1 swift test --filter berthTests

import Foundation
import Testing

@testable import berth

/// A file of the folder Golden.
struct GoldenText {
    private let file: URL

    init(_ name: String) {
        file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("Golden/\(name)")
    }

    /// Expects lines to be those of the file, spaces at their ends aside.
    func expect(_ lines: [StyledText], sourceLocation: SourceLocation = #_sourceLocation) throws {
        let text = lines.map(\.plain).joined(separator: "\n") + "\n"
        if ProcessInfo.processInfo.environment["BERTH_REWRITE_GOLDEN"] == "1" {
            try text.write(to: file, atomically: true, encoding: .utf8)
        }
        #expect(try String(contentsOf: file, encoding: .utf8) == text, sourceLocation: sourceLocation)
    }
}
