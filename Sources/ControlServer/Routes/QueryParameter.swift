// What a route's query may say.

import ControlAPI

/// One parameter of a query.
struct QueryParameter: Sendable {
    /// What its value may be.
    enum Value: Sendable {
        case text
        /// A name as people give it.
        case name
        case flag
        case time
        case duration
        case integer(ClosedRange<Int>)
        case decimal(ClosedRange<Double>)
        case words([String])
        /// A text of one form, as a regular expression.
        case pattern(String)
    }

    let name: String
    let value: Value
    let summary: String
    let isRequired: Bool

    init(_ name: String, _ value: Value, _ summary: String, isRequired: Bool = false) {
        self.name = name
        self.value = value
        self.summary = summary
        self.isRequired = isRequired
    }

    /// One of a closed set of words.
    init<Words: WireEnumeration>(_ name: String, _ words: Words.Type, _ summary: String) {
        self.init(name, .words(words.allCases.map(\.rawValue)), summary)
    }

    static let limit = QueryParameter(
        "limit", .integer(1...WireLimits.listLimitMax),
        "How many entries the answer has at most; absent: \(WireLimits.listLimitDefault).")
    static let cursor = QueryParameter("cursor", .text, "Where to go on: `cursor` of the page before.")
    static let page = [limit, cursor]

    static let dryRun = QueryParameter(
        "dryRun", .words(["plan"]), "Decide as if it were asked for, answer what would come of it, and change nothing.")
    static let reason = QueryParameter("reason", .text, "Why, for the audit log.")
    static let requiredReason = QueryParameter("reason", .text, "Why, for the audit log.", isRequired: true)
    static let tenant = QueryParameter(
        "tenant", .name, "Only what is this tenant's; a tenant sees its own and names no other.")
    static let within = QueryParameter("within", .text, "Only what lies within the domain of this path.")
    static let version = QueryParameter(
        "version", .integer(1...Int.max), "That version of the contract; absent: the newest.")

    /// What every reading takes from those who are answered with `Berth-Revision`. To others it would tell how much
    /// others change.
    static let minRevision = QueryParameter(
        "minRevision", .integer(0...Int.max),
        "Answer from this revision of the book or a later one, so that one reads one's own writes.")

    /// What a long poll takes.
    static let poll = [
        QueryParameter(
            "index", .integer(0...Int.max), "The `index` that the caller knows; 0 or absent: answer at once."),
        QueryParameter(
            "wait", .duration,
            "How long to wait for another index, at most \(WireLimits.waitSecondsMax) s; absent: not."),
    ]

    static func start(_ otherwise: String) -> QueryParameter {
        QueryParameter("start", .time, "From when; absent: \(otherwise).")
    }

    static func end(_ otherwise: String) -> QueryParameter {
        QueryParameter("end", .time, "Until when, exclusive; absent: \(otherwise).")
    }
}
