// An amount of money on the wire, in whole millionths of a currency unit.

/// An amount: `{"currency":"USD","micros":920000000000000}` is 920 million US dollars.
public struct Money: Codable, Sendable, Hashable {
    /// ISO 4217 code: three capital letters.
    public var currency: String
    /// The amount in millionths of the currency's unit; negative for a credit.
    public var micros: Int64

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case currency, micros
    }

    /// An amount in `micros` millionths of a unit of `currency`.
    public init(currency: String, micros: Int64) {
        self.currency = currency
        self.micros = micros
    }
}

extension Money: CheckedOnDecoding {
    func check() throws(WireValueError) {
        let isCode = currency.utf8.count == 3 && currency.utf8.allSatisfy { (0x41...0x5A).contains($0) }
        guard isCode else {
            throw WireValueError(
                field: "currency", expected: "an ISO 4217 code like USD", foundText: currency)
        }
    }
}
