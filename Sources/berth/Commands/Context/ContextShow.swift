// berth context show

import ArgumentParser
import ControlClient
import Foundation

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
        var socket: String?
        var url: String?
        var context: String?
        var chosenBy: String
    }

    /// A context that was named, with what it brings along.
    private struct Named: Encodable {
        var socket: String?
        var url: String?
        var tokenFile: String?
        var caFile: String?
        var certificate: String?
        var key: String?
        var context: String
        var chosenBy = "its name"

        init(_ name: String, _ context: DaemonContext) {
            (socket, url) = (context.socket, context.url)
            (tokenFile, caFile) = (context.files.token, context.files.authorities)
            (certificate, key) = (context.files.certificate, context.files.key)
            self.context = name
        }
    }

    func run() async throws {
        try await reportingFailures {
            if let name {
                let context = try ContextFile.read().context(name)
                return try output.print(Named(name, context)) { _ in
                    Terminal.standardOutput.write("context \(name)")
                    Terminal.standardOutput.write("  daemon       \(context.address)")
                    for (label, path) in context.files.named {
                        Terminal.standardOutput.write(
                            "  \(label.padding(toLength: 11, withPad: " ", startingAt: 0))  \(path)")
                    }
                }
            }
            let daemon = try connection.daemon()
            var context: String?
            if case .context(let name, _) = daemon.choice { context = name }
            var chosen = Chosen(context: context, chosenBy: daemon.choice.words)
            switch daemon.address {
            case .unixSocket(let path): chosen.socket = path
            case .url(let url): chosen.url = url
            }
            try output.print(chosen) { chosen in
                if let context = chosen.context { Terminal.standardOutput.write("context \(context)") }
                Terminal.standardOutput.write("  daemon     \(daemon.address)")
                Terminal.standardOutput.write("  chosen by  \(chosen.chosenBy)")
            }
        }
    }
}

extension CredentialFiles {
    /// Those that there are, as `berth context show` labels them.
    fileprivate var named: [(String, String)] {
        [("token file", token), ("CA file", authorities), ("certificate", certificate), ("key", key)]
            .compactMap { label, path in path.map { (label, $0) } }
    }
}

extension Daemon.Choice {
    /// What has chosen the daemon, in few words.
    var words: String {
        switch self {
        case .option: "--socket or --url"
        case .environment(let variable): variable
        case .context(_, isCurrent: false): "--context or BERTH_CONTEXT"
        case .context(_, isCurrent: true): "the current context"
        case .usual: "default"
        }
    }
}
