// A moment on the wire: RFC 3339 in UTC, whole seconds.

/// A moment in whole seconds of UTC, written `2029-06-01T00:00:00Z`.
///
/// Only that one spelling is read: no fraction, no offset, no lower-case letters, no leap second. Two equal
/// moments therefore always have equal texts.
public struct Timestamp: Sendable, Hashable {
    /// Seconds since 1970-01-01T00:00:00Z, within ``epochSecondsRange``.
    public let epochSeconds: Int64

    /// The moments that four-digit years can write: 0001-01-01T00:00:00Z to 9999-12-31T23:59:59Z.
    public static let epochSecondsRange: ClosedRange<Int64> = -62_135_596_800...253_402_300_799

    /// Wraps seconds since 1970.
    ///
    /// - Precondition: `epochSeconds` lies within ``epochSecondsRange``.
    public init(epochSeconds: Int64) {
        precondition(Self.epochSecondsRange.contains(epochSeconds), "a timestamp has a four-digit year")
        self.epochSeconds = epochSeconds
    }

    /// Reads the one accepted spelling, or gives nil.
    public init?(_ text: String) {
        var text = text
        guard let seconds = text.withUTF8({ Self.parse($0) }) else { return nil }
        epochSeconds = seconds
    }

    private static func parse(_ bytes: UnsafeBufferPointer<UInt8>) -> Int64? {
        guard bytes.count == 20,
            bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"), bytes[10] == UInt8(ascii: "T"),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"), bytes[19] == UInt8(ascii: "Z"),
            let year = number(bytes, 0..<4), let month = number(bytes, 5..<7), let day = number(bytes, 8..<10),
            let hour = number(bytes, 11..<13), let minute = number(bytes, 14..<16),
            let second = number(bytes, 17..<19),
            year >= 1, (1...12).contains(month), day >= 1, day <= CivilDate.dayCount(year: year, month: month),
            hour < 24, minute < 60, second < 60
        else { return nil }
        let days = CivilDate(year: year, month: month, day: day).daysSinceEpoch
        return days * 86_400 + Int64(hour * 3_600 + minute * 60 + second)
    }

    private static func number(_ bytes: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Int? {
        var value = 0
        for index in range {
            let digit = bytes[index] &- UInt8(ascii: "0")
            guard digit < 10 else { return nil }
            value = value * 10 + Int(digit)
        }
        return value
    }
}

extension Timestamp: Comparable {
    /// Earlier comes first.
    public static func < (left: Timestamp, right: Timestamp) -> Bool { left.epochSeconds < right.epochSeconds }
}

extension Timestamp: CustomStringConvertible {
    /// The RFC 3339 text, always 20 characters.
    public var description: String {
        let (days, secondOfDay) = epochSeconds.flooredQuotientAndRemainder(dividingBy: 86_400)
        let date = CivilDate(daysSinceEpoch: days)
        let second = Int(secondOfDay)
        return String(unsafeUninitializedCapacity: 20) { buffer in
            func put(_ value: Int, width: Int, at start: Int, then mark: Unicode.Scalar) {
                var rest = value
                for offset in stride(from: width - 1, through: 0, by: -1) {
                    buffer[start + offset] = UInt8(ascii: "0") + UInt8(rest % 10)
                    rest /= 10
                }
                buffer[start + width] = UInt8(ascii: mark)
            }
            put(date.year, width: 4, at: 0, then: "-")
            put(date.month, width: 2, at: 5, then: "-")
            put(date.day, width: 2, at: 8, then: "T")
            put(second / 3_600, width: 2, at: 11, then: ":")
            put(second / 60 % 60, width: 2, at: 14, then: ":")
            put(second % 60, width: 2, at: 17, then: "Z")
            return 20
        }
    }
}

extension Timestamp: Codable, WireText {
    static let expectation = "a time in UTC like 2029-06-01T00:00:00Z"

    /// Reads the text form; any other spelling is a ``WireValueError``.
    public init(from decoder: any Decoder) throws { self = try Self.read(from: decoder) }

    /// Writes the text form.
    public func encode(to encoder: any Encoder) throws { try write(to: encoder) }
}

extension Int64 {
    fileprivate func flooredQuotientAndRemainder(dividingBy divisor: Int64) -> (Int64, Int64) {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
    }
}
