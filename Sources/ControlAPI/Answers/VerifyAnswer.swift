// The rules, checked on the live book.

/// One rule and what was found.
public struct RuleCheck: Codable, Sendable, Equatable {
    /// The rule's number in the design.
    public var rule: Int
    /// What must hold.
    public var title: String
    /// What was looked at, and how many.
    public var checked: NamedCounts
    /// What breaks the rule; empty when it holds.
    public var violations: [String]

    /// Every field; those left out are absent.
    public init(rule: Int, title: String, checked: NamedCounts, violations: [String]) {
        self.rule = rule
        self.title = title
        self.checked = checked
        self.violations = violations
    }
}

/// The rules on one revision of the book.
public struct VerifyAnswer: Codable, Sendable, Equatable {
    /// The revision that was checked.
    public var revision: Int
    /// The digest of the book at that revision.
    public var digest: String
    /// The rules, in order.
    public var rules: [RuleCheck]
    /// Time taken in microseconds.
    public var elapsedMicros: Int

    /// Every field; those left out are absent.
    public init(revision: Int, digest: String, rules: [RuleCheck], elapsedMicros: Int) {
        self.revision = revision
        self.digest = digest
        self.rules = rules
        self.elapsedMicros = elapsedMicros
    }
}
