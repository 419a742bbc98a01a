// Values that state their form on the wire themselves.

/// A value whose form cannot be read off its fields.
protocol DescribedValue: Decodable {
    /// The JSON Schema of the value, without a name.
    static var schema: JSONNode { get }
    /// The JSON of one value.
    static var exampleText: String { get }
}

extension Timestamp: DescribedValue {
    static var schema: JSONNode {
        [
            "type": "string", "format": "date-time",
            "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$",
            "description": "A time in whole seconds of UTC.", "examples": ["2029-06-01T00:00:00Z"],
        ]
    }
    static var exampleText: String { #""2029-06-01T00:00:00Z""# }
}

extension WireDuration: DescribedValue {
    static var schema: JSONNode {
        [
            "type": "string", "pattern": "^(?=.)([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$", "maxLength": 40,
            "description": "A length of time in days, hours, minutes and seconds, at most 100,000 days.",
            "examples": ["90d", "1h30m"],
        ]
    }
    static var exampleText: String { #""90d""# }
}

extension Megawatts: DescribedValue {
    static var schema: JSONNode {
        [
            "type": "number", "exclusiveMinimum": 0, "maximum": 100_000,
            "description": "A power in megawatts that is a whole number of watts.", "examples": [.number(1.5)],
        ]
    }
    static var exampleText: String { "1.5" }
}

extension Percentage: DescribedValue {
    static var schema: JSONNode {
        [
            "description": "A percentage with at most two decimals; written as a number, read as text, too.",
            "anyOf": [
                ["type": "number", "minimum": 0, "maximum": 100],
                ["type": "string", "pattern": "^(100(\\.0{1,2})?|[0-9]{1,2}(\\.[0-9]{1,2})?)$"],
            ], "examples": [.number(99.95)],
        ]
    }
    static var exampleText: String { "99.95" }
}

extension NamedCounts: DescribedValue {
    static var schema: JSONNode {
        [
            "type": "object", "description": "How many of what, by name.",
            "additionalProperties": ["type": "integer", "format": "int64"],
        ]
    }
    static var exampleText: String { #"{"active":2}"# }
}

extension ValueRange: DescribedValue where Value: Decodable {
    static var schema: JSONNode {
        let value: JSONNode = Value.self == Int.self ? ["type": "integer", "minimum": 1] : WireDuration.schema
        return [
            "description": "One value, or a range of them with both ends.",
            "anyOf": [
                value,
                [
                    "type": "object", "properties": ["min": value, "max": value], "required": ["min", "max"],
                    "additionalProperties": false,
                ],
            ],
        ]
    }
    static var exampleText: String { Value.self == Int.self ? "60" : #""30d""# }
}

extension JSONNode: DescribedValue {
    static var schema: JSONNode { ["type": "object", "description": "A JSON document."] }
    static var exampleText: String { "{}" }
}
