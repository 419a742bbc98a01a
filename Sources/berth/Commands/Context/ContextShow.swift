// berth context show

import ArgumentParser

struct ContextShow: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show",
        abstract: "Show a context, or the daemon that commands speak to and what chose it.",
        discussion: """
            EXAMPLE
              berth context show
              berth context show lab -o yaml
            """)

    @OptionGroup var connection: ConnectionOptions
    @OptionGroup var output: OutputOptions

    @Argument(help: "The context's name. Default: whatever commands speak to.", completion: .custom(LiveNames.contexts))
    var name: String?

    private struct Chosen: Encodable {
        var socket: String
        var context: String?
        var chosenBy: String
    }

    func run() async throws {
        try await reportingFailures {
            if let name {
                return try output.print(try ContextFile.read().context(name)) { context in
                    Terminal.standardOutput.write("context \(name)")
                    Terminal.standardOutput.write("  socket  \(context.socket)")
                }
            }
            let daemon = try connection.daemon()
            var context: String?
            if case .context(let name, _) = daemon.choice { context = name }
            let chosen = Chosen(socket: daemon.socketPath, context: context, chosenBy: daemon.choice.words)
            try output.print(chosen) { chosen in
                if let context = chosen.context { Terminal.standardOutput.write("context \(context)") }
                Terminal.standardOutput.write("  socket     \(chosen.socket)")
                Terminal.standardOutput.write("  chosen by  \(chosen.chosenBy)")
            }
        }
    }
}

extension Daemon.Choice {
    /// What has chosen the daemon, in few words.
    var words: String {
        switch self {
        case .option: "--socket"
        case .environment(let variable): variable
        case .context(_, isCurrent: false): "--context or BERTH_CONTEXT"
        case .context(_, isCurrent: true): "the current context"
        case .usual: "default"
        }
    }
}
