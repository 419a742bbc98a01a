// berth maintenance set

import ArgumentParser
import ControlAPI
import ControlClient

struct MaintenanceSet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "set",
        abstract: "State a maintenance, whether or not it is there.",
        discussion: """
            The whole of it is stated: windows that it had before and that are left out are taken off. It is refused where \
            a lease holds one of the nodes, with the leases and the first time without any.

            EXAMPLE
              berth maintenance set firmware --nodes memphis-1/h1/b003 \\
                --start 2027-01-10T06:00:00Z --duration 4h --reason "BMC firmware"
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The maintenance.", completion: .custom(LiveNames.maintenance))
    var name: String

    @Option(
        help: ArgumentHelp(
            "Its nodes: paths or names, as memphis-1/h1/b003 or memphis-1-h1-b003-r1-n[1-8].", valueName: "hostlist"),
        completion: .custom(LiveNames.nodes))
    var nodes: String

    @Option(
        help: ArgumentHelp(
            "When it begins, as 2026-12-01T12:00:00Z; with --every in local time, as 2026-12-01T20:00. Default: now.",
            valueName: "time"))
    var start: StartTime?

    @Option(help: ArgumentHelp("How long each window lasts, as 4h.", valueName: "duration"))
    var duration: WireDuration

    @OptionGroup var recurrence: RecurrenceOptions

    @Option(help: "Why; nodes show it during a window.")
    var reason: String

    func validate() throws { try recurrence.check(start: start, duration: duration) }

    func run() async throws {
        try await connection.run(output) { client in
            let recurring = recurrence.request(start: start, duration: duration)
            let specification = MaintenanceSpecification(
                nodes: nodes, start: recurring == nil ? start?.timestamp : nil,
                duration: recurring == nil ? duration : nil, recurrence: recurring, reason: reason)
            try output.print(try await client.setMaintenance(name, to: specification)) { item in
                maintenanceTable([item]).print()
                guard let end = item.bookedUntil else { return }
                Terminal.standardOutput.write("The rule has no end; it is booked until \(end).")
            }
        }
    }
}
