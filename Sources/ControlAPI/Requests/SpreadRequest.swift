// How widely the units of a line are spread.

/// At most so many units of a line in any one domain of a level.
public struct SpreadRequest: Codable, Sendable, Equatable {
    /// The domains that are looked at: above the unit and, when the line is `within` a level, below that. `node` is for
    /// shapes `gpu` and `mig` only.
    public var level: TopologyLevel
    /// The most units in any one of them, 1 to 10,000,000; absent: 1.
    public var max: Int?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case level, max
    }

    /// Every field; those left out are absent.
    public init(level: TopologyLevel, max: Int? = nil) {
        self.level = level
        self.max = max
    }
}

extension SpreadRequest: CheckedOnDecoding {
    func check() throws(WireValueError) {
        guard let max, !(1...WireLimits.unitsPerLineMax).contains(max) else { return }
        throw WireValueError(field: "max", expected: "1 to \(WireLimits.unitsPerLineMax)", found: "\(max)")
    }
}
