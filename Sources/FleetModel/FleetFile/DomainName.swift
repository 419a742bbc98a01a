// Which names sites, domains and budgets may have, so that a node's name leads back to one place only.

enum DomainName {
    static let siteNameExpected = "a name of small letters, digits and single dashes that begins with a letter"
    static let segmentExpected = "a name of small letters and digits that begins with a letter"

    /// Sites and budgets: `memphis-1`. They stand alone in a URL path.
    static func isSiteName(_ name: String) -> Bool {
        guard let first = name.utf8.first, isLetter(first), name.utf8.count <= FleetFileLimits.nameLengthMax else {
            return false
        }
        var previous = first
        for byte in name.utf8.dropFirst() {
            if byte == UInt8(ascii: "-") {
                guard previous != UInt8(ascii: "-") else { return false }
            } else if !isLetter(byte) && !isDigit(byte) {
                return false
            }
            previous = byte
        }
        return previous != UInt8(ascii: "-")
    }

    /// Halls, blocks and racks: `b012`. Without dashes, because dashes join them in node names.
    static func isSegment(_ name: String) -> Bool {
        guard let first = name.utf8.first, isLetter(first), name.utf8.count <= FleetFileLimits.nameLengthMax else {
            return false
        }
        return name.utf8.allSatisfy { isLetter($0) || isDigit($0) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") }
    private static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
}
