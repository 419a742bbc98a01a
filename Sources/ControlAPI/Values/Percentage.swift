// A percentage with two decimals, kept as an integer.

/// A percentage in hundredths, `99` or `99.95` on the wire; the text `"99.95"` is read too.
public struct Percentage: Sendable, Hashable {
    /// Hundredths of a percent, 0 to 10,000: 9,995 is 99.95 %.
    public let hundredths: Int

    /// Wraps hundredths of a percent.
    ///
    /// - Precondition: `hundredths` is 0 to 10,000.
    public init(hundredths: Int) {
        precondition((0...10_000).contains(hundredths), "a percentage is 0 to 100")
        self.hundredths = hundredths
    }

    init?(number: Double) {
        let scaled = number * 100
        guard scaled >= 0, scaled <= 10_000 else { return nil }
        let nearest = Int(scaled + 0.5)
        guard abs(scaled - Double(nearest)) < 1e-6 else { return nil }
        hundredths = nearest
    }
}

extension Percentage: Comparable {
    /// The lesser comes first.
    public static func < (left: Percentage, right: Percentage) -> Bool { left.hundredths < right.hundredths }
}

extension Percentage: CustomStringConvertible {
    /// Without a percent sign and without needless zeros: `99`, `99.5`, `99.95`.
    public var description: String { decimalText(hundredths, decimals: 2) }
}

extension Percentage: Codable {
    static let expectation = "a percentage from 0 to 100 with at most two decimals"

    /// Reads a number or a text with at most two decimals; anything else is a ``WireValueError``.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        do {
            let number = try container.decode(Double.self)
            guard let value = Percentage(number: number) else {
                throw WireValueError(expected: Self.expectation, found: "\(number)")
            }
            self = value
        } catch is JSONReadingError {
            let text = (try? container.decode(String.self)) ?? ""
            guard let value = Double(text).flatMap(Percentage.init(number:)) else {
                throw WireValueError(expected: Self.expectation, foundText: text)
            }
            self = value
        }
    }

    /// Writes a number.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(Double(hundredths) / 100)
    }
}

/// An integer scaled by a power of ten, as a decimal text without trailing zeros.
func decimalText(_ value: Int, decimals: Int) -> String {
    var scale = 1
    for _ in 0..<decimals { scale *= 10 }
    let (whole, fraction) = value.quotientAndRemainder(dividingBy: scale)
    guard fraction != 0 else { return "\(whole)" }
    var digits = String(abs(fraction))
    digits = String(repeating: "0", count: decimals - digits.count) + digits
    while digits.hasSuffix("0") { digits.removeLast() }
    return (value < 0 && whole == 0 ? "-" : "") + "\(whole).\(digits)"
}
