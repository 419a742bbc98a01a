// berth audit key

import ArgumentParser
import ControlAPI
import ControlClient

struct AuditKey: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "key",
        abstract: "Print the public key that heads are signed with.",
        discussion: """
            Ask for it once, over a way that you trust, and keep it: whoever checks a proof needs it and nothing else.

            EXAMPLE
              berth audit key > provider.key
            """)

    @OptionGroup var connection: ConnectionOptions

    func run() async throws {
        try await connection.run { client in
            // The head of no entries costs nothing to make.
            Terminal.standardOutput.write(try await client.auditHead(size: 0).publicKey)
        }
    }
}
