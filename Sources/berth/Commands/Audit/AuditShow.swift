// berth audit show

import ArgumentParser
import ControlAPI
import ControlClient

struct AuditShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one accepted change.",
        discussion: """
            EXAMPLE
              berth audit show 42
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var log: AuditLogOptions

    @Argument(help: "The entry's number: of the book's log, the revision.")
    var number: Int

    func validate() throws {
        guard number > 0 else { throw ValidationError("entries are numbered from 1") }
    }

    func run() async throws {
        try await connection.run { client in
            let list = try await client.audit(of: log.tenant, after: number - 1, limit: 1)
            guard let entry = list.entries.first else {
                throw CommandFailure(status: .notFound, message: "There is no entry \(number) in the log \(list.log).")
            }
            try output.print(entry, table: printAuditEntry)
        }
    }
}
