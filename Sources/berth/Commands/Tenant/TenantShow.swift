// berth tenant show

import ArgumentParser
import ControlAPI
import ControlClient

struct TenantShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one tenant.",
        discussion: """
            EXAMPLE
              berth tenant show google
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The tenant.", completion: .custom(LiveNames.tenants))
    var name: String

    func run() async throws {
        try await connection.run(output, seeking: SoughtName(.tenant, name)) { client in
            try output.print(try await client.tenant(name)) { tenantTable([$0]).print() }
        }
    }
}
