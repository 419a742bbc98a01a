// A length of time on the wire: `90d`, `4h`, `30m`, `60s`, `1h30m`.

/// A length of time in whole seconds, written as days, hours, minutes and seconds.
///
/// Units come in the order `d`, `h`, `m`, `s`, each at most once: `90d`, `1h30m`, `0s`. What is written is the
/// shortest such text, so `60s` reads and comes back as `1m`.
public struct WireDuration: Sendable, Hashable {
    /// The length in seconds, within ``secondsRange``.
    public let seconds: Int64

    /// From nothing to 100,000 days.
    public static let secondsRange: ClosedRange<Int64> = 0...8_640_000_000

    /// Wraps a length in seconds.
    ///
    /// - Precondition: `seconds` lies within ``secondsRange``.
    public init(seconds: Int64) {
        precondition(Self.secondsRange.contains(seconds), "a duration is 0 to 100,000 days")
        self.seconds = seconds
    }

    private static let units: [(letter: UInt8, seconds: Int64)] = [
        (UInt8(ascii: "d"), 86_400), (UInt8(ascii: "h"), 3_600), (UInt8(ascii: "m"), 60), (UInt8(ascii: "s"), 1),
    ]

    /// Reads a text like `90d` or `1h30m`, or gives nil.
    public init?(_ text: String) {
        var total: Int64 = 0
        var pending: Int64?
        var unitIndex = 0
        for byte in text.utf8 {
            let digit = byte &- UInt8(ascii: "0")
            if digit < 10 {
                let value = (pending ?? 0) * 10 + Int64(digit)
                guard value <= Self.secondsRange.upperBound else { return nil }
                pending = value
                continue
            }
            guard let value = pending,
                let found = Self.units[unitIndex...].firstIndex(where: { $0.letter == byte })
            else { return nil }
            total += value * Self.units[found].seconds
            guard Self.secondsRange.contains(total) else { return nil }
            pending = nil
            unitIndex = found + 1
        }
        guard pending == nil, unitIndex > 0 else { return nil }
        seconds = total
    }
}

extension WireDuration: Comparable {
    /// Shorter comes first.
    public static func < (left: WireDuration, right: WireDuration) -> Bool { left.seconds < right.seconds }
}

extension WireDuration: CustomStringConvertible {
    /// The shortest text in descending units; `0s` for nothing.
    public var description: String {
        guard seconds > 0 else { return "0s" }
        var rest = seconds
        var text = ""
        for unit in Self.units where rest >= unit.seconds {
            text += "\(rest / unit.seconds)\(Character(Unicode.Scalar(unit.letter)))"
            rest %= unit.seconds
        }
        return text
    }
}

extension WireDuration: Codable, WireText {
    static let expectation = "a duration like 90d, 4h, 30m, 60s or 1h30m"

    /// Reads the text form; any other spelling is a ``WireValueError``.
    public init(from decoder: any Decoder) throws { self = try Self.read(from: decoder) }

    /// Writes the text form.
    public func encode(to encoder: any Encoder) throws { try write(to: encoder) }
}
