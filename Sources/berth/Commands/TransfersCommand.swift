// berth transfers

import ArgumentParser
import ControlAPI
import ControlClient

struct TransfersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "transfers",
        abstract: "Show leases that are offered to another tenant; accept, decline or withdraw them.",
        discussion: """
            berth lease transfer offers one. The holder and the receiver have to agree, and the provider where the \
            contract asks for it; with the last word it goes over.

            EXAMPLE
              berth transfers
              berth transfers accept t-4hzk --contract bob-2027 --reason "agreed"
              berth transfers decline t-4hzk --reason "not needed"
              berth transfers withdraw t-4hzk --reason "kept"
            """,
        subcommands: [
            TransfersList.self, TransfersShow.self, TransfersAccept.self, TransfersDecline.self,
            TransfersWithdraw.self,
        ],
        defaultSubcommand: TransfersList.self)
}

struct TransfersList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List transfers that are open.",
        discussion: """
            EXAMPLE
              berth transfers -o json
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await connection.run(output) { client in
            try output.print(try await client.transfers()) { list in
                var table = Table(
                    .word("TRANSFER"), .word("FROM"), .word("TO"), .number("GPUS"), .text("END"), .text("WAITS FOR"),
                    .text("EXPIRES"), .text("REASON"))
                for transfer in list.transfers {
                    table.add(
                        .init(transfer.id), .init(transfer.from), .init(transfer.to),
                        .init(counted(transfer.promised.gpus)), .init(transfer.end.short),
                        .init(TransferDetail(transfer).waitsFor), .init(transfer.expiresAt.short),
                        .init(transfer.reason))
                }
                table.print()
            }
        }
    }
}

struct TransfersShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show what is offered in one transfer.",
        discussion: """
            EXAMPLE
              berth transfers show t-4hzk
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The transfer.")
    var id: String

    func run() async throws {
        try await connection.run(output) { client in
            try output.print(try await client.transfer(id)) { TransferDetail($0).print() }
        }
    }
}

/// What every answer takes.
struct TransferAnswerOptions: ParsableArguments {
    @Argument(help: "The transfer.")
    var id: String

    @Option(help: "Why, for the audit log.")
    var reason: String
}

struct TransfersAccept: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "accept", abstract: "Agree, as its receiver, as its holder or for the provider.",
        discussion: """
            The receiver takes the lease under a contract of its own, or without one under the contract that the lease is \
            under, where that is open to it.

            EXAMPLE
              berth transfers accept t-4hzk --contract bob-2027 --reason "agreed"
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var transfer: TransferAnswerOptions

    @Option(
        help: ArgumentHelp("The receiver's contract. Default: the lease's.", valueName: "name"),
        completion: .custom(LiveNames.contracts))
    var contract: String?

    @Option(help: ArgumentHelp("The receiver's own name for the lease.", valueName: "text"))
    var label: String?

    func run() async throws {
        let request = TransferReplyRequest(accept: true, contract: contract, label: label, reason: transfer.reason)
        try await connection.run(output) { client in
            try output.print(try await client.respond(toTransfer: transfer.id, request)) { TransferDetail($0).print() }
        }
    }
}

struct TransfersDecline: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "decline", abstract: "Decline a transfer, for any of the sides.",
        discussion: """
            EXAMPLE
              berth transfers decline t-4hzk --reason "not needed"
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var transfer: TransferAnswerOptions

    func run() async throws {
        let request = TransferReplyRequest(accept: false, reason: transfer.reason)
        try await connection.run(output) { client in
            try output.print(try await client.respond(toTransfer: transfer.id, request)) { TransferDetail($0).print() }
        }
    }
}

struct TransfersWithdraw: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "withdraw", abstract: "Take back, as its holder, what is offered.",
        discussion: """
            EXAMPLE
              berth transfers withdraw t-4hzk --reason "kept"
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var transfer: TransferAnswerOptions

    func run() async throws {
        try await connection.run(output) { client in
            let answer = try await client.withdrawTransfer(transfer.id, reason: transfer.reason)
            try output.print(answer) { TransferDetail($0).print() }
        }
    }
}
