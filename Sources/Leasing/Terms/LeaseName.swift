// Lease ids that say nothing of how many leases there are.

import Crypto

/// Turns lease numbers into ids and back: a keyed permutation of 64 bits, so that ids are unique, look random to
/// whoever has not the book's key, and need no table.
///
/// Four Feistel rounds with HMAC-SHA-256 as the round function (Luby and Rackoff, 1988, make that a strong
/// pseudorandom permutation).
public struct LeaseNaming: Sendable {
    /// What HMAC hashes before a message and before the digest of one: the book's key in both its forms.
    private let inner: SHA256
    private let outer: SHA256
    private static let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)
    private static let digitCount = 13

    public init(key: [UInt8]) {
        let block = key.count > SHA256.blockByteCount ? Array(SHA256.hash(data: key)) : key
        let padded = block + [UInt8](repeating: 0, count: SHA256.blockByteCount - block.count)
        func begun(with pad: UInt8) -> SHA256 {
            var hash = SHA256()
            hash.update(data: padded.map { $0 ^ pad })
            return hash
        }
        (inner, outer) = (begun(with: 0x36), begun(with: 0x5c))
    }

    /// For example `l-7kq2m0c9x41rz`.
    public func id(of number: UInt64) -> String {
        var (left, right) = (UInt32(number >> 32), UInt32(truncatingIfNeeded: number))
        for round in UInt8(0)..<4 { (left, right) = (right, left ^ value(round, right)) }
        var bits = UInt64(left) << 32 | UInt64(right)
        var digits = [UInt8](repeating: 0, count: Self.digitCount)
        for index in digits.indices.reversed() {
            digits[index] = Self.alphabet[Int(bits & 31)]
            bits >>= 5
        }
        return "l-" + String(decoding: digits, as: UTF8.self)
    }

    /// The number behind an id, or nil when it is not spelt like one.
    public func number(of id: String) -> UInt64? {
        let digits = Array(id.utf8)
        guard digits.count == Self.digitCount + 2, digits[0] == UInt8(ascii: "l"), digits[1] == UInt8(ascii: "-")
        else { return nil }
        var bits: UInt64 = 0
        for digit in digits[2...] {
            guard let value = Self.alphabet.firstIndex(of: digit), bits >> 59 == 0 else { return nil }
            bits = bits << 5 | UInt64(value)
        }
        var (left, right) = (UInt32(bits >> 32), UInt32(truncatingIfNeeded: bits))
        for round in (UInt8(0)..<4).reversed() { (left, right) = (right ^ value(round, left), left) }
        return UInt64(left) << 32 | UInt64(right)
    }

    /// The first four bytes of HMAC-SHA-256 over the round and the half, least significant byte first.
    private func value(_ round: UInt8, _ half: UInt32) -> UInt32 {
        var (digest, code) = (inner, outer)
        let message = (UInt64(half) << 8 | UInt64(round)).littleEndian
        withUnsafeBytes(of: message) { digest.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0.prefix(5))) }
        digest.finalize().withUnsafeBytes { code.update(bufferPointer: $0) }
        return code.finalize().withUnsafeBytes { UInt32(bigEndian: $0.loadUnaligned(as: UInt32.self)) }
    }
}
