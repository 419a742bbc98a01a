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
            until it is restored; leases there are replaced or degraded. A lost firm source of a root brings the \
            load target source-loss, and the answer says whom it lowers and what it does not meet.

            EXAMPLE
              berth budgets fail memphis-1-h1-msb --reason "breaker open"
              berth budgets fail memphis-1-meter --source grid \\
                --reason "breaker open" --dry-run
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var feed: FeedOptions

    @Flag(help: "Only say what it would do, as berth plan fail-feed does.")
    var dryRun = false

    func run() async throws {
        try await connection.run(output) { client in
            if dryRun {
                let command = PlanCommand(failFeed: PlanFeed(budget: feed.name, source: feed.source))
                let request = PlanRequest(commands: [command], reason: feed.reason)
                return try output.print(try await client.plan(request, page: Page(limit: 20))) {
                    PlanReport($0, commandCount: 1, closing: ["Nothing has changed; leave out --dry-run to say it."])
                        .print()
                }
            }
            let answer = try await client.failBudget(feed.name, source: feed.source, reason: feed.reason)
            try output.print(answer) { $0.print("dark") }
        }
    }
}
