// berth lease list

import ArgumentParser
import ControlAPI
import ControlClient

struct LeaseListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List leases.",
        discussion: """
            A state with an exclamation mark has conditions: berth lease show tells them.

            EXAMPLE
              berth lease list --tenant google --state active
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var pages: PageOptions

    @Option(help: "Only this tenant's.", completion: .custom(LiveNames.tenants))
    var tenant: String?

    @Option(help: "Only leases in this state.")
    var state: LeaseState?

    func run() async throws {
        try await connection.run(output, seeking: tenant.map { SoughtName(.tenant, $0) }) { client in
            let leases = try await pages.collect { page in
                let list = try await client.leases(tenant: tenant, state: state, page: page)
                return (list.leases, list.cursor)
            }
            // An empty list of a name that is mistyped looks like a tenant without leases.
            if leases.isEmpty, let tenant, ResourceName.isValid(tenant) { _ = try await client.tenant(tenant) }
            try output.print(LeaseList(leases: leases)) { leaseTable($0.leases).print() }
        }
    }
}
