// berth context add

import ArgumentParser
import ControlAPI
import Foundation

struct ContextAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Name a daemon.",
        discussion: """
            The first context added becomes the current one. A relative path is kept as seen from the root. \
            Of tokens and keys only the names of their files are kept.

            EXAMPLE
              berth context add lab --socket /run/berth/control.sock
              berth context add lab --socket /run/berth/lab.sock --replace
              berth context add memphis --url https://berth.example:7411 \\
                --ca-file ca.pem --token-file ~/.config/berth/memphis.token
            """)

    @Argument(help: "The name: letters, digits, -, _ and dots.")
    var name: String

    @Option(help: ArgumentHelp("The daemon's Unix socket.", valueName: "path"), completion: .file())
    var socket: String?

    @Option(help: ArgumentHelp("The daemon over TCP, as https://host:7411.", valueName: "url"))
    var url: String?

    @OptionGroup var credentials: CredentialOptions

    @Flag(help: "In place of a context of that name.")
    var replace = false

    @Flag(help: "Make it the current one.")
    var use = false

    func validate() throws {
        if !ResourceName.isValid(name) {
            throw ValidationError(
                "\"\(name)\" is no name: 1 to \(WireLimits.nameBytesMax) letters, digits, -, _ and dots, none of "
                    + "the last three first."
            )
        }
        if (socket == nil) == (url == nil) { throw ValidationError("Give --socket PATH or --url URL.") }
        if socket?.isEmpty == true { throw ValidationError("--socket names no path.") }
        if let url {
            let parts = URLComponents(string: url)
            guard let parts, ["https", "http"].contains(parts.scheme), parts.host?.isEmpty == false,
                parts.user == nil, parts.password == nil, ["", "/"].contains(parts.path), parts.query == nil
            else { throw ValidationError("--url is like https://host:7411, without a name, a password or a path.") }
        }
    }

    private var context: DaemonContext {
        if let url { return DaemonContext(url: url, files: credentials.files) }
        var context = DaemonContext(socket: Daemon.absolute(socket ?? ""))
        context.files = credentials.files
        return context
    }

    func run() async throws {
        try await reportingFailures {
            var file = try ContextFile.read()
            if file.contexts[name] != nil, !replace {
                throw CommandFailure(
                    status: .usage, message: "There is a context \"\(name)\" already.",
                    advice: "See: berth context show \(name). To put another in its place: --replace")
            }
            file.contexts[name] = context
            if use || file.current == nil { file.current = name }
            try file.write()
            let isCurrent = file.current == name
            Terminal.standardError.write("context \(name) added" + (isCurrent ? ", and it is the current one" : ""))
        }
    }
}
