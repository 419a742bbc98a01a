// berth audit

import ArgumentParser
import ControlAPI

struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "The log of accepted changes: list, prove, check, export; and who read what.",
        discussion: """
            The book has one log of all changes; each tenant has one of its own, whose entries count its own changes alone. \
            A tenant sees its own; operators and auditors see the book's, and with --tenant a tenant's. Without a \
            subcommand: the list.

            EXAMPLE
              berth audit
              berth audit head -o json > head.json
              berth audit verify backup.sqlite --head head.json
            """,
        subcommands: [
            AuditList.self, AuditShow.self, AuditHeadCommand.self, AuditKey.self, AuditFollow.self, AuditProve.self,
            AuditVerify.self, AuditExportCommand.self, AuditAccess.self,
        ],
        defaultSubcommand: AuditList.self)
}

/// Which log a command is about.
struct AuditLogOptions: ParsableArguments {
    @Option(help: "The log of this tenant, rather than the book's.", completion: .custom(LiveNames.tenants))
    var tenant: String?
}

/// Entries, a row each.
func auditTable(_ entries: [AuditEntry]) -> Table {
    var table = Table(
        .number("ENTRY"), .word("AT"), .word("ROLE"), .text("ACTOR"), .text("WHAT"), .text("REASON"))
    for entry in entries {
        table.add(
            .init(counted(entry.number)), .init("\(entry.recordedAt)"), .init(entry.role), .init(entry.actor ?? "-"),
            .init(entry.what.joined(separator: ", ")), .init(entry.reason ?? "-"))
    }
    return table
}

/// One entry, field by field.
func printAuditEntry(_ entry: AuditEntry) {
    let terminal = Terminal.standardOutput
    terminal.write("entry \(entry.number), recorded at \(entry.recordedAt)")
    terminal.write("by \(entry.actor ?? "the provider"), \(entry.role)")
    if let request = entry.requestId { terminal.write("request \(request)") }
    if let reason = entry.reason, !reason.isEmpty { terminal.write("because: \(reason)") }
    for words in entry.what { terminal.write("  \(words)") }
}
