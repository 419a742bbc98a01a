// The daemon's command line.

import ArgumentParser
import FleetModel
import Foundation

@main
struct Berthd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "berthd",
        abstract: "Leases the capacity of a GPU fleet over a control socket.",
        discussion: """
            Without --config the settings are those of config/berthd.yaml as it is shipped. Every setting can also come \
            from the environment: BERTHD_STATE_DIRECTORY for state.directory, and so on. Options win over the \
            environment, the environment over the file.

            A book is never made by accident: the first start needs --initialise.

            Examples:
              berthd --check-fleet config/fleets/colossus.yaml
              berthd --fleet config/fleets/small.yaml --state ./var/state \\
                --socket ./var/berth.sock --initialise
              berthd --config /etc/berth/berthd.yaml

            Exit codes: 0 stopped in order; 1 could not start; 64 the command line is wrong; 74 the journal failed in \
            a way that may have lost a write, and a restart recovers from the file.
            """,
        version: BuildInformation.version)

    @Option(help: ArgumentHelp("Settings in YAML.", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("The fleet file; overrides fleet.file.", valueName: "file"))
    var fleet: String?

    @Option(help: ArgumentHelp("The folder of the book; overrides state.directory.", valueName: "dir"))
    var state: String?

    @Option(help: ArgumentHelp("The control socket; overrides socket.path.", valueName: "path"))
    var socket: String?

    @Flag(help: "Make a new book first. Refused where there is one.")
    var initialise = false

    @Option(
        help: ArgumentHelp(
            "Put a backup back first, under a new epoch. Refused where there is a book.", valueName: "file"))
    var restore: String?

    @Option(help: ArgumentHelp("Check a fleet file, print its totals and stop.", valueName: "file"))
    var checkFleet: String?

    func validate() throws {
        if initialise && restore != nil {
            throw ValidationError("--initialise makes a new book and --restore puts an old one back; choose one")
        }
        if checkFleet != nil && (initialise || restore != nil || state != nil || socket != nil) {
            throw ValidationError("--check-fleet only reads a file; give it alone")
        }
    }

    func run() async throws {
        if let checkFleet { return try check(checkFleet) }
        do {
            var settings = try await Settings.read(file: config)
            if let fleet { settings.fleetFile = fleet }
            if let state { settings.stateDirectory = state }
            if let socket { settings.socketPath = socket }
            try await Daemon(settings: settings, initialises: initialise, backup: restore).run()
        } catch let failure as StartFailure {
            complain("\(failure)")
            throw ExitCode(1)
        }
    }

    private func check(_ path: String) throws {
        do {
            let fleet = try FleetFile.load(path: path, catalogue: try Catalogue.builtIn())
            print(FleetReport.text(of: fleet, at: Int64(Date().timeIntervalSince1970)))
        } catch {
            complain("\(error)")
            throw ExitCode(1)
        }
    }

    private func complain(_ text: String) {
        FileHandle.standardError.write(Data("berthd: \(text)\n".utf8))
    }
}

/// What this program is.
enum BuildInformation {
    static let version = "0.1.0"
}

/// Why the daemon did not start, with what to do next.
struct StartFailure: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) {
        self.description = description
    }
}
