// berth budgets list

import ArgumentParser
import ControlAPI
import ControlClient

struct BudgetsList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List budget domains, parents before children.",
        discussion: """
            RATING is what a domain is built for, LIMIT what it may carry now, COMMITTED what is promised, OBSERVED what \
            readings say is drawn (with the percentage of nodes that they cover; ~ where the catalogue fills gaps). FREE is \
            the limit less committed, UNUSED the limit less observed. OVERSOLD is the draw of everything below at \
            nameplate, divided by the limit.

            EXAMPLE
              berth budgets list --kind cooling
              berth budgets list --kind power --depth 2
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "Only budgets of this kind.")
    var kind: BudgetKind?

    @Option(help: ArgumentHelp("Only this many levels from the roots.", valueName: "levels"))
    var depth: Int?

    func validate() throws {
        if let depth, depth < 1 { throw ValidationError("--depth is 1 or more") }
    }

    func run() async throws {
        try await connection.run(output) { client in
            let list = try await client.budgets(kind: kind, depth: depth)
            try output.print(list) {
                table($0.budgets).print()
                printFailures($0.budgets.flatMap { $0.failures ?? [] })
            }
        }
    }

    private func table(_ budgets: [BudgetAnswer]) -> Table {
        var table = Table(
            .word("BUDGET"), .word("KIND").optional, .text("PARENT").optional, .word("AT").optional,
            .number("RATING").optional, .number("LIMIT"), .number("COMMITTED"), .number("FREE"), .number("OBSERVED"),
            .number("UNUSED").optional, .number("OVERSOLD").optional)
        for budget in budgets {
            let isTight = budget.headroomWatts * 20 < budget.limitWatts
            let unused = budget.observedHeadroomWatts
            let isHot = unused.map { $0 * 20 < budget.limitWatts } ?? false
            table.add(
                .init(budget.name), .init(budget.kind.rawValue), .init(budget.parent ?? "-"),
                .init(budget.measuredAt.rawValue), .init(power(budget.ratingWatts)), .init(power(budget.limitWatts)),
                .init(power(budget.committedWatts)), .init(power(budget.headroomWatts), isTight ? .attention : .plain),
                .init(observed(budget)), .init(unused.map(power) ?? "-", isHot ? .bad : .plain),
                .init(scaled(budget.provision.nameplatePermille, by: 1_000, decimals: 2)))
        }
        return table
    }

    /// Watts, marked where a part is estimated, and the share of nodes where it is not all.
    private func observed(_ budget: BudgetAnswer) -> String {
        guard let watts = budget.observedWatts else { return "-" }
        let text = (budget.observedBasis == .partlyEstimated ? "~" : "") + power(watts)
        guard let share = budget.observedShare, share.hundredths < 10_000 else { return text }
        return text + " (\(share) %)"
    }
}
