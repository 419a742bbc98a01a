// The pepper of tokens: a secret in a file beside the settings, and what a change of it comes to.

import ControlServer
import DaemonLog
import Leasing
import Logging

enum PepperFile {
    /// The pepper that the settings name; nil where they name none. The end of its last line does not count.
    ///
    /// - Throws: ``StartFailure``, also where a pepper is required and none is named.
    static func read(_ settings: Settings) throws -> TokenPepper? {
        guard let setting = settings.tokenPepperFile else {
            guard !settings.requiresTokenPepper else {
                throw StartFailure("tokens.requirePepper: there is no tokens.pepperFile under which tokens could count")
            }
            return nil
        }
        let path = try CredentialPath.resolve(setting, "tokens.pepperFile")
        var secret = try SecretFile.read(path, "tokens.pepperFile", byteCountMax: TokenPepper.secretBytesMax + 2)
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
            .tokensLost, "tokens that were not made under the pepper in force do not count",
            metadata: ["tokens": "\(count)"])
    }
}
