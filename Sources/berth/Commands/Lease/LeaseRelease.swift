// berth lease release

import ArgumentParser
import ControlAPI
import ControlClient

struct LeaseRelease: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "release",
        abstract: "Cancel a lease before its start, or release it after.",
        discussion: """
            EXAMPLE
              berth lease release l-7kq2 --reason "training has ended"
              berth lease release --series nights --tenant acme
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The lease's id (l-…), its label, or TENANT/LABEL.", completion: .custom(LiveNames.leases))
    var lease: String?

    @Option(help: ArgumentHelp("Release every lease of this series that is not over.", valueName: "name"))
    var series: String?

    @Option(
        help: ArgumentHelp("Whose series, where several tenants have one of that name.", valueName: "name"),
        completion: .custom(LiveNames.tenants))
    var tenant: String?

    @Option(help: "Why, for the audit log.")
    var reason: String?

    func validate() throws {
        if (lease == nil) == (series == nil) { throw ValidationError("Name a lease or --series.") }
        if series == nil && tenant != nil { throw ValidationError("--tenant goes with --series.") }
    }

    func run() async throws {
        try await connection.run(output) { client in
            if let series {
                let released = try await client.releaseSeries(series, tenant: tenant, reason: reason)
                return try output.print(released) { leaseTable($0.leases).print() }
            }
            let id = try await LeaseReference.id(of: lease ?? "", client)
            try output.print(try await client.releaseLease(id, reason: reason)) { lease in
                Terminal.standardOutput.write(
                    "\(lease.id) is \(lease.state.rawValue); it had \(lease.promised.hardware) "
                        + "and \(power(lease.promised.watts)) at the rack.")
            }
        }
    }
}
