// One YAML value with its place in the file, and the readings that every kind of file needs.

internal import Yams

struct YAMLValue {
    let node: Node
    let file: String

    var line: Int { node.mark?.line ?? 1 }
    var column: Int { node.mark?.column ?? 1 }

    /// What the value is, for messages: a short scalar in quotes, else its kind.
    var summary: String {
        switch node {
        case .scalar(let scalar) where scalar.string.isEmpty: "nothing"
        case .scalar(let scalar): "\"\(scalar.string.prefix(60))\""
        case .sequence: "a list"
        case .mapping: "a mapping"
        case .alias: "an alias"
        }
    }

    func failure(_ problem: String, expected: String, suggestion: String? = nil) -> FleetFileError {
        FleetFileError(
            file: file, line: line, column: column, problem: problem, expected: expected, suggestion: suggestion)
    }

    /// The failure of a value that is not what belongs there.
    func unexpected(_ expected: String, suggestion: String? = nil) -> FleetFileError {
        failure("found \(summary)", expected: expected, suggestion: suggestion)
    }

    /// The text of a scalar that is not empty.
    func text(_ expected: String = "text") throws(FleetFileError) -> String {
        guard case .scalar(let scalar) = node, !scalar.string.isEmpty else { throw unexpected(expected) }
        return scalar.string
    }

    /// The members of a list of at most `countMax`.
    func list(of what: String, countMax: Int = 100_000) throws(FleetFileError) -> [YAMLValue] {
        guard case .sequence(let sequence) = node else { throw unexpected("a list of \(what)") }
        guard sequence.count <= countMax else {
            throw failure("a list of \(sequence.count) \(what)", expected: "at most \(countMax)")
        }
        return sequence.map { YAMLValue(node: $0, file: file) }
    }

    /// A list, or one member written without the list.
    func oneOrList(of what: String) throws(FleetFileError) -> [YAMLValue] {
        if case .sequence = node { return try list(of: what) }
        return [self]
    }

    /// A whole number within `range`.
    func integer(_ range: ClosedRange<Int64>) throws(FleetFileError) -> Int64 {
        let expected = "a whole number from \(range.lowerBound) to \(range.upperBound)"
        let digits = try text(expected)
        guard let number = Int64(digits), range.contains(number), digits.first != "+" else {
            throw unexpected(expected)
        }
        return number
    }

    func count(_ range: ClosedRange<Int>) throws(FleetFileError) -> Int {
        Int(try integer(Int64(range.lowerBound)...Int64(range.upperBound)))
    }

    /// A case of an enumeration by its raw value.
    func choice<Choice: RawRepresentable & CaseIterable>(
        of type: Choice.Type = Choice.self
    ) throws(FleetFileError) -> Choice where Choice.RawValue == String {
        let names = Choice.allCases.map { $0.rawValue }
        let expected = "one of \(names.joined(separator: ", "))"
        let name = try text(expected)
        guard let choice = Choice(rawValue: name) else {
            throw failure(
                "found \(summary)", expected: expected, suggestion: Spelling.nearest(to: name, among: names))
        }
        return choice
    }
}
