// berth context remove

import ArgumentParser

struct ContextRemove: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "remove",
        abstract: "Forget a daemon's name. The daemon goes on.",
        discussion: """
            EXAMPLE
              berth context remove lab
            """)

    @OptionGroup var reference: ContextReference

    func run() async throws {
        try await reportingFailures {
            var file = try ContextFile.read()
            _ = try file.context(reference.name)
            file.contexts[reference.name] = nil
            if file.current == reference.name { file.current = nil }
            try file.write()
            Terminal.standardError.write("context \(reference.name) removed")
        }
    }
}
