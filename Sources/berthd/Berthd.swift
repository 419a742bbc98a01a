// The daemon's command line.

import ArgumentParser
import FleetModel
import Foundation
import Supervision

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

            Exit codes: 0 stopped in order; 1 could not start, and the same start may succeed later; 64 the command line is \
            wrong; 65 the book is missing, damaged, another one or of a newer release, so look at it first; 74 the disk failed, at the start \
            or in a way that may have lost a write, and a restart recovers from the file; 78 a setting, the fleet file, a \
            certificate or a socket that was handed over is wrong.

            Under systemd the control socket and TCP listeners may be handed over (FileDescriptorName= control, tcp or \
            plain), READY, STATUS, RELOADING and WATCHDOG are told, and SIGHUP reloads as `berth reload` does.
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

    @Flag(help: "Make a new book and stop. Refused where there is one.")
    var initialiseOnly = false

    @Option(
        help: ArgumentHelp(
            "Put a backup back first, under a new epoch. Refused where there is a book.", valueName: "file"))
    var restore: String?

    @Option(help: ArgumentHelp("Check a fleet file, print its totals and stop.", valueName: "file"))
    var checkFleet: String?

    func validate() throws {
        if [initialise, initialiseOnly, restore != nil].count(where: { $0 }) > 1 {
            throw ValidationError(
                "--initialise and --initialise-only make a new book and --restore puts an old one back; choose one")
        }
        if checkFleet != nil && (initialise || initialiseOnly || restore != nil || state != nil || socket != nil) {
            throw ValidationError("--check-fleet only reads a file; give it alone")
        }
    }

    func run() async throws {
        if let checkFleet { return try check(checkFleet) }
        do {
            let source = SettingsSource(file: config, fleet: fleet, state: state, socket: socket)
            let daemon = try await Daemon(source: source, initialises: initialise, backup: restore)
            if initialiseOnly { return try daemon.initialise() }
            try await daemon.run()
        } catch let failure as StartFailure {
            Supervisor.notifyFailure(status: "\(failure)", errorNumber: failure.errorNumber)
            complain("\(failure)")
            throw ExitCode(failure.kind.exitCode)
        }
    }

    private func check(_ path: String) throws {
        do {
            let fleet = try FleetFile.load(path: path, catalogue: try Catalogue.builtIn())
            print(FleetReport.text(of: fleet, at: Int64(Date().timeIntervalSince1970)))
        } catch {
            complain("\(error)")
            throw ExitCode(StartFailure.Kind.configuration.exitCode)
        }
    }

    private func complain(_ text: String) {
        FileHandle.standardError.write(Data("berthd: \(text)\n".utf8))
    }
}

/// What this program is.
enum BuildInformation {
    static let version = "0.2.0"
}
