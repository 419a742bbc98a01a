// berth contract explain

import ArgumentParser
import ControlAPI
import ControlClient

struct ContractExplain: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say in plain words what each clause of a contract allows, and what none does.",
        discussion: """
            EXAMPLE
              berth contract explain google-110k
              berth contract explain google-110k --version 1
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The contract.", completion: .custom(LiveNames.contracts))
    var name: String

    @Option(help: "An earlier version; the newest where it is left out.")
    var version: Int?

    func run() async throws {
        try await connection.run(output, seeking: SoughtName(.contract, name)) { client in
            try output.print(try await client.contractExplanation(name, version: version)) { answer in
                let terminal = Terminal.standardOutput
                terminal.write("\(answer.name), version \(answer.version)")
                let width = answer.clauses.map(\.clause.count).max() ?? 0
                for clause in answer.clauses {
                    let indent = width + 4
                    let room = terminal.columnCount.map { max(30, $0 - indent) } ?? .max
                    for (place, line) in clause.text.folded(to: room).enumerated() {
                        let title = place == 0 ? clause.clause : ""
                        terminal.write("  " + title + String(repeating: " ", count: width + 2 - title.count) + line)
                    }
                }
            }
        }
    }
}

extension String {
    /// Lines of at most `columnCount` columns, broken between words.
    fileprivate func folded(to columnCount: Int) -> [String] {
        var lines: [String] = []
        for word in split(separator: " ") {
            if let last = lines.last, last.count + 1 + word.count <= columnCount {
                lines[lines.count - 1] = last + " " + word
            } else {
                lines.append(String(word))
            }
        }
        return lines
    }
}
