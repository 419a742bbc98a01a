// berth budgets fail

import ArgumentParser
import ControlAPI
import ControlClient

struct BudgetsFail: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fail",
        abstract: "Say that a feed, or a source of a root, carries nothing.",
        discussion: """
            Racks that hang on another feed of the same kind (2N) stay up, without redundancy. The nodes of others become faulty \
            until it is restored; leases there are replaced or degraded.

            EXAMPLE
              berth budgets fail memphis-1-h1-msb --reason "breaker open"
              berth budgets fail memphis-1-meter --source grid --reason "breaker open"
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var feed: FeedOptions

    func run() async throws {
        try await connection.run { client in
            let answer = try await client.failBudget(feed.name, source: feed.source, reason: feed.reason)
            try output.print(answer) { $0.print("dark") }
        }
    }
}
