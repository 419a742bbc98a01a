// berth clock confirm

import ArgumentParser
import ControlAPI
import ControlClient

struct ClockConfirm: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "confirm",
        abstract: "Say that the daemon's clock is right, so that what time drives goes on.",
        discussion: """
            EXAMPLE
              berth clock confirm --reason 'the machine slept'
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "Why, for the audit log.")
    var reason: String?

    func run() async throws {
        try await connection.run(output) { client in
            try output.print(try await client.confirmClock(reason: reason)) { clock in
                Terminal.standardOutput.write(
                    clock.frozen ? "not believed" : "confirmed")
            }
        }
    }
}
