// berth upgrade finalise

import ArgumentParser
import ControlAPI
import ControlClient

struct UpgradeFinalise: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "finalise",
        abstract: "Have the book written as this release writes it. The release before then refuses it.",
        discussion: """
            There is no way back but a backup from before. Asks first, unless --yes is given. An upgrade that is finalised \
            already stays as it is.

            EXAMPLE
              berth upgrade finalise --reason "a week without trouble"
              berth upgrade finalise --yes --reason "change 4711"
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "Why, for the audit log.")
    var reason: String

    @Flag(help: "Do not ask.")
    var yes = false

    func run() async throws {
        try await connection.run(output) { client in
            if !yes { try await ask(client) }
            try output.print(try await client.finaliseUpgrade(reason: reason)) { upgrade in
                for line in UpgradeCommand.lines(upgrade) { Terminal.standardOutput.write(line) }
            }
        }
    }

    private func ask(_ client: ControlClient) async throws {
        let upgrade = try await client.upgradeStatus()
        if upgrade.finalised { return }
        let dialogue = try Dialogue.onTerminal(
            for: "Finalising an upgrade", instead: "Look at berth upgrade status, and give --yes.")
        for line in UpgradeCommand.lines(upgrade) { dialogue.say(line) }
        let releases = "releases before \(upgrade.version)"
        guard try dialogue.confirms("Write the book so that \(releases) refuse it?") else {
            throw CommandFailure(status: .failed, message: "Nothing was changed.")
        }
    }
}
