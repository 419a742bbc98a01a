// berth audit prove

import ArgumentParser
import ControlAPI
import ControlClient

struct AuditProve: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prove",
        abstract: "Prove that an entry stands in a log, as JSON for a file.",
        discussion: """
            The proof holds the entry, the hashes beside its way to the root, and the signed head. A tenant's proof says \
            nothing of other tenants. Check it with: berth audit verify --proof FILE --key KEY.

            EXAMPLE
              berth audit prove 42 > proof.json
              berth audit prove 7 --tenant acme --size 12 > proof.json
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var log: AuditLogOptions

    @Argument(help: "The entry's number.")
    var number: Int

    @Option(help: ArgumentHelp("Under the head of this many entries. Default: all.", valueName: "n"))
    var size: Int?

    func run() async throws {
        try await connection.run { client in
            let proof = try await client.auditProof(of: number, tenant: log.tenant, size: size)
            Terminal.standardOutput.write(bytes: indented(CanonicalJSON.encode(proof)))
        }
    }
}
