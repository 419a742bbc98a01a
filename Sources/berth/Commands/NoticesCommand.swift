// berth notices

import ArgumentParser
import ControlAPI
import ControlClient

struct NoticesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notices",
        abstract: "Show what tenants must know by when, and acknowledge it.",
        discussion: """
            EXAMPLE
              berth notices
              berth notices ack n-0m3k5v9q2w7xz
            """,
        subcommands: [NoticesList.self, NoticesAck.self], defaultSubcommand: NoticesList.self)
}

struct NoticesList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List notices in force, soonest first.",
        discussion: """
            EXAMPLE
              berth notices
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await connection.run(output) { client in
            try output.print(try await client.notices()) { noticeTable($0.notices).print() }
        }
    }
}

struct NoticesAck: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ack", abstract: "Say that a notice has been read.",
        discussion: """
            EXAMPLE
              berth notices ack n-0m3k5v9q2w7xz
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The notice.")
    var id: String

    @Option(help: "Why, for the audit log.")
    var reason: String?

    func run() async throws {
        try await connection.run(output) { client in
            try output.print(try await client.acknowledgeNotice(id, reason: reason)) { noticeTable([$0]).print() }
        }
    }
}

private func noticeTable(_ notices: [NoticeAnswer]) -> Table {
    var table = Table(
        .word("NOTICE"), .word("KIND"), .text("DEADLINE"), .text("TENANT"), .word("LEASE"), .text("WHAT"),
        .word("READ"))
    for notice in notices {
        table.add(
            .init(notice.id), .init(notice.kind.rawValue), .init(notice.deadline.short), .init(notice.tenant),
            .init(notice.lease), .init(notice.offRamp.map(rampText) ?? steps(notice.steps)),
            .init(notice.acknowledged ? "yes" : "no"))
    }
    return table
}

/// As `64 GPUs from 2027-03-01 00:00, none from …`.
private func rampText(_ steps: [ReclaimStep]) -> String {
    steps.map { ($0.gpus == 0 ? "none" : counted($0.gpus, "GPU")) + " from \($0.at.short)" }.joined(separator: ", ")
}
