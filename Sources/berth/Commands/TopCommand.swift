// berth top

import ArgumentParser
import ControlAPI
import ControlClient
import Foundation

struct TopCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "top",
        abstract: "Watch the fleet on a full screen: domains, leases, power, events.",
        discussion: """
            On a terminal it follows the daemon until q; ? tells the other keys. A tenant sees its own leases, notices and \
            events. In a pipe, on a terminal that cannot place its cursor (TERM=dumb) and with --once it prints one page. It \
            is without colour where NO_COLOR is set, and draws with ASCII where the locale is not of UTF-8.

            EXAMPLE
              berth top
              berth top --tenant google
              ssh -t operator@head berth top
              berth top --once | less
            """)

    @OptionGroup var connection: ConnectionOptions

    @Option(help: "What this tenant sees, rather than the fleet.", completion: .custom(LiveNames.tenants))
    var tenant: String?

    @Option(help: ArgumentHelp("Seconds from one answer to the next question, 1 or more.", valueName: "seconds"))
    var interval = 1

    @Flag(help: "Print one page and end.")
    var once = false

    @Flag(help: "Draw with ASCII alone.")
    var ascii = false

    func validate() throws {
        guard interval >= 1 else { throw ValidationError("--interval is 1 or more.") }
    }

    func run() async throws {
        var ending: Int32 = 0
        try await connection.run { client in
            let reader = try await TopReader.suitable(client, tenant: tenant)
            let first = try await reader.read(TopReader.Memory(), mayWait: false)
            let glyphs = ascii ? Glyphs.ascii : Glyphs.suitable()
            guard mayTakeScreen else { return printPage(first.0, glyphs) }
            var screen = TopScreen(
                reader, first, interval: interval, glyphs: glyphs, inColour: Terminal.standardOutput.usesColour)
            ending = await screen.run()
        }
        // Whoever sent a signal sees that it was what ended the process.
        if ending != 0 { ScreenEvents.die(of: ending) }
    }

    private var mayTakeScreen: Bool {
        !once && Terminal.standardOutput.isInteractive && isatty(STDIN_FILENO) == 1
            && ProcessInfo.processInfo.environment["TERM"] != "dumb"
    }

    private func printPage(_ snapshot: TopSnapshot, _ glyphs: Glyphs) {
        let terminal = Terminal.standardOutput
        let named = ProcessInfo.processInfo.environment["COLUMNS"].flatMap { Int($0) }
        let columns = terminal.columnCount ?? named ?? 100
        let state = TopState(for: snapshot.subject)
        let frame = TopFrame(snapshot: snapshot, state: state, glyphs: glyphs, isPage: true)
        for line in frame.page(columns: max(20, columns)) {
            terminal.write(terminal.usesColour ? line.rendered(inColour: true) : line.plain)
        }
    }
}
