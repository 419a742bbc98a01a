// berth maintenance remove

import ArgumentParser
import ControlAPI
import ControlClient

struct MaintenanceRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Take a maintenance off the calendar, also while it runs.",
        discussion: """
            EXAMPLE
              berth maintenance remove firmware --reason "done early"
            """)

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The maintenance.", completion: .custom(LiveNames.maintenance))
    var name: String

    @Option(help: "Why, for the audit log.")
    var reason: String?

    func run() async throws {
        try await connection.run(seeking: SoughtName(.maintenance, name)) { client in
            try await client.removeMaintenance(name, reason: reason)
            Terminal.standardError.write("maintenance \(name) removed")
        }
    }
}
