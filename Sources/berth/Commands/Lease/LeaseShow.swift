// berth lease show

import ArgumentParser
import ControlAPI
import ControlClient

struct LeaseShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one lease: window, amounts, cap, places, conditions.",
        discussion: """
            EXAMPLE
              berth lease show l-7kq2
              berth lease show google/two-tenants.google -o json
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var reference: LeaseReference

    func run() async throws {
        try await connection.run(output, seeking: SoughtName(.lease, reference.lease)) { client in
            try output.print(try await client.lease(try await reference.id(client))) { LeaseDetail($0).print() }
        }
    }
}
