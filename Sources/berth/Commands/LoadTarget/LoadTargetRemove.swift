// berth load-target remove

import ArgumentParser
import ControlAPI
import ControlClient

struct LoadTargetRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "End a load target now; what it has done stays in the ledger of each lease.",
        discussion: """
            EXAMPLE
              berth load-target remove memphis-1-meter grid-call --reason "call withdrawn"
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The budget domain.", completion: .custom(LiveNames.budgets))
    var budget: String

    @Argument(help: "The target's id.")
    var id: String

    @Option(help: "Why, for the audit log.")
    var reason: String

    func run() async throws {
        try await connection.run(output) { client in
            let answer = try await client.removeLoadTarget(id, on: budget, reason: reason)
            try output.print(answer) { LoadTargetDetail($0).print() }
        }
    }
}
