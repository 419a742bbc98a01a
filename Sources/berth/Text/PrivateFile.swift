// Files that the user alone may read.

import Foundation

/// Writing files of mode 0600, all of a file or nothing.
enum PrivateFile {
    /// Puts bytes in the place of a file, and makes its folder where there is none.
    static func write(_ bytes: [UInt8], to path: String) throws {
        let manager = FileManager.default
        let file = URL(fileURLWithPath: path)
        try manager.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let draft = file.appendingPathExtension("new")
        guard manager.createFile(atPath: draft.path, contents: Data(bytes), attributes: [.posixPermissions: 0o600])
        else { throw CocoaError(.fileWriteUnknown) }
        guard rename(draft.path, file.path) == 0 else { throw CocoaError(.fileWriteUnknown) }
    }
}
