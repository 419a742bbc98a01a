// What a check of the rules found.

/// One rule: how much was looked at, and what breaks it.
public struct RuleReport: Sendable, Equatable {
    public let rule: Int
    public let title: String
    /// What was looked at, by name.
    public var checked: [(name: String, count: Int)]
    /// One sentence for each violation; the first hundred.
    public var violations: [String] = []

    static let violationsMax = 100

    init(_ rule: Int, _ title: String) {
        self.rule = rule
        self.title = title
        checked = []
    }

    mutating func count(_ name: String, _ count: Int) { checked.append((name, count)) }

    mutating func violate(_ sentence: @autoclosure () -> String) {
        if violations.count < Self.violationsMax { violations.append(sentence()) }
    }

    public static func == (left: RuleReport, right: RuleReport) -> Bool {
        left.rule == right.rule && left.violations == right.violations
            && left.checked.map(\.name) == right.checked.map(\.name)
            && left.checked.map(\.count) == right.checked.map(\.count)
    }
}
