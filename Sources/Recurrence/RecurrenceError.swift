// Why a recurrence cannot be taken.

/// A part of a recurrence that is wrong or outside of what Berth takes.
public struct RecurrenceError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Which of the four parts of a recurrence it is about.
    public enum Field: String, Sendable { case rule, timeZone, start, duration }

    public let field: Field
    /// One sentence that says what to do.
    public let problem: String

    public init(_ field: Field, _ problem: String) {
        self.field = field
        self.problem = problem
    }

    public var description: String { problem }
}
