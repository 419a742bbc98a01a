// berth context use

import ArgumentParser

struct ContextUse: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "use",
        abstract: "Make a context the current one, or none.",
        discussion: """
            EXAMPLE
              berth context use lab
              berth context use --none
            """)

    @Argument(help: "The context's name.", completion: .custom(LiveNames.contexts))
    var name: String?

    @Flag(help: "No context is the current one.")
    var none = false

    func validate() throws {
        if (name == nil) == !none { throw ValidationError("Name a context, or give --none.") }
    }

    func run() async throws {
        try await reportingFailures {
            var file = try ContextFile.read()
            if let name { _ = try file.context(name) }
            file.current = name
            try file.write()
            Terminal.standardError.write(name.map { "the current context is \($0)" } ?? "no context is the current one")
        }
    }
}
