// The keys of heads: Ed25519 (RFC 8032).

import Crypto

/// A public key, to check heads with.
public struct HeadKey: Equatable, Sendable {
    /// The 32 bytes of the key.
    public let bytes: [UInt8]

    /// The key in `bytes`, or nil when they are no key.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count == 32, (try? Curve25519.Signing.PublicKey(rawRepresentation: bytes)) != nil else {
            return nil
        }
        self.bytes = bytes
    }

    /// The first 8 bytes of the key's SHA-256, in hexadecimal.
    public var id: String { HexText.text(Array(SHA256.hash(data: bytes)).prefix(8)) }

    /// Whether the head was signed with this key.
    public func hasSigned(_ head: SignedHead) -> Bool {
        guard head.keyID == id, let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else {
            return false
        }
        return key.isValidSignature(head.signature, for: Array(head.head.text.utf8))
    }
}

/// A private key, to sign heads with.
public struct HeadSigner: Sendable {
    private let seed: [UInt8]
    /// The key to check with.
    public let key: HeadKey

    /// The key in the 32 bytes of `seed`, or nil when there are more or fewer.
    public init?(seed: [UInt8]) {
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed),
            let publicKey = HeadKey(Array(key.publicKey.rawRepresentation))
        else { return nil }
        self.seed = seed
        self.key = publicKey
    }

    /// Bytes for a new key, from the operating system's source of randomness.
    public static func newSeed() -> [UInt8] { Array(Curve25519.Signing.PrivateKey().rawRepresentation) }

    /// The head with its signature.
    public func sign(_ head: TreeHead) -> SignedHead {
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed),
            let signature = try? key.signature(for: Array(head.text.utf8))
        else { preconditionFailure("a key that was read signs") }
        return SignedHead(head: head, keyID: self.key.id, signature: Array(signature))
    }
}
