// Where programs, books and the rest lie.

import Foundation
import Glibc

enum ProofFiles {
    /// The path of what lies beside this program.
    static func beside(_ name: String) -> String {
        let own = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
        return URL(fileURLWithPath: own).deletingLastPathComponent().appendingPathComponent(name).path
    }

    /// A path that stays right in another working folder.
    static func absolute(_ path: String) -> String { URL(fileURLWithPath: path).path }

    /// The folder that was named, made where it is missing; or a new one in /tmp.
    static func folder(_ named: String?, named purpose: String) throws -> String {
        if let named {
            try FileManager.default.createDirectory(atPath: named, withIntermediateDirectories: true)
            return absolute(named)
        }
        // Short, since a socket's path has at most 107 bytes.
        var template = Array("/tmp/berth-\(purpose)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw ProofFault("no folder can be made in /tmp") }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
