// The forms of wire types in the words of JSON Schema, each named type once.

/// Schemas by name. Filled as types are asked for; for one thread.
public final class SchemaBook {
    private var schemas: [String: JSONNode] = [:]
    private var samples: [String: Any] = [:]
    private let decorate: (_ type: String, _ field: String) -> JSONNode

    /// - Parameter decorate: what is said of a field beside its form, such as who sees it.
    public init(decorate: @escaping (_ type: String, _ field: String) -> JSONNode = { _, _ in [:] }) {
        self.decorate = decorate
    }

    /// Where named schemas stand in the document.
    static let prefix = "#/components/schemas/"

    /// All named schemas so far, in the order of their names.
    public var components: JSONNode {
        .object(schemas.sorted { $0.key < $1.key }.map { JSONNode.Member($0.key, $0.value) })
    }

    /// The schema of a type, or a reference to it.
    ///
    /// - Precondition: it is a wire type: an object of such types, an array of one, a word of a closed set, or a value with
    ///   a form of its own.
    public func schema(of type: any Decodable.Type) -> JSONNode {
        do {
            return try schema(opening: type)
        } catch {
            preconditionFailure("\(type) cannot be described: \(error)")
        }
    }

    private func schema<Value: Decodable>(opening type: Value.Type) throws -> JSONNode {
        try description(of: type).schema
    }

    /// The schema of a type, and some value of it.
    func description<Value: Decodable>(of type: Value.Type) throws -> (schema: JSONNode, sample: Value) {
        if let (schema, sample) = primitive(type) { return (schema, sample as! Value) }
        if let array = type as? any DescribedArray.Type { return (try array.schema(in: self), array.empty as! Value) }
        let name = Self.name(of: type)
        let reference: JSONNode = ["$ref": .string(Self.prefix + name)]
        if let sample = samples[name] { return (reference, sample as! Value) }
        let (schema, sample) = try namedDescription(of: type, name)
        schemas[name] = schema
        samples[name] = sample
        return (reference, sample)
    }

    private func primitive(_ type: any Decodable.Type) -> (JSONNode, Any)? {
        switch type {
        case is Bool.Type: (["type": "boolean"], false)
        case is String.Type: (["type": "string"], "")
        case is Double.Type: (["type": "number"], 0.0)
        case is Int.Type: (["type": "integer", "format": "int64"], 0)
        case is Int64.Type: (["type": "integer", "format": "int64"], Int64(0))
        default: nil
        }
    }

    private func namedDescription<Value: Decodable>(
        of type: Value.Type, _ name: String
    ) throws -> (JSONNode, Value) {
        if let described = type as? any DescribedValue.Type {
            let sample = try StrictJSON.decode(type, from: Array(described.exampleText.utf8))
            return (described.schema, sample)
        }
        if let words = type as? any WireEnumeration.Type {
            return (FieldTexts.describe(name, words.schema), words.sample as! Value)
        }
        let recorder = SchemaRecorder(self)
        let sample = try Value(from: recorder)
        // What is said of a generic type is said of all that it is made for.
        let ownName = String(String(describing: type).prefix { $0 != "<" })
        return (object(ownName, recorder.fields, bounds: (type as? any BoundedFields.Type)?.bounds ?? [:]), sample)
    }

    private func object(_ ownName: String, _ fields: [SchemaRecorder.Field], bounds: [String: FieldBound]) -> JSONNode {
        for field in bounds.keys {
            precondition(fields.contains { $0.name == field }, "\(ownName) has no field \(field) to be bounded")
        }
        let properties = fields.map { field in
            var schema = field.schema
            if let bound = bounds[field.name] { schema = bound.applied(to: schema) }
            if !field.isRequired { schema = schema.orNull }
            schema = FieldTexts.describe(ownName + "." + field.name, schema)
            return JSONNode.Member(field.name, schema.merging(decorate(ownName, field.name)))
        }
        var object: JSONNode = ["type": "object", "properties": .object(properties)]
        let required = fields.filter(\.isRequired).map { JSONNode.string($0.name) }
        if !required.isEmpty { object["required"] = .array(required) }
        object["additionalProperties"] = false
        return FieldTexts.describe(ownName, object)
    }

    /// The name of a type in the document; `Comparison<Int>` is `ComparisonOfInt`.
    public static func name(of type: any Any.Type) -> String {
        String(describing: type).replacing("<", with: "Of").replacing(">", with: "").replacing(", ", with: "And")
    }
}

/// Arrays, whatever they are of.
private protocol DescribedArray {
    static var empty: Self { get }
    static func schema(in book: SchemaBook) throws -> JSONNode
}

extension Array: DescribedArray where Element: Decodable {
    fileprivate static var empty: Self { [] }

    fileprivate static func schema(in book: SchemaBook) throws -> JSONNode {
        ["type": "array", "items": try book.description(of: Element.self).schema]
    }
}

extension WireEnumeration {
    fileprivate static var schema: JSONNode {
        ["type": "string", "enum": .array(allCases.map { .string($0.rawValue) })]
    }

    fileprivate static var sample: Any { allCases.first! }
}

extension JSONNode {
    /// The same form, or null, which counts as absent.
    fileprivate var orNull: JSONNode {
        guard case .string(let type)? = self["type"] else { return ["anyOf": [self, ["type": "null"]]] }
        var schema = self
        schema["type"] = [.string(type), "null"]
        return schema
    }
}

extension SchemaBook {
    /// The form of a time, as it stands in a query.
    public static func form(of type: Timestamp.Type) -> JSONNode { type.schema }

    /// The form of a duration, as it stands in a query.
    public static func form(of type: WireDuration.Type) -> JSONNode { type.schema }
}
