// berth budgets provision

import ArgumentParser
import ControlAPI
import ControlClient

struct BudgetsProvision: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "provision",
        abstract: "Show nameplate beside what is provisioned, and the risk of oversubscription.",
        discussion: """
            NAMEPLATE is every node at its highest cap; RATIO is nameplate over the limit, which caps keep. FACTOR is what \
            the fleet file allows over the derated rating, and FULL what happens if everything then draws what may be \
            committed: how far it is over the derated rating, and for how long at least a breaker carries it, by recalled \
            figures.

            EXAMPLE
              berth budgets provision --kind power
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "Only budgets of this kind.")
    var kind: BudgetKind?

    func run() async throws {
        try await connection.run(output) { client in
            try output.print(try await client.budgets(kind: kind)) { table($0.budgets).print() }
        }
    }

    private func table(_ budgets: [BudgetAnswer]) -> Table {
        var table = Table(
            .word("BUDGET"), .number("NAMEPLATE"), .number("LIMIT"), .number("RATIO"), .number("DERATED"),
            .number("FACTOR"), .text("NOW"), .text("FULL"))
        for budget in budgets {
            let provision = budget.provision
            table.add(
                .init(budget.name), .init(power(provision.nameplateWatts)), .init(power(provision.provisionedWatts)),
                .init(times(provision.nameplatePermille)), .init(power(provision.deratedWatts)),
                .init(provision.oversubscriptionPermille.map(times) ?? "-"),
                .init(provision.risk?.text ?? "-", provision.risk == nil ? .plain : .attention),
                .init(provision.riskWhenFull?.text ?? "-"))
        }
        return table
    }

    /// Rounded as the column OVERSOLD of the list is.
    private func times(_ permille: Int) -> String { scaled(permille, by: 1_000, decimals: 2) }
}

extension OverloadRisk {
    /// In a few words.
    fileprivate var text: String {
        let over = "\(power(overDeratedWatts)) over derated"
        switch carriedSeconds {
        case nil: return over + ", within the rating"
        case 0: return over + ", trips at once"
        case .some(let seconds): return over + ", carried for \(counted(seconds)) s at least"
        }
    }
}
