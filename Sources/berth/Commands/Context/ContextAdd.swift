// berth context add

import ArgumentParser
import ControlAPI

struct ContextAdd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Name a daemon.",
        discussion: """
            The first context added becomes the current one. A relative path is kept as seen from the root.

            EXAMPLE
              berth context add lab --socket /run/berth/control.sock
              berth context add lab --socket /run/berth/lab.sock --replace
            """)

    @Argument(help: "The name: letters, digits, -, _ and dots.")
    var name: String

    @Option(help: ArgumentHelp("The daemon's Unix socket.", valueName: "path"), completion: .file())
    var socket: String

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
        if socket.isEmpty { throw ValidationError("--socket names no path.") }
    }

    func run() async throws {
        try await reportingFailures {
            var file = try ContextFile.read()
            if file.contexts[name] != nil, !replace {
                throw CommandFailure(
                    status: .usage, message: "There is a context \"\(name)\" already.",
                    advice: "See: berth context show \(name). To put another in its place: --replace")
            }
            file.contexts[name] = DaemonContext(socket: Daemon.absolute(socket))
            if use || file.current == nil { file.current = name }
            try file.write()
            let isCurrent = file.current == name
            Terminal.standardError.write("context \(name) added" + (isCurrent ? ", and it is the current one" : ""))
        }
    }
}
