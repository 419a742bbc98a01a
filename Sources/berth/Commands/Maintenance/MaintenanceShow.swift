// berth maintenance show

import ArgumentParser
import ControlAPI
import ControlClient

struct MaintenanceShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show one maintenance with all of its windows.",
        discussion: """
            EXAMPLE
              berth maintenance show pumps
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The maintenance.", completion: .custom(LiveNames.maintenance))
    var name: String

    func run() async throws {
        try await connection.run(output, seeking: SoughtName(.maintenance, name)) { client in
            try output.print(try await client.maintenance(name)) { item in
                let terminal = Terminal.standardOutput
                terminal.write("\(item.name): \(item.reason) (\(item.by), \(item.setAt))")
                terminal.write("\(counted(item.nodeCount, "node")): \(item.nodes.joined(separator: " "))")
                if let rule = item.rule { terminal.write("by \(rule) in \(item.timeZone ?? "UTC")") }
                var table = Table(.word("START"), .word("END"))
                for window in item.windows { table.add(.init("\(window.start)"), .init("\(window.end)")) }
                table.print()
            }
        }
    }
}
