// A secret beside the book without which a digest of a token says nothing.

import Crypto
public import Leasing

/// The pepper under which tokens are made and known. It is in no book and no backup.
public struct TokenPepper: Sendable {
    /// The least of a secret, in bytes.
    public static let secretBytesMin = 32
    /// The most.
    public static let secretBytesMax = 4_096

    /// Which pepper it is, which says nothing of its secret.
    public let id: [UInt8]
    private let key: SymmetricKey

    /// Nil for a secret that is too short or too long.
    public init?(secret: [UInt8]) {
        guard (Self.secretBytesMin...Self.secretBytesMax).contains(secret.count) else { return nil }
        key = SymmetricKey(data: secret)
        let hash = SHA256.hash(data: Array("berth token pepper id\0".utf8) + secret)
        id = Array(Array(hash).prefix(TokenLimits.pepperIDBytes))
    }

    /// What the book keeps of a token in the place of the plain digest.
    func digest(of plain: [UInt8]) -> [UInt8] {
        Array(HMAC<SHA256>.authenticationCode(for: Array("berth token\0".utf8) + plain, using: key))
    }
}

extension ServiceSettings {
    /// Whether a token can count: it was made under the pepper in force, or without one where none is required.
    public func holds(_ token: AccessToken) -> Bool {
        guard let id = token.pepper else { return !requiresPepper }
        return id == pepper?.id
    }
}

extension Book {
    /// How many tokens would count at a moment but for their pepper.
    public func tokenCount(lostUnder settings: ServiceSettings, at now: Int64) -> Int {
        var count = 0
        forEachToken { token in
            if token.isLive(at: now), !settings.holds(token) { count += 1 }
            return true
        }
        return count
    }
}
