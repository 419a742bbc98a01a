// Which part of a list to give.

/// Which part of a list to give.
public struct Page: Sendable, Equatable {
    /// The most entries, 1 to 1,000; absent: 100.
    public var limit: Int?
    /// Where to begin: the cursor of the page before. Absent: at the first entry.
    public var cursor: String?

    /// A page of at most `limit` entries from `cursor` on.
    public init(limit: Int? = nil, cursor: String? = nil) {
        self.limit = limit
        self.cursor = cursor
    }

    var query: [(name: String, value: String?)] {
        [("limit", limit.map(String.init)), ("cursor", cursor)]
    }
}
