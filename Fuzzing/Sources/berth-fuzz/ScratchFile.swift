// An input as a file, for what reads files.

import Foundation

/// Files in memory that are gone with the process.
enum ScratchFile {
    /// Hands the path of a file with these bytes and this extension to `body`.
    static func with<Result>(_ bytes: [UInt8], _ suffix: String, _ body: (String) throws -> Result) rethrows -> Result {
        let path = "\(folder)/berth-fuzz-\(getpid()).\(suffix)"
        guard FileManager.default.createFile(atPath: path, contents: Data(bytes)) else {
            fatalError("\(path) can be written")
        }
        defer { unlink(path) }
        return try body(path)
    }

    /// Where files are in memory, or else the temporary folder.
    static let folder = FileManager.default.fileExists(atPath: "/dev/shm") ? "/dev/shm" : NSTemporaryDirectory()
}
