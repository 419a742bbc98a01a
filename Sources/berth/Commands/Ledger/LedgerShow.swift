// berth ledger show

import ArgumentParser
import ControlAPI
import ControlClient

struct LedgerShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a tenant's statement for a calendar month.",
        discussion: """
            Lines are leases, amounts are by contract. What is delivered, degraded, curtailed and late is counted to the \
            second; a month that is over stays as it is.

            EXAMPLE
              berth ledger show google --month 2026-12
              berth ledger show google -o csv
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var options: StatementOptions

    @Argument(help: "The tenant.", completion: .custom(LiveNames.tenants))
    var tenant: String

    func run() async throws {
        try await connection.run(options.plain, seeking: SoughtName(.tenant, tenant)) { client in
            try options.print(try await client.ledger(of: tenant, month: options.month))
        }
    }
}
