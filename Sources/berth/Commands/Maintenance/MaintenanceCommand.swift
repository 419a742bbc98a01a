// berth maintenance

import ArgumentParser
import ControlAPI

struct MaintenanceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "maintenance",
        abstract: "Windows in which nodes are kept free of leases: set, list, show, remove.",
        discussion: """
            Leases are packed around maintenance; it never moves one. Without a subcommand: the list.

            EXAMPLE
              berth maintenance set firmware --nodes memphis-1/h1/b003 \\
                --start 2027-01-10T06:00:00Z --duration 4h --reason "BMC firmware"
              berth maintenance set pumps --nodes 'memphis-1/h[1-2]' \\
                --every 'FREQ=MONTHLY;BYDAY=1SU;COUNT=12' --time-zone America/Chicago \\
                --start 2027-01-03T04:00 --duration 3h --reason "coolant pumps"
            """,
        subcommands: [MaintenanceSet.self, MaintenanceListCommand.self, MaintenanceShow.self, MaintenanceRemove.self],
        defaultSubcommand: MaintenanceListCommand.self)
}

/// Maintenance, a row each, with the window that runs or comes next.
func maintenanceTable(_ items: [MaintenanceAnswer]) -> Table {
    var table = Table(
        .text("MAINTENANCE"), .number("NODES"), .text("WHERE"), .word("STATE"), .word("START"), .word("END"),
        .number("WINDOWS"), .text("REASON"))
    for item in items {
        let more = item.nodes.count > 2 ? " …" : ""
        table.add(
            .init(item.name), .init(counted(item.nodeCount)), .init(item.nodes.prefix(2).joined(separator: " ") + more),
            .init(item.active ? "running" : "ahead", item.active ? .attention : .plain),
            .init(item.windows.first?.start.short ?? "-"), .init(item.windows.first?.end.short ?? "-"),
            .init(counted(item.windows.count)), .init(item.reason))
    }
    return table
}
