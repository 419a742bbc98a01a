// Where the daemon is, and by what it was named.

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

    /// The absolute path of its socket.
    let socketPath: String
    let choice: Choice

    /// Chooses a daemon; the file of contexts is read only where it counts.
    init(
        socketOption: String?, contextOption: String?, environment: [String: String],
        contexts: () throws -> ContextFile
    ) throws {
        func named(_ variable: String) -> String? { environment[variable].flatMap { $0.isEmpty ? nil : $0 } }
        if let socketOption {
            self.init(socketOption, .option)
        } else if let contextOption {
            self.init(try contexts().context(contextOption).socket, .context(contextOption, isCurrent: false))
        } else if let socket = named("BERTH_SOCKET") {
            self.init(socket, .environment("BERTH_SOCKET"))
        } else if let name = named("BERTH_CONTEXT") {
            self.init(try contexts().context(name).socket, .context(name, isCurrent: false))
        } else {
            let file = try contexts()
            if let name = file.current {
                self.init(try file.context(name).socket, .context(name, isCurrent: true))
            } else {
                self.init(Self.usual, .usual)
            }
        }
    }

    private init(_ socket: String, _ choice: Choice) {
        socketPath = Self.absolute(socket)
        self.choice = choice
    }

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
        case .option: "It is the socket that --socket names."
        case .environment(let variable):
            "It is the socket that \(variable) names; --socket PATH or --context NAME names another."
        case .context(let name, false): "It is the socket of the context \(name). See: berth context show \(name)"
        case .context(let name, true):
            "It is the socket of the current context, \(name). Another one: berth context use NAME, or --socket PATH."
        case .usual: "Another daemon is named with --socket PATH, BERTH_SOCKET or berth context."
        }
    }
}
