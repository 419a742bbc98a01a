// berth audit list

import ArgumentParser
import ControlAPI
import ControlClient

struct AuditList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List accepted changes: who, when, what, why.",
        discussion: """
            EXAMPLE
              berth audit list --after 1200 --limit 50
              berth audit list --tenant acme --all
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var log: AuditLogOptions

    @Option(help: ArgumentHelp("Only entries with numbers after this one.", valueName: "n"))
    var after: Int = 0

    @OptionGroup var pages: PageOptions

    func validate() throws {
        guard after >= 0 else { throw ValidationError("--after is at least 0") }
    }

    func run() async throws {
        try await connection.run { client in
            var name = ""
            let entries = try await pages.collect { page in
                let last = page.cursor.flatMap(Int.init) ?? after
                let list = try await client.audit(of: log.tenant, after: last, limit: page.limit)
                name = list.log
                let isFull = list.entries.count == page.limit
                return (list.entries, isFull ? list.entries.last.map { "\($0.number)" } : nil)
            }
            try output.print(AuditEntryList(log: name, entries: entries)) { auditTable($0.entries).print() }
        }
    }
}
