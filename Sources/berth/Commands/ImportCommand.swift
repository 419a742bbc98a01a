// berth import

import ArgumentParser
import ControlAPI
import ControlClient
import Foundation

struct ImportCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Bind tenants that run already to the hardware that they hold.",
        discussion: """
            All of it is taken over, or nothing; what is in the way is said lease by lease, with the line of the file. Leases \
            that are there already are left alone, so that the command may be repeated.

            A file is YAML or JSON, with tenants and contracts as for berth apply:
              leases:
                training:
                  tenant: acme
                  end: 2028-01-01T00:00:00Z
                  capWattsPerGpu: 700
                  hosts: ["memphis-1-h1-b001-r[1-4]-n[1-8]"]
                  gpus: ["memphis-1-h1-b001-r5-n1:1,2,3,4"]
                  mig: ["memphis-1-h1-b001-r5-n2:3:1g.10gb@0,1"]
            or CSV (.csv) with the columns lease, tenant, contract, start, end, cap, class, hosts, gpus, mig.

            EXAMPLE
              berth import running.yaml --dry-run
              berth import running.csv --reason "taking over"
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The file.", completion: .file(extensions: ["yaml", "yml", "json", "csv"]))
    var file: String

    @Flag(help: "Change nothing: say what would be done, and everything that is in the way.")
    var dryRun = false

    @Option(help: "Why, for the audit log.")
    var reason = "taking over what runs"

    func run() async throws {
        try await connection.run(output) { client in
            let stem = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
            let takeover = Takeover(client: client, file: try ImportFile(path: file, stem: stem), reason: reason)
            let result = try await takeover.run(isDryRun: dryRun)
            guard output.output == .table else {
                return try output.print(LeaseList(leases: result.leases)) { _ in }
            }
            result.print(isDryRun: dryRun)
        }
    }
}
