// Which daemon a command speaks to.

import ArgumentParser
import Foundation

/// The options that every command has.
struct ConnectionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The daemon's Unix socket.", valueName: "path"), completion: .file())
    var socket: String?

    @Option(help: ArgumentHelp("The daemon over TCP, as https://host:7411.", valueName: "url"))
    var url: String?

    @Option(
        help: ArgumentHelp("A daemon by its name in berth context.", valueName: "name"),
        completion: .custom(LiveNames.contexts))
    var context: String?

    @OptionGroup var credentialOptions: CredentialOptions

    func validate() throws {
        if [socket, url, context].count(where: { $0 != nil }) > 1 {
            throw ValidationError("--socket, --url and --context each name a daemon; give one of them.")
        }
    }

    /// The daemon to speak to.
    ///
    /// - Throws: ``CommandFailure`` when a context is named that there is not, or its file cannot be read.
    func daemon() throws -> Daemon {
        try Daemon(
            socketOption: socket, urlOption: url, contextOption: context,
            environment: ProcessInfo.processInfo.environment, contexts: ContextFile.read)
    }

    /// The options as they were given, for commands to be copied.
    var words: [String] {
        [("--socket", socket), ("--url", url), ("--context", context)]
            .flatMap { name, value in value.map { [name, $0] } ?? [] } + credentialOptions.words
    }
}
