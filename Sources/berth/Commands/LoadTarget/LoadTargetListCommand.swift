// berth load-target list

import ArgumentParser
import ControlAPI
import ControlClient

struct LoadTargetListCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List load targets that are scheduled or live.",
        discussion: """
            EXAMPLE
              berth load-target list
              berth load-target list --state over
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Option(help: "Only those in this state.")
    var state: LoadTargetState?

    func run() async throws {
        try await connection.run(output) { client in
            try output.print(try await client.loadTargets(state: state)) { table($0.loadTargets).print() }
        }
    }

    private func table(_ targets: [LoadTargetAnswer]) -> Table {
        var table = Table(
            .word("BUDGET"), .word("ID"), .word("STATE"), .word("KIND").optional, .number("CEILING"),
            .number("COMMITTED"), .number("UNMET"), .text("FROM"), .text("UNTIL"), .number("LEASES").optional,
            .number("OVERDUE").optional)
        for target in targets {
            let unmet = target.unmet.map(\.watts).max() ?? 0
            table.add(
                .init(target.budget), .init(target.id), .init(target.state.rawValue), .init(target.kind.rawValue),
                .init(power(target.watts)), .init(target.committedWatts.map(power) ?? "-"),
                .init(unmet > 0 ? power(unmet) : "-", unmet > 0 ? .attention : .plain), .init(target.start.short),
                .init(target.end?.short ?? "-"), .init(counted(target.leaseCount)),
                .init(counted(target.orders.overdue), target.orders.overdue > 0 ? .attention : .plain))
        }
        return table
    }
}
