// berth audit head

import ArgumentParser
import ControlAPI
import ControlClient

struct AuditHeadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "head",
        abstract: "Print the signed head of a log: how many entries, and the root over them.",
        discussion: """
            Keep heads where the provider cannot change them: what they cover cannot change unseen.

            EXAMPLE
              berth audit head
              berth audit head -o json > head.json
              berth audit head --size 1200 --tenant acme
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var log: AuditLogOptions

    @Option(help: ArgumentHelp("The head that the log had with this many entries. Default: all.", valueName: "n"))
    var size: Int?

    func run() async throws {
        try await connection.run { client in
            try output.print(try await client.auditHead(of: log.tenant, size: size)) { answer in
                let (head, terminal) = (answer.head, Terminal.standardOutput)
                terminal.write("book \(head.bookId), epoch \(head.epoch), log \(head.log)")
                terminal.write("\(counted(head.size)) entries, root \(head.root)")
                terminal.write("signed at \(head.signedAt) with key \(head.keyId)")
            }
        }
    }
}
