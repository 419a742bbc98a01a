// berth fault list

import ArgumentParser
import ControlAPI
import ControlClient

struct FaultList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List fault reports, oldest first.",
        discussion: """
            Operators and auditors see all of them; a tenant names itself.

            EXAMPLE
              berth fault list --state open
              berth fault list --tenant acme --all
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var pages: PageOptions

    @Option(help: "Only this tenant's.", completion: .custom(LiveNames.tenants))
    var tenant: String?

    @Option(help: "Only those that are open, accepted, rejected or resolved.")
    var state: FaultState?

    func run() async throws {
        try await connection.run(output) { client in
            let faults = try await pages.collect { page in
                let list: FaultReportList
                if let tenant {
                    list = try await client.faults(ofTenant: tenant, state: state, page: page)
                } else {
                    list = try await client.faults(state: state, page: page)
                }
                return (list.faults, list.cursor)
            }
            try output.print(FaultReportList(faults: faults)) { table($0.faults).print() }
        }
    }

    private func table(_ faults: [FaultReportAnswer]) -> Table {
        var table = Table(
            .word("FAULT"), .word("STATE"), .text("TENANT"), .text("HARDWARE"), .text("ERROR"), .word("ACT"),
            .word("AT"), .text("REMARK"))
        for fault in faults {
            table.add(
                .init(fault.id), .init(fault.state.rawValue, fault.state.style), .init(fault.tenant ?? "-"),
                .init(fault.subject), .init(fault.error), .init(fault.act.rawValue), .init(fault.at.short),
                .init(fault.remark))
        }
        return table
    }
}
