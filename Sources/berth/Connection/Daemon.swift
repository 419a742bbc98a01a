// Where the daemon is, and by what it was named.

import ControlClient
import Foundation

/// A daemon and what chose it: an option, else the environment, else the current context, else the usual socket.
struct Daemon: Equatable {
    /// What named it.
    enum Choice: Equatable {
        case option
        case environment(String)
        /// By which context, and whether that was only the current one.
        case context(String, isCurrent: Bool)
        case usual
    }

    let address: ServerAddress
    let choice: Choice
    /// What its context brings along.
    let files: CredentialFiles

    /// Chooses a daemon; the file of contexts is read only where it counts.
    init(
        socketOption: String?, urlOption: String? = nil, contextOption: String?, environment: [String: String],
        contexts: () throws -> ContextFile
    ) throws {
        func named(_ variable: String) -> String? { environment[variable].flatMap { $0.isEmpty ? nil : $0 } }
        if let socketOption {
            self.init(Self.socket(socketOption), .option)
        } else if let urlOption {
            self.init(.url(urlOption), .option)
        } else if let contextOption {
            self.init(try contexts().context(contextOption), .context(contextOption, isCurrent: false))
        } else if let url = named("BERTH_URL") {
            self.init(.url(url), .environment("BERTH_URL"))
        } else if let socket = named("BERTH_SOCKET") {
            self.init(Self.socket(socket), .environment("BERTH_SOCKET"))
        } else if let name = named("BERTH_CONTEXT") {
            self.init(try contexts().context(name), .context(name, isCurrent: false))
        } else {
            let file = try contexts()
            if let name = file.current {
                self.init(try file.context(name), .context(name, isCurrent: true))
            } else {
                self.init(Self.socket(Self.usual), .usual)
            }
        }
    }

    private init(_ address: ServerAddress, _ choice: Choice, _ files: CredentialFiles = CredentialFiles()) {
        self.address = address
        self.choice = choice
        self.files = files
    }

    private init(_ context: DaemonContext, _ choice: Choice) {
        self.init(context.address, choice, context.files)
    }

    private static func socket(_ path: String) -> ServerAddress { .unixSocket(path: absolute(path)) }

    /// The socket of a daemon started by hand in this folder, else that of the machine's.
    private static var usual: String {
        let local = "var/berth.sock"
        return FileManager.default.fileExists(atPath: local) ? local : "/run/berth/control.sock"
    }

    /// A path as seen from the root, without following links.
    static func absolute(_ path: String) -> String {
        URL(fileURLWithPath: path).standardizedFileURL.path
    }
}

extension Daemon.Choice {
    /// What to look at when nobody answers there.
    var advice: String {
        switch self {
        case .option: "It is where --socket or --url points."
        case .environment(let variable):
            "It is where \(variable) points; --socket PATH, --url URL or --context NAME names another."
        case .context(let name, false): "It is where the context \(name) points. See: berth context show \(name)"
        case .context(let name, true):
            "It is where the current context, \(name), points. Another one: berth context use NAME, or --socket PATH."
        case .usual: "Another daemon is named with --socket PATH, BERTH_SOCKET or berth context."
        }
    }
}
