// Which part of a list to give, and lists put together.

internal import ControlAPI

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

extension ControlClient {
    /// All pages of a list, put together.
    func allPages<List: Decodable, Entry>(
        of path: String, query: [(name: String, value: String?)] = [], _ entries: WritableKeyPath<List, [Entry]>,
        cursor: WritableKeyPath<List, String?>
    ) async throws(ClientError) -> List {
        var page = Page(limit: WireLimits.listLimitMax)
        var list = try await answer(List.self, to: .get(path, query: query + page.query))
        while let next = list[keyPath: cursor] {
            page.cursor = next
            let more = try await answer(List.self, to: .get(path, query: query + page.query))
            list[keyPath: entries] += more[keyPath: entries]
            list[keyPath: cursor] = more[keyPath: cursor]
        }
        return list
    }
}
