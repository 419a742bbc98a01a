// berth budgets history

import ArgumentParser
import ControlAPI
import ControlClient

struct BudgetsHistory: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "history",
        abstract: "Show what a budget domain has drawn, beside what was committed.",
        discussion: """
            A history of up to 60 days is kept of the upper levels. SHARE is the percentage of nodes with readings: \
            OBSERVED is theirs only.

            EXAMPLE
              berth budgets history memphis-1-meter --step day --start 2026-11-01
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The budget domain.", completion: .custom(LiveNames.budgets))
    var name: String

    @Option(help: ArgumentHelp("From when, as 2026-12-01; a day before the end if left out.", valueName: "time"))
    var start: Timestamp?

    @Option(help: ArgumentHelp("Until when; now if left out.", valueName: "time"))
    var end: Timestamp?

    @Option(help: "How long a step is.")
    var step: HistoryInterval = .hour

    func run() async throws {
        try await connection.run(output) { client in
            let history = try await client.budgetHistory(name, start: start, end: end, step: step)
            try output.print(history) { history in
                guard !history.steps.isEmpty else {
                    return Terminal.standardOutput.write("There are no readings of that time.")
                }
                table(history).print()
            }
        }
    }

    private func table(_ history: BudgetHistory) -> Table {
        var table = Table(
            .text("FROM"), .number("OBSERVED"), .number("COMMITTED"), .number("DRAWN"), .number("SHARE"),
            .number("SAMPLES").optional)
        for step in history.steps {
            table.add(
                .init(step.start.short), .init(power(step.observedWatts)), .init(power(step.committedWatts)),
                .init(share(step.observedWatts, of: step.committedWatts)), .init("\(step.observedShare) %"),
                .init(counted(step.samples)))
        }
        return table
    }
}
