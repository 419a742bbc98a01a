// berth budgets list

import ArgumentParser
import ControlAPI
import ControlClient

struct BudgetsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List budget domains, parents before children.",
        discussion: """
            EXAMPLE
              berth budgets list --kind cooling
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "Only budgets of this kind.")
    var kind: BudgetKind?

    func run() async throws {
        try await connection.run { client in
            try output.print(try await client.budgets(kind: kind)) { table($0.budgets).print() }
        }
    }

    private func table(_ budgets: [BudgetAnswer]) -> Table {
        var table = Table(
            .word("BUDGET"), .word("KIND").optional, .text("PARENT").optional, .word("AT").optional,
            .number("RATING").optional, .number("LIMIT"), .number("COMMITTED"), .number("OBSERVED").optional,
            .number("HEADROOM"), .number("USED"))
        for budget in budgets {
            let isTight = budget.headroomWatts * 20 < budget.limitWatts
            table.add(
                .init(budget.name), .init(budget.kind.rawValue), .init(budget.parent ?? "-"),
                .init(budget.measuredAt.rawValue), .init(power(budget.ratingWatts)), .init(power(budget.limitWatts)),
                .init(power(budget.committedWatts)), .init(budget.observedWatts.map(power) ?? "-"),
                .init(power(budget.headroomWatts), isTight ? .attention : .plain),
                .init(share(budget.committedWatts, of: budget.limitWatts)))
        }
        return table
    }
}
