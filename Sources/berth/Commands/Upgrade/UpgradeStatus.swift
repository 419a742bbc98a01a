// berth upgrade status

import ArgumentParser
import ControlAPI
import ControlClient

struct UpgradeStatus: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show which releases read the book, and what waits for the upgrade to be finalised.",
        discussion: """
            EXAMPLE
              berth upgrade status
              berth upgrade status -o json
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await connection.run(output) { client in
            try output.print(try await client.upgradeStatus()) { upgrade in
                for line in UpgradeCommand.lines(upgrade) { Terminal.standardOutput.write(line) }
            }
        }
    }
}
