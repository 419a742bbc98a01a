// A mapping whose keys are known: a key that is unknown, missing or not text is refused by name.

internal import Yams

struct YAMLFields {
    /// The mapping itself, for failures about all of it.
    let value: YAMLValue
    /// What the mapping describes, for messages.
    let what: String
    private let entries: [(key: YAMLValue, name: String, value: YAMLValue)]

    /// Reads `value` as a mapping; `keys` are all that it may have, or nil where the keys are data.
    init(_ value: YAMLValue, of what: String, keys: [String]?) throws(FleetFileError) {
        guard case .mapping(let mapping) = value.node else {
            throw value.unexpected("the keys of \(what)" + (keys.map { ": \($0.joined(separator: ", "))" } ?? ""))
        }
        var entries: [(YAMLValue, String, YAMLValue)] = []
        for (keyNode, valueNode) in mapping {
            let key = YAMLValue(node: keyNode, file: value.file)
            let name = try key.text("a key")
            if let keys, !keys.contains(name) {
                throw key.failure(
                    "unknown key \"\(name.prefix(60))\" in \(what)",
                    expected: "one of \(keys.joined(separator: ", "))",
                    suggestion: Spelling.nearest(to: name, among: keys))
            }
            entries.append((key, name, YAMLValue(node: valueNode, file: value.file)))
        }
        self.value = value
        self.what = what
        self.entries = entries
    }

    func optional(_ name: String) -> YAMLValue? {
        entries.first { $0.name == name }?.value
    }

    func required(_ name: String) throws(FleetFileError) -> YAMLValue {
        guard let found = optional(name) else {
            throw value.failure("\(what) lacks the key \"\(name)\"", expected: "\"\(name)\"")
        }
        return found
    }

    /// Where the key itself stands, for failures about the pair.
    func key(_ name: String) -> YAMLValue {
        entries.first { $0.name == name }?.key ?? value
    }

    /// All pairs in the order of the file.
    var all: [(key: YAMLValue, value: YAMLValue)] { entries.map { ($0.key, $0.value) } }
}
