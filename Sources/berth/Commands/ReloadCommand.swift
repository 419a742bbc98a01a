// berth reload

import ArgumentParser
import ControlAPI
import ControlClient

struct ReloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Have the daemon read its configuration, fleet file and certificates again.",
        discussion: """
            Waits until all of it is in force. Where something is wrong, nothing of it comes into force, what was before \
            stays, and the command says why and fails. Settings that only a restart changes are named.

            EXAMPLE
              berth reload --reason "two auditors more"
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "Why, for the audit log where the fleet changes.")
    var reason = "reload"

    func run() async throws {
        try await connection.run(output) { client in
            try output.print(try await client.reload(reason: reason)) { answer in
                for line in Self.lines(answer) { Terminal.standardOutput.write(line) }
            }
        }
    }

    /// What came of it, for a person.
    static func lines(_ answer: ReloadAnswer) -> [String] {
        var lines = ["reloaded"]
        if answer.fleetChanged { lines.append("fleet: version \(counted(answer.fleetVersion)) is in force") }
        if let end = answer.certificateExpiresAt { lines.append("certificate: ends \(end)") }
        if !answer.needsRestart.isEmpty {
            lines.append("needs a restart: " + answer.needsRestart.joined(separator: ", "))
        }
        return lines
    }
}
