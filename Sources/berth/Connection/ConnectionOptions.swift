// Where the daemon is.

import ArgumentParser
import Foundation

/// The option that every command has.
struct ConnectionOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The daemon's Unix socket.", valueName: "path"), completion: .file())
    var socket: String?

    /// The absolute path of the socket to use.
    var socketPath: String {
        let environment = ProcessInfo.processInfo.environment
        let named = socket ?? environment["BERTH_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
        return Self.absolute(named ?? Self.usual)
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
