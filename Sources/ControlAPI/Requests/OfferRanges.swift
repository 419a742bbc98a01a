// Ranges in a request for offers, which are also written as one value.

/// When a window may begin.
public struct StartRange: Codable, Sendable, Equatable {
    /// Not before this; absent, or in the past: from now on.
    public var from: Timestamp?
    /// Not after this; absent: three years after the earliest.
    public var to: Timestamp?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case from, to
    }

    /// Every field; those left out are absent.
    public init(from: Timestamp? = nil, to: Timestamp? = nil) {
        self.from = from
        self.to = to
    }
}

extension StartRange: CheckedOnDecoding {
    func check() throws(WireValueError) {
        if let from, let to, to < from {
            throw WireValueError(field: "to", expected: "a time not before \(from)", found: "\(to)")
        }
    }
}

/// A value that may be asked for as a range.
public protocol RangedValue: Codable, Comparable, Sendable {
    /// What one value is, as it completes "expected …".
    static var rangeExpectation: String { get }
}

extension Int: RangedValue {
    /// A whole number.
    public static var rangeExpectation: String { "a whole number" }
}

extension WireDuration: RangedValue {
    /// A duration.
    public static var rangeExpectation: String { expectation }
}

/// One value, or a range of them with both ends: `"30d"` or `{"min":"30d","max":"90d"}`.
public struct ValueRange<Value: RangedValue>: Sendable, Equatable {
    /// The least that will do.
    public var min: Value
    /// The most that is wanted.
    public var max: Value

    private enum CodingKeys: String, CodingKey, CaseIterable {
        case min, max
    }

    /// A range with both its ends.
    ///
    /// - Precondition: `min` is not above `max`.
    public init(_ min: Value, _ max: Value) {
        precondition(min <= max, "a range goes upwards")
        (self.min, self.max) = (min, max)
    }

    /// One value.
    public init(_ value: Value) { self.init(value, value) }
}

extension ValueRange: Codable {
    /// Reads one value or an object of two; anything else is refused.
    public init(from decoder: any Decoder) throws {
        let fields: KeyedDecodingContainer<CodingKeys>
        do {
            fields = try decoder.container(keyedBy: CodingKeys.self)
        } catch let error as JSONReadingError {
            guard !error.isUnknownField else { throw error }
            do {
                self.init(try decoder.singleValueContainer().decode(Value.self))
                return
            } catch let error as JSONReadingError {
                throw error.expecting(Value.rangeExpectation + " or an object with min and max")
            }
        }
        let (least, most) = (try fields.decode(Value.self, forKey: .min), try fields.decode(Value.self, forKey: .max))
        guard least <= most else {
            throw WireValueError(field: "max", expected: "at least the min, \(least)", found: "\(most)")
        }
        self.init(least, most)
    }

    /// Writes one value where both ends are the same.
    public func encode(to encoder: any Encoder) throws {
        if min == max {
            var container = encoder.singleValueContainer()
            return try container.encode(min)
        }
        var fields = encoder.container(keyedBy: CodingKeys.self)
        try fields.encode(min, forKey: .min)
        try fields.encode(max, forKey: .max)
    }
}
