// The hashes of a Merkle tree as RFC 6962 makes them: leaves and nodes can never be taken for one another.

import Crypto

/// One SHA-256 value: the hash of a leaf, of a node, or of a whole tree.
public struct MerkleHash: Hashable, Sendable {
    /// Bytes in a hash.
    public static let byteCount = 32

    private var words: SIMD4<UInt64>

    /// The hash in `bytes`, or nil when they are not exactly 32.
    public init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == Self.byteCount else { return nil }
        words = bytes.loadUnaligned(as: SIMD4<UInt64>.self)
    }

    /// The same for an array.
    public init?(_ bytes: [UInt8]) {
        guard let hash = bytes.withUnsafeBytes({ MerkleHash($0) }) else { return nil }
        self = hash
    }

    /// The hash that 64 lower-case hexadecimal digits say, or nil when they are not that.
    public init?(hex: String) {
        guard let bytes = HexText.bytes(hex) else { return nil }
        self.init(bytes)
    }

    private init(_ hash: SHA256) {
        words = hash.finalize().withUnsafeBytes { $0.loadUnaligned(as: SIMD4<UInt64>.self) }
    }

    /// The hash of a leaf: SHA256(0x00 || data). O(bytes).
    public static func leaf(_ data: UnsafeRawBufferPointer) -> MerkleHash {
        var hash = SHA256()
        withUnsafeBytes(of: UInt8(0)) { hash.update(bufferPointer: $0) }
        hash.update(bufferPointer: data)
        return MerkleHash(hash)
    }

    /// The same for an array.
    public static func leaf(_ data: [UInt8]) -> MerkleHash { data.withUnsafeBytes { leaf($0) } }

    /// The hash of a node: SHA256(0x01 || left || right).
    public static func node(_ left: MerkleHash, _ right: MerkleHash) -> MerkleHash {
        withUnsafeTemporaryAllocation(byteCount: 1 + 2 * byteCount, alignment: 1) { buffer in
            buffer[0] = 1
            buffer.storeBytes(of: left.words, toByteOffset: 1, as: SIMD4<UInt64>.self)
            buffer.storeBytes(of: right.words, toByteOffset: 1 + byteCount, as: SIMD4<UInt64>.self)
            var hash = SHA256()
            hash.update(bufferPointer: UnsafeRawBufferPointer(buffer))
            return MerkleHash(hash)
        }
    }

    /// The root of a tree without leaves: SHA256 of nothing.
    public static let ofNothing = MerkleHash(SHA256())

    /// The 32 bytes.
    public var bytes: [UInt8] { withUnsafeBytes(of: words, Array.init) }

    /// 64 lower-case hexadecimal digits.
    public var hex: String { HexText.text(bytes) }
}
