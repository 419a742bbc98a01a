// berth simulate

import ArgumentParser

struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Measure placement policies on traces, without a daemon.",
        discussion: """
            EXAMPLE
              berth simulate shares --nodes nodes.csv --tasks tasks-default.csv \\
                --policy fgd --policy berth
            """,
        subcommands: [SimulateShares.self, SimulateSlices.self, SimulateGangs.self])
}
