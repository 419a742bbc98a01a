// Queries of requests: each route's parameters, cursors among them.

import HummingbirdCore

@testable import ControlServer

extension FuzzTarget {
    static let queries = FuzzTarget(
        "queries", "the query of each route, with cursors", bytesMax: 1_024,
        words: { ["=", "&", "%", "1-42"] + Set(Route.all.flatMap { $0.query.map(\.name) }).sorted() },
        seeds: {
            Route.all.filter { !$0.query.isEmpty }.map { route in
                let query = route.query.map { "\($0.name)=\(example(of: $0))" }.joined(separator: "&")
                return (route.name, Addressed.bytes(route.name, query))
            }
        }
    ) { bytes in
        guard let input = Addressed(bytes), let route = Route.named(input.words[0]) else { return false }
        for (name, value) in URI(route.pattern + "?" + input.text).queryParameters {
            let (name, text) = (String(name), String(value))
            if name == "cursor" { readCursor(text) }
            if name == "after", let cursor = EventCursor(text) { require(cursor.after <= UInt64(Int64.max)) }
            guard let parameter = (route.query + [.minRevision]).first(where: { $0.name == name }) else { continue }
            guard parameter.value.takes(text) else {
                require(!parameter.value.expectation.isEmpty)
                continue
            }
            if case .integer(let range) = parameter.value { require(Int(text).map(range.contains) == true) }
        }
        return true
    }

    private static func readCursor(_ text: String) {
        guard let cursor = Cursor(text: text) else { return }
        guard let again = Cursor(text: cursor.text) else { fatalError("a cursor reads back") }
        require((again.revision, again.next) == (cursor.revision, cursor.next), "a cursor reads back as the same")
    }

    private static func example(of parameter: QueryParameter) -> String {
        switch parameter.value {
        case .text: parameter.name == "cursor" ? Cursor(revision: 7, next: 42).text : "drill"
        case .name: "acme"
        case .flag: "true"
        case .time: "2029-06-01T00:00:00Z"
        case .duration: "1h30m"
        case .integer(let range): "\(range.lowerBound)"
        case .decimal(let range): "\(range.lowerBound)"
        case .words(let words): words[0]
        case .pattern: "1-42"
        }
    }
}
