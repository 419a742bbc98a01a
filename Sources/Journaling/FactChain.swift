// The hash chain that ties each fact to all before it, so that a changed, missing or swapped row shows.

import Crypto

/// One SHA-256 value.
struct ChainDigest: Sendable, Equatable {
    static let byteCount = 32

    private var words: SIMD4<UInt64>

    /// The digest in `bytes`, or nil when they are not exactly 32.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == ChainDigest.byteCount else { return nil }
        words = bytes.loadUnaligned(as: SIMD4<UInt64>.self)
    }

    init(_ hash: SHA256) {
        words = hash.finalize().withUnsafeBytes { $0.loadUnaligned(as: SIMD4<UInt64>.self) }
    }

    func withBytes<T>(_ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
        try withUnsafeBytes(of: words, body)
    }
}

/// How the chain is computed. These definitions are part of the file format.
enum FactChain {
    /// Before the first fact: SHA256("berth-book" || book id).
    static func origin(bookID: String) -> ChainDigest {
        var hash = SHA256()
        hash.update("berth-book")
        hash.update(bookID)
        return ChainDigest(hash)
    }

    /// At fact n: SHA256(chain at n-1 || n as 8 little-endian bytes || bytes of n).
    static func link(after previous: ChainDigest, sequence: UInt64, bytes: UnsafeRawBufferPointer) -> ChainDigest {
        var hash = SHA256()
        previous.withBytes { hash.update(bufferPointer: $0) }
        hash.update(sequence)
        hash.update(bufferPointer: bytes)
        return ChainDigest(hash)
    }

    /// Of a snapshot: SHA256("berth-snapshot" || chain at its sequence || sequence || bytes), so that neither its bytes nor
    /// its place can change unseen.
    static func snapshotDigest(chain: ChainDigest, sequence: UInt64, bytes: UnsafeRawBufferPointer) -> ChainDigest {
        var hash = SHA256()
        hash.update("berth-snapshot")
        chain.withBytes { hash.update(bufferPointer: $0) }
        hash.update(sequence)
        hash.update(bufferPointer: bytes)
        return ChainDigest(hash)
    }
}

extension SHA256 {
    fileprivate mutating func update(_ text: String) {
        var text = text
        text.withUTF8 { update(bufferPointer: UnsafeRawBufferPointer($0)) }
    }

    fileprivate mutating func update(_ number: UInt64) {
        withUnsafeBytes(of: number.littleEndian) { update(bufferPointer: $0) }
    }
}
