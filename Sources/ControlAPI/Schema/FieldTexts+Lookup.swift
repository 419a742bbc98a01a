// Finding the words for a type or a field.

extension FieldTexts {
    /// By `Type` or `Type.field`, as it is spelt on the wire. A line that is indented goes on with the entry above it.
    private static let byName: [String: String] = {
        var texts: [String: String] = [:]
        var name = ""
        for line in text.split(separator: "\n") {
            if line.hasPrefix("  ") {
                texts[name] = (texts[name].map { $0 + " " } ?? "") + line.drop { $0 == " " }
            } else {
                name = String(line)
            }
        }
        return texts
    }()

    /// Types whose fields are those of another one.
    private static let lenders: [Substring: String] = ["OfferLine": "ReservationRequest"]

    /// Adds the words for a name to its schema, where there are some.
    static func describe(_ name: String, _ schema: JSONNode) -> JSONNode {
        guard
            let text = byName[name] ?? byName[lenders[name.prefix { $0 != "." }, default: ""] + name.drop { $0 != "." }]
        else { return schema }
        var schema = schema
        schema["description"] = .string(text)
        return schema
    }
}
