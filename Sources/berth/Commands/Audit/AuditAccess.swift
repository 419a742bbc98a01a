// berth audit access

import ArgumentParser
import ControlAPI
import ControlClient

struct AuditAccess: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "access",
        abstract: "Show who has read what a tenant holds, how often, by the hour.",
        discussion: """
            Reads of allocations, leases and polls are counted, and kept for 90 days beside the book. A tenant sees who read \
            what it holds itself.

            EXAMPLE
              berth audit access --tenant acme
              berth audit access --since 2027-01-10T06:00:00Z --limit 1000
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "Only reads of what this tenant holds.", completion: .custom(LiveNames.tenants))
    var tenant: String?

    @Option(help: ArgumentHelp("Only hours that end after this time.", valueName: "time"))
    var since: Timestamp?

    @Option(help: ArgumentHelp("Print at most this many rows, newest hour first; 1 to 1,000.", valueName: "n"))
    var limit: Int = WireLimits.listLimitDefault

    func validate() throws {
        guard (1...WireLimits.listLimitMax).contains(limit) else { throw ValidationError("--limit is 1 to 1,000") }
    }

    func run() async throws {
        try await connection.run { client in
            let list = try await client.auditAccess(tenant: tenant, since: since, limit: limit)
            try output.print(list) { list in
                var table = Table(
                    .word("HOUR"), .text("TENANT"), .word("ROLE"), .text("WHO"), .number("READS"))
                for row in list.access {
                    table.add(
                        .init("\(row.hour)"), .init(row.tenant.isEmpty ? "others" : row.tenant), .init(row.role ?? "-"),
                        .init(row.actor ?? "others"), .init(counted(row.reads)))
                }
                table.print()
            }
            if list.isCut {
                Terminal.standardError.write(
                    "The first \(counted(list.access.count)); there are more: --limit N or --since.")
            }
        }
    }
}
