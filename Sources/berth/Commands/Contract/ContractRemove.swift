// berth contract remove

import ArgumentParser
import ControlAPI
import ControlClient

struct ContractRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove a contract that no live lease refers to.",
        discussion: """
            EXAMPLE
              berth contract remove acme-2027 --reason "superseded"
            """)

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The contract.", completion: .custom(LiveNames.contracts))
    var name: String

    @Option(help: "Why, for the audit log.")
    var reason: String?

    func run() async throws {
        try await connection.run(seeking: SoughtName(.contract, name)) { client in
            try await client.removeContract(name, reason: reason)
            Terminal.standardError.write("contract \(name) removed")
        }
    }
}
