// What the commands that show a statement have in common.

import ArgumentParser
import ControlAPI
import ControlClient

/// How a statement is printed.
enum StatementFormat: String, ExpressibleByArgument, CaseIterable {
    case table, json, yaml, csv, html
}

struct StatementOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The calendar month (UTC); the one that goes on where it is left out.", valueName: "2026-12")
    )
    var month: String?

    @Option(
        name: .shortAndLong,
        help:
            "How to print the statement; csv has exact figures, html is one page to print. A refusal is JSON or YAML with these."
    )
    var output: StatementFormat = .table

    /// The form of everything but the statement.
    var plain: OutputOptions {
        var options = OutputOptions()
        switch output {
        case .table, .csv, .html: options.output = .table
        case .json: options.output = .json
        case .yaml: options.output = .yaml
        }
        return options
    }

    func print(_ statement: LedgerAnswer) throws {
        let terminal = Terminal.standardOutput
        switch output {
        case .csv: terminal.writeRaw(statementCSV(statement))
        case .html: terminal.writeRaw(statementPage(statement))
        case .table, .json, .yaml: try plain.print(statement, table: printStatement)
        }
    }
}
