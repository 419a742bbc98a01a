// Spares: units held for replacement.

/// How many nodes to hold back for replacement.
public struct SpareRequest: Codable, Sendable, Equatable {
    /// Spare nodes in each domain that the lease occupies, 0 to 64.
    public var perDomain: Int

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case perDomain
    }

    /// Every field; those left out are absent.
    public init(perDomain: Int) {
        self.perDomain = perDomain
    }
}

extension SpareRequest: CheckedOnDecoding {
    func check() throws(WireValueError) {
        guard (0...64).contains(perDomain) else {
            throw WireValueError(field: "perDomain", expected: "0 to 64", found: "\(perDomain)")
        }
    }
}
