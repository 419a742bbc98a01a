// Counts under names, always written in the order of the names.

/// How many of what: `{"active":2,"scheduled":1}`. Written sorted by name, so that equal counts are equal bytes.
public struct NamedCounts: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    /// The counts by name.
    public var counts: [String: Int]

    /// Wraps counts by name.
    public init(_ counts: [String: Int]) { self.counts = counts }

    /// Counts from a literal; a repeated name keeps the last count.
    public init(dictionaryLiteral elements: (String, Int)...) {
        counts = Dictionary(elements, uniquingKeysWith: { _, last in last })
    }

    /// The count under a name, or 0. Constant time.
    public subscript(name: String) -> Int {
        get { counts[name] ?? 0 }
        set { counts[name] = newValue }
    }

    /// The counts in the order of their names. O(n log n).
    public var sorted: [(name: String, count: Int)] {
        counts.sorted { $0.key < $1.key }.map { (name: $0.key, count: $0.value) }
    }
}

extension NamedCounts: Codable {
    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// Reads an object of whole numbers.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Name.self)
        counts = [:]
        for name in container.allKeys {
            counts[name.stringValue] = try container.decode(Int.self, forKey: name)
        }
    }

    /// Writes an object sorted by name.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Name.self)
        for (name, count) in sorted {
            try container.encode(count, forKey: Name(stringValue: name))
        }
    }
}
