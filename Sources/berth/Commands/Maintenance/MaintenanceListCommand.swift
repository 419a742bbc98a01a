// berth maintenance list

import ArgumentParser
import ControlAPI
import ControlClient

struct MaintenanceListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List maintenance that is not over.",
        discussion: """
            EXAMPLE
              berth maintenance list
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var pages: PageOptions

    func run() async throws {
        try await connection.run(output) { client in
            let items = try await pages.collect { page in
                let list = try await client.maintenance(page: page)
                return (list.maintenance, list.cursor)
            }
            try output.print(MaintenanceList(maintenance: items)) { maintenanceTable($0.maintenance).print() }
        }
    }
}
