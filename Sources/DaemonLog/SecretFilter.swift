// What must not reach a log, whatever a line is made of.

/// Takes bearer tokens out of texts.
public enum SecretFilter {
    private static let prefix = Array("berth_".utf8)
    /// Letters and digits after the prefix from which on it can be a token's secret.
    private static let secretBytesMin = 20

    /// The text with the secret part of every token replaced by an ellipsis. O(bytes).
    public static func clean(_ text: String) -> String {
        let bytes = Array(text.utf8)
        guard bytes.count >= prefix.count + secretBytesMin else { return text }
        var result: [UInt8] = []
        var (copied, place) = (0, 0)
        while place + prefix.count <= bytes.count {
            guard bytes[place..<place + prefix.count].elementsEqual(prefix) else {
                place += 1
                continue
            }
            let start = place + prefix.count
            let end = bytes[start...].firstIndex { !isAlphanumeric($0) } ?? bytes.count
            if end - start >= secretBytesMin {
                result += bytes[copied..<start] + Array("…".utf8)
                copied = end
            }
            place = end
        }
        guard copied > 0 else { return text }
        return String(decoding: result + bytes[copied...], as: UTF8.self)
    }

    private static func isAlphanumeric(_ byte: UInt8) -> Bool {
        (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
    }
}
