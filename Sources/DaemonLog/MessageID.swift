// The ids by which journald and its catalogue know what kind of line one is.

import Crypto

/// A message id: 32 hexadecimal digits, the same for one kind in every release.
public struct MessageID: Sendable, Hashable, CustomStringConvertible {
    public let description: String

    /// The id of a kind, made of its name alone, so that no table of numbers can go wrong.
    ///
    /// - Parameter kind: for example `journal-unwritable`, `refused.no-capacity` or `lease.granted`.
    public init(kind: String) {
        var bytes = Array(SHA256.hash(data: Array("berth event \(kind)".utf8)).prefix(16))
        // The form of a random UUID, as sd-id128 makes them.
        bytes[6] = bytes[6] & 0x0F | 0x40
        bytes[8] = bytes[8] & 0x3F | 0x80
        let digits = Array("0123456789abcdef".utf8)
        description = String(
            decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
    }
}
