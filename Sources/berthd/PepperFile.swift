// The pepper of tokens: a secret in a file beside the settings, and what a change of it comes to.

import ControlServer
import DaemonLog
import Foundation
import Leasing
import Logging

enum PepperFile {
    /// The pepper that the settings name; nil where they name none. The end of its last line does not count.
    ///
    /// - Throws: ``StartFailure``.
    static func read(_ settings: Settings) throws -> TokenPepper? {
        guard let setting = settings.tokenPepperFile else { return nil }
        let path = try CredentialPath.resolve(setting, "tokens.pepperFile")
        var secret: [UInt8]
        do {
            let handle = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
            defer { try? handle.close() }
            secret = Array(try handle.read(upToCount: TokenPepper.secretBytesMax + 2) ?? Data())
        } catch {
            throw StartFailure("tokens.pepperFile: \(path) cannot be read: \(error.localizedDescription)")
        }
        if secret.last == UInt8(ascii: "\n"), secret.count > TokenPepper.secretBytesMin { secret.removeLast() }
        guard let pepper = TokenPepper(secret: secret) else {
            throw StartFailure(
                "tokens.pepperFile: \(path) does not hold \(TokenPepper.secretBytesMin) to "
                    + "\(TokenPepper.secretBytesMax) bytes; openssl rand -hex 32 makes a secret")
        }
        return pepper
    }

    /// Says how many tokens no longer hold, where some do not.
    static func tell(_ book: Book, _ settings: ServiceSettings, at now: Int64, _ logger: Logger) {
        let count = book.tokenCount(lostUnder: settings, at: now)
        guard count > 0 else { return }
        logger.log(
            .tokensLost, "tokens that were made under another pepper do not count",
            metadata: ["tokens": "\(count)"])
    }
}
