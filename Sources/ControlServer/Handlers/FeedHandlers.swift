// The loss of a feed and its restoration.

import ControlAPI
import FleetModel
import Hummingbird
import Leasing
import Packing
import Scheduling

enum FeedHandlers {
    static func fail(_ exchange: Exchange) async throws -> Response {
        try await change(exchange) { .failFeed($0, source: $1) }
    }

    static func restore(_ exchange: Exchange) async throws -> Response {
        try await change(exchange) { .restoreFeed($0, source: $1) }
    }

    private static func change(
        _ exchange: Exchange, _ command: (String, String?) -> Command
    ) async throws -> Response {
        let name = try exchange.parameter("name")
        let body = try await exchange.body()
        let request = try exchange.decode(FeedRequest.self, from: body)
        let context = try exchange.commandContext(reason: request.reason, body: body)
        let source = exchange.query["source"]
        let (outcome, view, _) = try await exchange.submit(command(name, source), context)
        // What a verb on nodes answers: who was moved, and who has less now.
        let nodes = NodeHandlers.answer(outcome, in: view.book)
        let answer = FeedAnswer(
            revision: nodes.revision, failedFeeds: FailedFeed.all(in: view.book) ?? [], nodes: nodes.nodes,
            replaced: nodes.replaced, degraded: nodes.degraded,
            loadTargets: source == nil ? nil : loadTargets(of: name, in: view.book, exchange))
        return exchange.answer(answer, view: view)
    }
}

extension FeedHandlers {
    /// What a lost source leaves to do, and what it takes from other targets; nil when there are none.
    private static func loadTargets(of root: String, in book: Book, _ exchange: Exchange) -> [LoadTargetAnswer]? {
        let encoding = LoadTargetHandlers.encoding(book, exchange)
        let targets = book.loadTargets.filter { $0.key.budget == root && encoding.state(of: $0) != .over }
        return targets.isEmpty ? nil : targets.map(encoding.answer)
    }
}

extension FailedFeed {
    /// Everything that has failed; nil when nothing has.
    static func all(in book: Book) -> [FailedFeed]? {
        let failures = book.feedFailures.map { failure in
            var feed = FailedFeed(
                budget: failure.budget, source: failure.source, reason: failure.reason, by: failure.actor,
                since: Timestamp(failure.since))
            guard let budget = book.fleet.budget(named: failure.budget) else { return feed }
            if failure.source == nil {
                let racks = book.racks(below: budget)
                (feed.racksCarried, feed.racksDark) = (racks.carried, racks.dark)
            } else {
                feed.firmWattsLeft = Int(book.firmWatts(ofRoot: budget))
            }
            return feed
        }
        return failures.isEmpty ? nil : failures
    }
}
