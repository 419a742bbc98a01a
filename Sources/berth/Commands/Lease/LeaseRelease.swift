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
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var reference: LeaseReference

    @Option(help: "Why, for the audit log.")
    var reason: String?

    func run() async throws {
        try await connection.run { client in
            let lease = try await client.releaseLease(try await reference.id(client), reason: reason)
            try output.print(lease) { lease in
                Terminal.standardOutput.write(
                    "\(lease.id) is \(lease.state.rawValue); it had \(lease.promised.hardware) "
                        + "and \(power(lease.promised.watts)) at the rack.")
            }
        }
    }
}
