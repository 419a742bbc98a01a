// berth tenant list

import ArgumentParser
import ControlAPI
import ControlClient

struct TenantListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List tenants with what they hold and may hold.",
        discussion: """
            EXAMPLE
              berth tenant list --all
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var pages: PageOptions

    func run() async throws {
        try await connection.run(output) { client in
            let tenants = try await pages.collect { page in
                let list = try await client.tenants(page: page)
                return (list.tenants, list.cursor)
            }
            try output.print(TenantList(tenants: tenants)) { tenantTable($0.tenants).print() }
        }
    }
}

/// Tenants, a row each.
func tenantTable(_ tenants: [TenantAnswer]) -> Table {
    var table = Table(
        .text("TENANT"), .text("COHORT"), .number("LEASES"), .number("GPUS"), .number("QUOTA"), .number("RACK"),
        .number("QUOTA"),
        .text("DESCRIPTION"))
    for tenant in tenants {
        table.add(
            .init(tenant.name), .init(tenant.cohort ?? "-"), .init(counted(tenant.leases)),
            .init(tenant.holds.gpuColumn),
            .init(tenant.quota?.gpus.map { counted($0) } ?? "-"), .init(power(tenant.holds.watts)),
            .init(tenant.quota?.watts.map(power) ?? "-"), .init(tenant.description ?? ""))
    }
    return table
}
