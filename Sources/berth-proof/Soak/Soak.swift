// berth-proof soak: the real daemon under a steady load for hours, and whether it stays as it was.

import ArgumentParser
import Foundation
import Glibc
import Simulation

/// Keeps a daemon busy and looks whether anything grows, or stops for long.
struct Soak: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Keep a running daemon busy for hours, and check that it stays as it was.",
        discussion: """
            Starts berthd on a book of its own, fills it with leases and keeps it under churn at a fixed rate: requests, extensions, \
            other caps, releases, windows that end, faults, repairs, drains, lists, long polls, a stream of events, scrapes and \
            backups. Latencies are counted from when a request should have been sent, so that a daemon that stops is not asked \
            less meanwhile. Two probes ask every few milliseconds, one reads and one goes the way of a write; where an \
            answer takes long, it is noted what the daemon's writer did and how long it or the probe waited for a processor.

            At the end slopes are taken (Theil and Sen) of memory, descriptors, threads, latencies and files, over what was seen \
            since the run was warm. It ends with 1 where something grows beyond its bound, where the daemon paused for more than \
            --pause-max-ms, or where an answer was none that others' work explains.

            EXAMPLES
              berth-proof soak --hours 8
              berth-proof soak --minutes 20 --leases 100000
              berth-proof soak --hours 2 --restart-every 15
            """)

    @Option(help: "How long it is kept busy, in hours.")
    var hours: Double?

    @Option(help: "How long it is kept busy, in minutes; 60 by itself.")
    var minutes: Double?

    @Option(help: "Ends after so many requests, if that is sooner.")
    var operations: Int?

    @Option(help: "The fleet file. Without it, the default fleet's.")
    var fleet = "config/fleets/colossus.yaml"

    @Option(
        help:
            "How long hardware is cleaned and validated after a lease, in seconds, in place of what the fleet file says."
    )
    var turnRound = 60

    @Option(help: "How many leases there are at any time.")
    var leases = 20_000

    @Option(help: "How many tenants there are; each has a long poll that waits, and as many more wait as --polls says.")
    var tenants = 400

    @Option(help: "How many long polls wait.")
    var polls = 400

    @Option(help: "Changes asked for in a second.")
    var writes = 100

    @Option(help: "Answers read in a second.")
    var reads = 100

    @Option(help: "Threads that ask.")
    var clients = 16

    @Option(help: "How often each probe asks, in microseconds.")
    var probeMicros = 5_000

    @Option(help: "Seconds between two backups; 0 for none.")
    var backupEvery = 240

    @Option(help: "Minutes between two restarts; 0 for none.")
    var restartEvery = 0.0

    @Option(help: "Seconds between two samples.")
    var sampleEvery = 5.0

    @Option(
        help:
            "Minutes after which samples count. Without it a quarter of the run, and until so many keys are kept as can be."
    )
    var warmUp: Double?

    @Option(help: "The longest pause that is allowed, in milliseconds.")
    var pauseMaxMs = 50

    @Option(help: "Where chance begins. Without it another one each time, which is printed.")
    var seed: UInt64?

    @Option(help: "The daemon. Without it, berthd beside this program.")
    var daemon: String?

    @Option(help: "Where the book is made. Without it, a new folder in /tmp.")
    var state: String?

    @Option(help: "Where the samples are written. Without it, soak.csv in the working folder.")
    var csv = "soak.csv"

    @Flag(help: "End with 0 whatever grew or paused: for a look at figures, or at the program itself.")
    var reportOnly = false

    func validate() throws {
        guard hours == nil || minutes == nil else { throw ValidationError("one of --hours and --minutes, not both") }
        guard seconds > 0, operations.map({ $0 > 0 }) ?? true else {
            throw ValidationError("--hours, --minutes and --operations are above 0")
        }
        guard leases > 0, tenants > 0, clients > 0, writes > 0, probeMicros > 0 else {
            throw ValidationError("--leases, --tenants, --clients, --writes and --probe-micros are 1 or more")
        }
        guard polls >= 0, reads >= 0, backupEvery >= 0, restartEvery >= 0, turnRound >= 0, pauseMaxMs > 0 else {
            throw ValidationError(
                "--polls, --reads, --backup-every, --restart-every and --turn-round are 0 or more, --pause-max-ms 1 or more"
            )
        }
        guard seconds.isFinite, seconds <= 1e8 else { throw ValidationError("a soak takes at most three years") }
        guard warmUp.map({ $0 * 60 < seconds }) ?? true else {
            throw ValidationError("--warm-up is shorter than the run, since only what is seen after it counts")
        }
        guard sampleEvery >= 0.1, warmUp.map({ $0 >= 0 }) ?? true else {
            throw ValidationError("--sample-every is 0.1 or more, --warm-up 0 or more")
        }
        if let state, let found = try? FileManager.default.contentsOfDirectory(atPath: state), !found.isEmpty {
            throw ValidationError(
                "there is something in \(state) already; name an empty folder, or one that is still to be made")
        }
        for (option, path) in [("--daemon", daemonPath), ("--fleet", fleet)]
        where !FileManager.default.isReadableFile(atPath: path) {
            throw ValidationError("there is no \(path); name it with \(option), or use 'make soak'")
        }
    }

    private var seconds: Double { hours.map { $0 * 3_600 } ?? (minutes ?? 60) * 60 }
    private var daemonPath: String { daemon.map(ProofFiles.absolute) ?? ProofFiles.beside("berthd") }

    func run() throws {
        let seed = seed ?? UInt64.random(in: 0...UInt64(UInt32.max))
        let folder = try ProofFiles.folder(state, named: "soak")
        var bounds = SoakBounds()
        bounds.pauseMax = Int64(pauseMaxMs) * 1_000_000
        let settings = SoakSettings(
            daemon: daemonPath, fleet: fleet, folder: folder, seed: seed, seconds: seconds,
            operationsMax: operations ?? .max, turnRoundSeconds: turnRound, leases: leases, tenants: tenants,
            polls: polls,
            writesPerSecond: writes, readsPerSecond: reads, clients: clients, probeMicros: probeMicros,
            backupSeconds: backupEvery, restartSeconds: restartEvery * 60, sampleSeconds: sampleEvery,
            warmUpSeconds: warmUp.map { $0 * 60 }, csv: ProofFiles.absolute(csv))
        print(
            "berth-proof soak --seed \(seed) --minutes \(Int((seconds / 60).rounded(.up))) --leases \(leases) "
                + "--tenants \(tenants) --polls \(polls) --writes \(writes) --reads \(reads), in \(folder)")
        fflush(nil)
        let report = SoakRun(settings).run()
        let judgement = SoakJudgement(samples: report.samples, pauses: report.pauses, bounds: bounds)
        print(report.text(judgement))
        print("samples: \(settings.csv)")
        var wrong = report.troubles + judgement.violations
        let warmCount = report.samples.count(where: \.isWarm)
        if warmCount < SoakJudgement.samplesMin {
            wrong.append(
                "nothing was judged: of \(warmCount) samples after it was warm no slope can be told; run for longer, or take "
                    + "samples more often")
        }
        guard wrong.isEmpty else {
            print("\nwrong:")
            for text in wrong { print("  \(text)") }
            print("kept: \(folder)")
            if !report.troubles.isEmpty || !reportOnly { throw ExitCode.failure }
            return
        }
        // A folder that somebody has named is theirs.
        if state == nil { try? FileManager.default.removeItem(atPath: folder) } else { print("kept: \(folder)") }
        print("nothing is wrong")
    }
}

/// What a soak is made of.
struct SoakSettings: Sendable {
    var daemon: String
    var fleet: String
    /// Where the book, the socket and the daemon's log are.
    var folder: String
    var seed: UInt64
    var seconds: Double
    var operationsMax: Int
    var turnRoundSeconds: Int
    var leases: Int
    var tenants: Int
    var polls: Int
    var writesPerSecond: Int
    var readsPerSecond: Int
    var clients: Int
    var probeMicros: Int
    /// 0 for no backups.
    var backupSeconds: Int
    /// 0 for no restarts.
    var restartSeconds: Double
    var sampleSeconds: Double
    /// Nil for what the run itself thinks right.
    var warmUpSeconds: Double?
    var csv: String

    /// Keys that the daemon keeps for one caller before the oldest make room: until then memory grows as it should.
    static let keysKept = 65_536

    /// From when on samples count.
    var warmAfter: Double {
        warmUpSeconds ?? max(seconds / 4, min(seconds / 2, 1.3 * Double(Self.keysKept) / Double(writesPerSecond)))
    }
}
