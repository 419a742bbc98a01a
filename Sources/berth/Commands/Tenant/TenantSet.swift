// berth tenant set

import ArgumentParser
import ControlAPI
import ControlClient

struct TenantSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "State what a tenant is, whether or not it is there.",
        discussion: """
            The whole tenant is stated: a quota that is left out is no limit, and without --cohort it \
            belongs to none.

            EXAMPLE
              berth tenant set acme --gpus 4096 --watts 6MW --description "Acme Research"
              berth tenant set acme --gpus 4096 --cohort research --lend-gpus 2048
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var limits: LendingOptions

    @Argument(help: "The tenant.", completion: .custom(LiveNames.tenants))
    var name: String

    @Option(help: ArgumentHelp("The most GPUs at one instant.", valueName: "count"))
    var gpus: Int?

    @Option(help: ArgumentHelp("The most watts at the rack, as 6MW.", valueName: "power"), transform: readWatts)
    var watts: Int?

    @Option(
        help: "The cohort whose idle quota it may borrow with opportunistic leases.",
        completion: .custom(LiveNames.cohorts))
    var cohort: String?

    @Option(help: "Who it is.")
    var description: String?

    @Option(help: "Why, for the audit log.")
    var reason: String?

    func run() async throws {
        try await connection.run(output) { client in
            let specification = TenantSpecification(
                quota: QuotaSpecification?(gpus, watts), cohort: cohort, borrowingLimit: limits.borrowing,
                lendingLimit: limits.lending, description: description, reason: reason)
            try output.print(try await client.setTenant(name, to: specification)) { tenantTable([$0]).print() }
        }
    }
}
