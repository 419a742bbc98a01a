// Which daemon a command speaks to.

import ArgumentParser
import Foundation

/// The options that every command has.
struct ConnectionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The daemon's Unix socket.", valueName: "path"), completion: .file())
    var socket: String?

    @Option(
        help: ArgumentHelp("A daemon by its name in berth context.", valueName: "name"),
        completion: .custom(LiveNames.contexts))
    var context: String?

    func validate() throws {
        if socket != nil, context != nil { throw ValidationError("Give --socket or --context, not both.") }
    }

    /// The daemon to speak to.
    ///
    /// - Throws: ``CommandFailure`` when a context is named that there is not, or its file cannot be read.
    func daemon() throws -> Daemon {
        try Daemon(
            socketOption: socket, contextOption: context, environment: ProcessInfo.processInfo.environment,
            contexts: ContextFile.read)
    }

    /// The options as they were given, for commands to be copied.
    var words: [String] {
        (socket.map { ["--socket", $0] } ?? []) + (context.map { ["--context", $0] } ?? [])
    }
}
