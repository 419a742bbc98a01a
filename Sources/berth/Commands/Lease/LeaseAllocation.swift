// berth lease allocation

import ArgumentParser
import ControlAPI
import ControlClient

struct LeaseAllocation: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "allocation",
        abstract: "Print every node of a lease, for whoever provisions it.",
        discussion: """
            The daemon's bytes go to standard output as they come.

            EXAMPLE
              berth lease allocation l-7kq2 --format hostlist
              berth lease allocation google/two-tenants.google > allocation.json
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var reference: LeaseReference

    @Option(help: "How to write it.")
    var format: AllocationFormat = .json

    func run() async throws {
        try await connection.run(seeking: SoughtName(.lease, reference.lease)) { client in
            try await client.allocationBytes(of: try await reference.id(client), format: format) { bytes in
                Terminal.standardOutput.write(bytes: bytes)
            }
            if format == .json { Terminal.standardOutput.write("") }
        }
    }
}
