// berth freeze, berth unfreeze

import ArgumentParser
import ControlAPI
import ControlClient

struct FreezeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "freeze",
        abstract: "Stop every time-driven change until it is released.",
        discussion: """
            Nothing starts or ends by time from then on, also after a restart; requests are answered as ever. Load targets \
            that are planned go on, and so do their orders: remove those that are to stop. When it is released, what has become \
            due applies in order, each with the time at which it was due.

            EXAMPLE
              berth freeze --reason "wrong fleet file, looking into it"
              berth unfreeze --reason "put right"
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "Why, for the audit log and the status.")
    var reason: String

    func run() async throws { try await setFreeze(true, reason, connection, output) }
}

struct UnfreezeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "unfreeze",
        abstract: "Let time-driven changes go on.",
        discussion: """
            EXAMPLE
              berth unfreeze --reason "put right"
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "Why, for the audit log.")
    var reason: String

    func run() async throws { try await setFreeze(false, reason, connection, output) }
}

private func setFreeze(
    _ isFrozen: Bool, _ reason: String, _ connection: ConnectionOptions, _ output: OutputOptions
) async throws {
    try await connection.run(output) { client in
        try output.print(try await client.setFreeze(isFrozen, reason: reason)) { clock in
            Terminal.standardOutput.write(
                clock.freeze.map { "frozen since \($0.since) by \($0.actor): \($0.reason)" } ?? "time goes on")
        }
    }
}
