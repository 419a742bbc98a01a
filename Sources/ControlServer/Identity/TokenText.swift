// How a bearer token is written, and the digest by which it is known.

import Crypto

/// Tokens as text: `berth_`, 256 random bits in 43 characters, and six characters of checksum, so that a scanner for leaked
/// secrets finds them and a mistyped one is told apart without a look into the book.
enum TokenText {
    static let prefix = "berth_"
    private static let secretCount = 43
    private static let checksumCount = 6
    private static let alphabet = Array("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz".utf8)

    /// A new token, from the system's generator of secrets.
    static func make() -> String {
        var generator = SystemRandomNumberGenerator()
        return text(of: (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) })
    }

    /// The token of 32 bytes.
    static func text(of secret: [UInt8]) -> String {
        precondition(secret.count == 32, "a secret has 256 bits")
        let digits = digits(of: secret, count: secretCount)
        return prefix + String(decoding: digits + checksum(digits), as: UTF8.self)
    }

    /// SHA-256 over a token that is spelt like one, else nil.
    ///
    /// A plain hash is right here: behind it are 256 random bits, which nobody can try out, unlike a password.
    static func digest(of text: some StringProtocol) -> [UInt8]? {
        guard text.utf8.count == prefix.utf8.count + secretCount + checksumCount, text.hasPrefix(prefix) else {
            return nil
        }
        let rest = Array(text.utf8.dropFirst(prefix.utf8.count))
        guard Array(rest[secretCount...]) == checksum(Array(rest[..<secretCount])) else { return nil }
        return Array(SHA256.hash(data: Array(text.utf8)))
    }

    /// A big number in base 62, the most significant digit first.
    private static func digits(of bytes: [UInt8], count: Int) -> [UInt8] {
        var number = bytes
        var digits = [UInt8](repeating: alphabet[0], count: count)
        for place in digits.indices.reversed() {
            var rest = 0
            for index in number.indices {
                rest = rest << 8 | Int(number[index])
                number[index] = UInt8(rest / alphabet.count)
                rest %= alphabet.count
            }
            digits[place] = alphabet[rest]
        }
        return digits
    }

    private static func checksum(_ digits: [UInt8]) -> [UInt8] {
        // CRC-32 as in ISO 3309, without a table: 43 bytes are few.
        var sum = UInt32.max
        for digit in digits {
            sum ^= UInt32(digit)
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        sum = ~sum
        return Self.digits(of: (0..<4).map { UInt8(truncatingIfNeeded: sum >> (24 - 8 * $0)) }, count: checksumCount)
    }
}
