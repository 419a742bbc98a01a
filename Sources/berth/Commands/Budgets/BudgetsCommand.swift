// berth budgets

import ArgumentParser

struct BudgetsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "budgets",
        abstract: "Show power and cooling: limits, what is committed, what is drawn, what is left.",
        discussion: """
            Without a subcommand: the list.

            EXAMPLE
              berth budgets --kind power
              berth budgets timeline memphis-1-meter
              berth budgets history memphis-1-meter --step day
            """,
        subcommands: [
            BudgetsList.self, BudgetsTimeline.self, BudgetsHistory.self, BudgetsProvision.self, BudgetsFail.self,
            BudgetsRestore.self,
        ],
        defaultSubcommand: BudgetsList.self)
}
