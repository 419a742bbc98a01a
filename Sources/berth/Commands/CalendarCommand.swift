// berth calendar

import ArgumentParser
import ControlAPI
import ControlClient
import Foundation

struct CalendarCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "calendar",
        abstract: "Draw leases, ramps, maintenance, load targets and notices over time.",
        discussion: """
            A full line is held now, a broken one is to come; a cross is a step to another amount, with the GPUs written \
            into each stretch that has room; ! is a notice's deadline; arrows go on beyond an edge. Below are the GPUs \
            of each site that are in no lease, from none to the most in this time, and the fewest. Load targets are \
            shown whatever --within says, and tenants see their own leases and notices alone.

            EXAMPLE
              berth calendar
              berth calendar --for 7d --within memphis-2/h8
              berth calendar --start 2027-01-01 --for 365d --tenant google
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var pages: PageOptions

    @Option(help: ArgumentHelp("Where it begins. Default: now.", valueName: "time"))
    var start: Timestamp?

    @Option(name: .customLong("for"), help: ArgumentHelp("How much of time it shows.", valueName: "duration"))
    var length = WireDuration(seconds: 90 * 86_400)

    @Option(help: "Only this tenant's leases.", completion: .custom(LiveNames.tenants))
    var tenant: String?

    @Option(
        help: ArgumentHelp("Only what lies in this domain.", valueName: "path"), completion: .custom(LiveNames.domains))
    var within: String?

    @Flag(help: "Draw with ASCII alone.")
    var ascii = false

    func validate() throws {
        guard length.seconds > 0 else { throw ValidationError("--for is at least 1s.") }
        let start = start ?? .now
        guard length.seconds <= Timestamp.epochSecondsRange.upperBound - start.epochSeconds else {
            throw ValidationError("--for goes beyond the year 9999.")
        }
    }

    func run() async throws {
        try await connection.run(output) { client in
            let start = start ?? .now
            let end = Timestamp(epochSeconds: start.epochSeconds + length.seconds)
            let scope = CalendarScope(start: start, end: end, tenant: tenant, within: within)
            try output.print(try await CalendarAnswer.read(scope, pages: pages, client)) { draw($0) }
        }
    }

    private func draw(_ answer: CalendarAnswer) {
        let terminal = Terminal.standardOutput
        let named = ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) }
        let chart = CalendarChart(answer: answer, glyphs: ascii ? Glyphs.ascii : Glyphs.suitable())
        for line in chart.lines(columnCount: max(40, terminal.columnCount ?? named ?? 100)) {
            terminal.write(terminal.usesColour ? line.rendered(inColour: true) : line.plain)
        }
    }
}
