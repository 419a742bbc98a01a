// berth budgets timeline

import ArgumentParser
import ControlAPI
import ControlClient

struct BudgetsTimeline: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "timeline",
        abstract: "Show one budget domain over time: its limit and what is committed.",
        discussion: """
            EXAMPLE
              berth budgets timeline memphis-1-meter --start 2026-12-01 --end 2027-01-01
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The budget domain.", completion: .custom(LiveNames.budgets))
    var name: String

    @Option(help: ArgumentHelp("From when, as 2026-12-01 or 2026-12-01T12:00:00Z.", valueName: "time"))
    var start: Timestamp?

    @Option(help: ArgumentHelp("Until when.", valueName: "time"))
    var end: Timestamp?

    func run() async throws {
        try await connection.run(output) { client in
            let timeline = try await client.budgetTimeline(name, start: start, end: end)
            try output.print(timeline) { table($0).print() }
        }
    }

    /// A row for each moment at which either function steps.
    private func table(_ timeline: BudgetTimeline) -> Table {
        var table = Table(.text("FROM"), .number("LIMIT"), .number("COMMITTED"), .number("HEADROOM"))
        let moments = Set((timeline.limit + timeline.committed).map(\.at)).sorted()
        for moment in moments {
            let limit = timeline.limit.last { $0.at <= moment }?.watts
            let committed = timeline.committed.last { $0.at <= moment }?.watts ?? 0
            table.add(
                .init("\(moment)"), .init(limit.map(power) ?? "-"), .init(power(committed)),
                .init(limit.map { power($0 - committed) } ?? "-"))
        }
        return table
    }
}
