// berth approvals

import ArgumentParser
import ControlAPI
import ControlClient

struct ApprovalsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approvals",
        abstract: "Show what waits for a second operator; approve or decline it.",
        discussion: """
            A contract can ask for it before a notice is served (approvals), and the setting \
            approvals.loadTargetSeconds before an economic load target under what is committed is set. Whoever asked \
            cannot approve.

            EXAMPLE
              berth approvals
              berth approvals approve a-3 --reason "checked with legal"
              berth approvals decline a-3 --reason "not yet"
            """,
        subcommands: [ApprovalsList.self, ApprovalsApprove.self, ApprovalsDecline.self],
        defaultSubcommand: ApprovalsList.self)
}

struct ApprovalsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List what waits for a second operator.",
        discussion: """
            EXAMPLE
              berth approvals -o json
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await connection.run(output) { client in
            try output.print(try await client.approvals()) { approvalTable($0.approvals).print() }
        }
    }
}

/// What both answers take.
struct ApprovalAnswerOptions: ParsableArguments {
    @Argument(help: "The approval.")
    var id: String

    @Option(help: "Why, for the audit log.")
    var reason: String
}

struct ApprovalsApprove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Approve what another operator has asked for; it is done at once.",
        discussion: """
            EXAMPLE
              berth approvals approve a-3 --reason "checked with legal"
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var approval: ApprovalAnswerOptions

    func run() async throws {
        try await connection.run(output) { client in
            let answer = try await client.respond(
                toApproval: approval.id, ApprovalRequest(approve: true, reason: approval.reason))
            try output.print(answer) { Terminal.standardOutput.write("\($0.id) is approved and done: \($0.what)") }
        }
    }
}

struct ApprovalsDecline: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decline", abstract: "Decline what an operator has asked for.",
        discussion: """
            EXAMPLE
              berth approvals decline a-3 --reason "not yet"
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var approval: ApprovalAnswerOptions

    func run() async throws {
        try await connection.run(output) { client in
            let answer = try await client.respond(
                toApproval: approval.id, ApprovalRequest(approve: false, reason: approval.reason))
            try output.print(answer) { Terminal.standardOutput.write("\($0.id) is declined: \($0.what)") }
        }
    }
}

private func approvalTable(_ approvals: [ApprovalAnswer]) -> Table {
    var table = Table(.word("APPROVAL"), .text("WHAT"), .text("ASKED BY"), .text("EXPIRES"), .text("REASON"))
    for approval in approvals {
        table.add(
            .init(approval.id), .init(approval.what), .init(approval.askedBy), .init(approval.expiresAt.short),
            .init(approval.reason))
    }
    return table
}

extension ApprovalAnswer {
    /// In a few words.
    fileprivate var what: String {
        if let reclaim { return "lease \(reclaim.lease) \(ReclaimDetail(reclaim).what)" }
        if let loadTarget { return "load target \(loadTarget.id) on \(loadTarget.budget)" }
        return "-"
    }
}
