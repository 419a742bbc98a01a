// A folder for one test, gone with it.

import Foundation
import Glibc

/// A new folder with a short path, because a socket's path has at most 107 bytes.
final class ScratchFolder: Sendable {
    let path: String

    init() throws {
        var template = Array("/tmp/berth-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw SystemFault("mkdtemp") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        // Tests of roles come as other users.
        chmod(path, 0o755)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    /// A path in the folder.
    func callAsFunction(_ name: String) -> String { path + "/" + name }

    /// Writes a file and returns its path.
    func write(_ text: String, to name: String) throws -> String {
        try text.write(toFile: self(name), atomically: true, encoding: .utf8)
        return self(name)
    }
}

/// A system call that failed.
struct SystemFault: Error, CustomStringConvertible {
    let description: String

    init(_ operation: String) {
        description = "\(operation): \(String(cString: strerror(errno)))"
    }
}
