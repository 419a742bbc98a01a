// berth tenant remove

import ArgumentParser
import ControlAPI
import ControlClient

struct TenantRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Remove a tenant that has no live leases.",
        discussion: """
            Its tokens end at once. Leases that are over, statements and its audit log are told under acme~1 from then on; who \
            is made under its name later is another tenant and sees none of them.

            EXAMPLE
              berth tenant remove acme --reason "account closed"
            """)

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The tenant.", completion: .custom(LiveNames.tenants))
    var name: String

    @Option(help: "Why, for the audit log.")
    var reason: String?

    func run() async throws {
        try await connection.run(seeking: SoughtName(.tenant, name)) { client in
            try await client.removeTenant(name, reason: reason)
            Terminal.standardError.write("tenant \(name) removed")
        }
    }
}
