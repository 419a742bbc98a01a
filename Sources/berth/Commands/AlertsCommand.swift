// berth alerts

import ArgumentParser
import ControlAPI
import ControlClient

struct AlertsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alerts",
        abstract: "Show budget domains whose observed draw is near their limits.",
        discussion: """
            EXAMPLE
              berth alerts
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await connection.run(output) { client in
            try output.print(try await client.alerts()) { list in
                guard !list.alerts.isEmpty else {
                    return Terminal.standardOutput.write("No budget domain is near its limit.")
                }
                Self.table(list.alerts).print()
            }
        }
    }

    static func table(_ alerts: [DrawAlertAnswer]) -> Table {
        var table = Table(
            .word("BUDGET"), .word("ALERT"), .number("OBSERVED"), .number("LIMIT"), .number("USED"), .number("PEAK"),
            .text("SINCE"), .text("LAST READING").optional)
        for alert in alerts {
            table.add(
                .init(alert.budget), .init(alert.kind.rawValue, alert.kind == .overLimit ? .bad : .attention),
                .init(power(alert.observedWatts)), .init(power(alert.limitWatts)),
                .init(share(alert.observedWatts, of: alert.limitWatts)), .init(power(alert.peakWatts)),
                .init(alert.since.short), .init(alert.observedAt.description))
        }
        return table
    }
}
