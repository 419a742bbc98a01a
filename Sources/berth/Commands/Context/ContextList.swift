// berth context list

import ArgumentParser
import ControlClient

struct ContextList: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the daemons that have names; the current one has a star.",
        discussion: """
            EXAMPLE
              berth context list
            """)

    @OptionGroup var output: OutputOptions

    func run() async throws {
        try await reportingFailures {
            try output.print(try ContextFile.read()) { file in
                guard !file.contexts.isEmpty else {
                    return Terminal.standardError.write("There are none. Add one: berth context add NAME --socket PATH")
                }
                var table = Table(.word(" "), .word("CONTEXT"), .text("DAEMON"))
                for name in file.names {
                    table.add(
                        .init(name == file.current ? "*" : " "), .init(name),
                        .init(file.contexts[name]?.address.description ?? "-"))
                }
                table.print()
            }
        }
    }
}
