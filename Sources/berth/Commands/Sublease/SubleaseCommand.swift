// berth sublease

import ArgumentParser
import ControlAPI
import ControlClient

struct SubleaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sublease",
        abstract: "Let another tenant use a lease, or a share of it, and keep the lease.",
        discussion: """
            The lease stays its holder's, with all that it is bound to and all that is due for it. The other tenant sees \
            what it uses in its poll and here, and may give it back at any time; the holder may end it before its end \
            only after the notice that was agreed. Both have to agree, and the provider where the contract asks for it.

            EXAMPLE
              berth sublease offer l-7kq2 --to bob --until +90d \\
                --price 1.50 --notice 7d --reason "idle until May"
              berth sublease accept s-4hzk --label ours --reason "agreed"
              berth sublease allocation s-4hzk --format hostlist
              berth sublease end s-4hzk --reason "done"
            """,
        subcommands: [
            SubleaseListCommand.self, SubleaseShow.self, SubleaseOffer.self, SubleaseAccept.self, SubleaseDecline.self,
            SubleaseEnd.self, SubleaseAllocation.self,
        ],
        defaultSubcommand: SubleaseListCommand.self)
}

struct SubleaseListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List what is offered, used and let.",
        discussion: """
            EXAMPLE
              berth sublease
              berth sublease list --state over -o json
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "Only those: offered, active or over. Default: all that are not over.")
    var state: SubleaseState?

    func run() async throws {
        try await connection.run(output) { client in
            var (all, cursor): ([SubleaseAnswer], String?) = ([], nil)
            repeat {
                let page = try await client.subleases(state: state, cursor: cursor)
                all += page.subleases
                cursor = page.cursor
            } while cursor != nil
            try output.print(SubleaseList(subleases: all)) { list in
                var table = Table(
                    .word("SUB-LEASE"), .word("FROM"), .word("TO"), .text("STATE"), .number("GPUS"),
                    .number("USD/GPU-H"), .text("END"), .text("REASON"))
                for sublease in list.subleases {
                    table.add(
                        .init(sublease.id), .init(sublease.from), .init(sublease.to),
                        .init(SubleaseDetail(sublease).stands),
                        .init(counted((sublease.used?.promised ?? sublease.promised).gpus)),
                        .init(sublease.pricePerGpuHour?.text ?? "-"), .init(sublease.end.short),
                        .init(sublease.reason))
                }
                table.print()
            }
        }
    }
}

struct SubleaseShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one sub-lease, and what is used under it.",
        discussion: """
            EXAMPLE
              berth sublease show s-4hzk
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The sub-lease.")
    var id: String

    func run() async throws {
        try await connection.run(output) { client in
            try output.print(try await client.sublease(id)) { SubleaseDetail($0).print() }
        }
    }
}

struct SubleaseAllocation: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "allocation", abstract: "Print every node that is used, for whoever provisions it.",
        discussion: """
            The daemon's bytes go to standard output as they come.

            EXAMPLE
              berth sublease allocation s-4hzk --format hostlist
            """)

    @OptionGroup var connection: ConnectionOptions

    @Argument(help: "The sub-lease.")
    var id: String

    @Option(help: "How to write it.")
    var format: AllocationFormat = .json

    func run() async throws {
        try await connection.run { client in
            try await client.allocationBytes(ofSublease: id, format: format) { bytes in
                Terminal.standardOutput.write(bytes: bytes)
            }
            if format == .json { Terminal.standardOutput.write("") }
        }
    }
}
