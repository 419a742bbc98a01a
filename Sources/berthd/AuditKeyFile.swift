// The private key of the audit log's heads.

import DaemonLog
import Foundation
import Glibc
import Logging
import MerkleLog

/// Where the key is: the file that the settings name, which must be there, or `audit-key` in the state directory.
enum AuditKeyFile {
    static func signer(_ settings: Settings, _ logger: Logger) throws -> HeadSigner {
        if let path = settings.auditKeyFile { return try read(try CredentialPath.resolve(path, "audit.keyFile")) }
        let path = settings.stateDirectory + "/audit-key"
        if access(path, F_OK) == 0 { return try read(path) }
        let signer = try make(path)
        logger.log(
            .auditKeyMade, "made a key for the heads of the audit log",
            metadata: ["file": "\(path)", "key": "\(signer.key.id)"])
        return signer
    }

    /// The key is 32 bytes as 64 lower-case hexadecimal digits; the line's end does not count.
    private static func read(_ path: String) throws -> HeadSigner {
        let text = String(
            decoding: try SecretFile.read(path, "the key of the audit log", byteCountMax: 256), as: UTF8.self)
        let digits = text.trimmingCharacters(in: .whitespacesAndNewlines)
        guard let signer = HexText.bytes(digits).flatMap({ HeadSigner(seed: $0) }) else {
            throw StartFailure(
                "the key of the audit log in \(path) is not 64 hexadecimal digits; put the right one back, or take the "
                    + "file away: heads are then signed with a new key, which whoever checks them must be told")
        }
        return signer
    }

    private static func make(_ path: String) throws -> HeadSigner {
        let seed = HeadSigner.newSeed()
        guard let signer = HeadSigner(seed: seed) else { preconditionFailure("a new key is a key") }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else { throw failure(path) }
        defer { close(descriptor) }
        let line = Array((HexText.text(seed) + "\n").utf8)
        guard write(descriptor, line, line.count) == line.count, fsync(descriptor) == 0 else {
            let failure = failure(path)
            unlink(path)
            throw failure
        }
        return signer
    }

    private static func failure(_ path: String) -> StartFailure {
        let number = errno
        return StartFailure(
            "the key of the audit log cannot be written to \(path): \(String(cString: strerror(number)))", .disk,
            errorNumber: number)
    }
}
