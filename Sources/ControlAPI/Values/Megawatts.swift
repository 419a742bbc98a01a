// Electrical power as people contract for it: megawatts on the wire, whole watts inside.

/// A power of whole watts, written as a number of megawatts: `300`, `1.5`, `0.000001`.
public struct Megawatts: Sendable, Hashable {
    /// The power in watts, within ``wattsRange``.
    public let watts: Int

    /// From one watt to a hundred gigawatts.
    public static let wattsRange: ClosedRange<Int> = 1...100_000_000_000

    /// Wraps a power in watts.
    ///
    /// - Precondition: `watts` lies within ``wattsRange``.
    public init(watts: Int) {
        precondition(Self.wattsRange.contains(watts), "a contracted power is 1 W to 100 GW")
        self.watts = watts
    }

    /// Converts a number of megawatts that is a whole number of watts, or gives nil.
    public init?(megawatts: Double) {
        let scaled = megawatts * 1e6
        guard scaled >= 0.5, scaled <= Double(Self.wattsRange.upperBound) else { return nil }
        let nearest = Int(scaled + 0.5)
        guard abs(scaled - Double(nearest)) < 1e-3 else { return nil }
        watts = nearest
    }
}

extension Megawatts: CustomStringConvertible {
    /// The number of megawatts without a unit and without needless zeros.
    public var description: String { decimalText(watts, decimals: 6) }
}

extension Megawatts: Codable {
    static let expectation = "a number of megawatts like 300 or 1.5, at most 100000 and in whole watts"

    /// Reads a number of megawatts; fractions of a watt are a ``WireValueError``.
    public init(from decoder: any Decoder) throws {
        let number: Double
        do {
            number = try decoder.singleValueContainer().decode(Double.self)
        } catch let error as JSONReadingError {
            throw error.expecting(Self.expectation)
        }
        guard let value = Megawatts(megawatts: number) else {
            throw WireValueError(expected: Self.expectation, found: "\(number)")
        }
        self = value
    }

    /// Writes a number of megawatts.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(Double(watts) / 1e6)
    }
}
