// berth budgets restore

import ArgumentParser
import ControlAPI
import ControlClient

struct BudgetsRestore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Say that a feed, or a source of a root, carries again.",
        discussion: """
            Nodes that were dark only for want of it are validated and come back.

            EXAMPLE
              berth budgets restore memphis-1-h1-msb --reason "breaker closed"
              berth budgets restore memphis-1-meter --source grid --reason "breaker closed"
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var feed: FeedOptions

    func run() async throws {
        try await connection.run(output) { client in
            let answer = try await client.restoreBudget(feed.name, source: feed.source, reason: feed.reason)
            try output.print(answer) { $0.print("being validated") }
        }
    }
}
