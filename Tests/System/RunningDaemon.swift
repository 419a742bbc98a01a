// A daemon of one test, on a book of its own.

import Foundation
import Glibc
import Testing

/// Where a daemon keeps what, and how it is started; it outlives its processes.
final class DaemonHome {
    let folder: ScratchFolder
    var fleet: String
    var state: String
    var identity: String
    var socket: String
    var config: String?
    private(set) var process: ChildProcess?

    init(fleet: String = Fleets.turning) throws {
        folder = try ScratchFolder()
        self.fleet = try folder.write(fleet, to: "fleet.yaml")
        state = folder("state")
        identity = folder("book-id")
        socket = folder("b.sock")
    }

    deinit {
        process?.signal(SIGKILL)
        process?.wait()
    }

    /// Launches the daemon, by `wrapper` where it is not to be the first program of its process.
    func launch(
        initialise: Bool = false, by wrapper: [String] = [], environment: [String: String] = [:]
    ) throws -> ChildProcess {
        var arguments = ["--fleet", fleet, "--state", state, "--socket", socket]
        if let config { arguments += ["--config", config] }
        if initialise { arguments.append("--initialise") }
        let line = wrapper + [Program.berthd] + arguments
        return try ChildProcess(
            line[0], Array(line[1...]),
            environment: ["BERTHD_STATE_IDENTITY_FILE": identity].merging(environment) { $1 })
    }

    /// Starts the daemon and returns when it serves.
    func start(initialise: Bool = false, environment: [String: String] = [:]) throws {
        try adopt(try launch(initialise: initialise, environment: environment))
    }

    /// Returns when a daemon that was launched serves.
    func adopt(_ process: ChildProcess) throws {
        guard process.awaitError("serving fleet") else {
            throw Unexpected("berthd did not start: \(process.wait()) \(process.error)")
        }
        self.process = process
    }

    static func started(fleet: String = Fleets.turning) throws -> DaemonHome {
        let home = try DaemonHome(fleet: fleet)
        try home.start(initialise: true)
        return home
    }

    /// Ends the daemon in order.
    func stop() throws {
        guard let process else { return }
        process.signal(SIGTERM)
        try #require(process.wait() == .exited(0), "\(process.error)")
        self.process = nil
    }

    /// Ends the daemon as a failure of the machine would.
    func kill() {
        process?.signal(SIGKILL)
        process?.wait()
        process = nil
    }

    /// Where the daemon listens besides its Unix socket, in the order of its settings, as it said at its start.
    func ports() throws -> [UInt16] {
        let line = try #require(process?.error.split(separator: "\n").last { $0.contains("serving fleet") })
        let places = try #require(line.components(separatedBy: socket).last)
        return places.split(separator: ",").compactMap { place in
            place.split(separator: ":").last.flatMap { UInt16($0.prefix { $0.isNumber }) }
        }
    }

    func connect() throws -> HTTPConnection { try HTTPConnection(path: socket) }

    /// The answer to one request of another user of the machine.
    func asUser(
        _ uid: Int, in group: Int, _ method: String, _ target: String, _ body: String? = nil
    ) throws -> HTTPAnswer {
        let socket = socket
        return try concurrently(1) { _ in
            Result {
                try ThreadUser.become(uid: uid, gid: group)
                return try HTTPConnection(path: socket).request(method, target, body)
            }
        }[0].get()
    }

    func berth(_ arguments: String...) throws -> ChildProcess {
        let process = try ChildProcess(Program.berth, arguments, environment: ["BERTH_SOCKET": socket])
        process.wait()
        return process
    }
}

/// Something that a test rests on was not so.
struct Unexpected: Error, CustomStringConvertible {
    let description: String

    init(_ description: String) { self.description = description }
}

enum Fleets {
    /// 2,048 GPUs in four blocks, ready for the next holder at once.
    static let turning = fleet(blocks: 4)
    /// Half as many.
    static let smaller = fleet(blocks: 2)

    private static func fleet(blocks: Int) -> String {
        """
        version: 1
        name: turning
        sites:
          - name: lab
            pue: 1.15
            networkPercent: 5
            energyPricePerMWh: 80.25
            carbonGramsPerKWh: 300
            reliabilityPercent: 99.95
            turnRound: {cleaning: 0s, validating: 0s, endsBy: timer}
            halls:
              - name: h1
                blocks:
                  - {name: "b[1-\(blocks)]", platform: hgx-h100, racks: 8, nodesPerRack: 8}
            power:
              - name: lab-meter
                rating: 10 MW
                measuredAt: meter
                sources:
                  - {name: grid, kind: grid, power: 10 MW}
            cooling:
              - name: lab-loop
                rating: 10 MW
                measuredAt: it

        """
    }
}
