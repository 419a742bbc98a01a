// berth load-target show

import ArgumentParser
import ControlAPI
import ControlClient

struct LoadTargetShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show how one load target is met: what is spent, lowered and stopped, and what is not met.",
        discussion: """
            EXAMPLE
              berth load-target show memphis-1-meter grid-call
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The budget domain.", completion: .custom(LiveNames.budgets))
    var budget: String

    @Argument(help: "The target's id.")
    var id: String

    func run() async throws {
        try await connection.run(output) { client in
            try output.print(try await client.loadTarget(id, on: budget)) { LoadTargetDetail($0).print() }
        }
    }
}
