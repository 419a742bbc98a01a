// Small files with secrets, which the settings name.

import CDispatch
import Foundation
import Glibc

/// Reads a file with a secret. What is no plain file is refused at once: a pipe would keep the start, or a reload, waiting for its writer.
enum SecretFile {
    /// Up to `byteCountMax` bytes of the file.
    ///
    /// - Throws: ``StartFailure``, which says nothing of what is in it.
    static func read(_ path: String, _ what: String, byteCountMax: Int) throws -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC)
        guard descriptor >= 0 else { throw failure(what, path, errno) }
        let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw failure(what, path, errno) }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw StartFailure("\(what): \(path) is not a plain file; put the secret in one")
        }
        do {
            return Array(try handle.read(upToCount: byteCountMax) ?? Data())
        } catch {
            throw StartFailure("\(what): \(path) cannot be read: \(error.localizedDescription)")
        }
    }

    private static func failure(_ what: String, _ path: String, _ number: Int32) -> StartFailure {
        StartFailure("\(what): \(path) cannot be read: \(String(cString: strerror(number)))", errorNumber: number)
    }
}
