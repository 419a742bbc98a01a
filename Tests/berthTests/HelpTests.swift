// Help texts: examples that a shell takes as they stand.

import ArgumentParser
import Testing

@testable import berth

@Suite("Help")
struct HelpTests {
    /// A command and all below it.
    private func tree(_ command: any ParsableCommand.Type) -> [any ParsableCommand.Type] {
        [command] + command.configuration.subcommands.flatMap(tree)
    }

    @Test("examples fit into 80 columns, so that no terminal wraps them without a backslash")
    func examples() {
        let commands = tree(Berth.self)
        #expect(commands.count > 60)
        for command in commands {
            for line in command.configuration.discussion.split(separator: "\n") where line.contains(/^ +(berth|--)/) {
                #expect(line.count <= 80, "\(command): \(line)")
            }
        }
    }
}
