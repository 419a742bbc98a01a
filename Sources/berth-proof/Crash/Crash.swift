// berth-proof crash: the real daemon, its clients, and all that can happen to a process.

import ArgumentParser
import Foundation
import Glibc
import Simulation

extension CrashKind: ExpressibleByArgument {}

/// Which faults, by name: one, several with commas, or all.
struct CrashKinds: ExpressibleByArgument {
    let kinds: [CrashKind]

    init?(argument: String) {
        if argument == "all" {
            kinds = CrashKind.allCases
            return
        }
        let named = argument.split(separator: ",").map { CrashKind(rawValue: String($0)) }
        guard !named.isEmpty, !named.contains(nil) else { return nil }
        kinds = named.compactMap(\.self)
    }

    var text: String {
        kinds.count == CrashKind.allCases.count ? "all" : kinds.map(\.rawValue).joined(separator: ",")
    }
}

/// Kills a daemon until something is wrong, or it has been done often enough.
struct Crash: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Kill a running daemon again and again, and check what its clients saw.",
        discussion: """
            Starts berthd on a book of its own, with clients on its socket that lease, amend, release, read and poll, and \
            operators that do things to nodes. It is killed at random moments and at chosen calls on its files, stopped, its \
            clock set, its disk full, failing, slow or without power, and without files or memory; then it is started again. \
            Lost replies count as unknown. What the clients saw is checked for linearizability, for each lease and each GPU, \
            against the audit log and against the rules of 'berth verify'.

            The seed repeats requests and faults. What they meet is another process each time, so a failure may need several \
            tries; the folder of a round that fails is kept, with its book, the daemon's log and all that the clients saw.

            EXAMPLES
              berth-proof crash --kills 2000
              berth-proof crash --fault power --kills 200 --seed 7
            """)

    @Option(help: "How often the daemon is killed.")
    var kills = 200

    @Option(help: "At most so many seconds; what was begun is ended. Without it, until all kills are done.")
    var seconds: Int?

    @Option(help: "Where chance begins. Without it another one each time, which is printed.")
    var seed: UInt64?

    @Option(
        help:
            "What is done to it: \(CrashKind.allCases.map(\.rawValue).joined(separator: ", ")), several with commas, or all."
    )
    var fault = CrashKinds(argument: "all")!

    @Option(help: "Only this round of it, from 0.")
    var round: Int?

    @Option(help: "How many clients there are at once.")
    var clients = 24

    @Option(help: "How often it is killed on one book.")
    var perBook = 25

    @Option(help: "At most so many answers before something is done.")
    var answers = 60

    @Option(help: "The daemon. Without it, berthd beside this program.")
    var daemon: String?

    @Option(help: "The library made of scripts/crash/faults.c. Without it, faults.so beside this program.")
    var library: String?

    @Option(help: "Where books are made, and kept where something is wrong. Without it, a new folder in /tmp.")
    var state: String?

    @Flag(
        help:
            "A disk that says that it has synced what it has not, so that there is something to find; for --fault power."
    )
    var lyingDisk = false

    func validate() throws {
        guard kills > 0, clients > 0, perBook > 0, answers > 0 else {
            throw ValidationError("--kills, --clients, --per-book and --answers are 1 or more")
        }
        guard seconds.map({ $0 > 0 }) ?? true, round.map({ $0 >= 0 }) ?? true else {
            throw ValidationError("--seconds is 1 or more, --round 0 or more")
        }
        for (option, path) in [("--daemon", daemonPath), ("--library", libraryPath)]
        where !FileManager.default.isReadableFile(atPath: path) {
            throw ValidationError(
                "there is no \(path); name it with \(option), or use 'make test-crash', which makes both")
        }
    }

    private var daemonPath: String { daemon.map(ProofFiles.absolute) ?? ProofFiles.beside("berthd") }
    private var libraryPath: String { library.map(ProofFiles.absolute) ?? ProofFiles.beside("faults.so") }

    func run() throws {
        let seed = seed ?? UInt64.random(in: 0...UInt64(UInt32.max))
        let folder = try ProofFiles.folder(state, named: "crash")
        let settings = CrashSettings(
            daemon: daemonPath, library: libraryPath, folder: folder, seed: seed, clients: clients, kinds: fault.kinds,
            answersMax: answers, diskLies: lyingDisk, startsPerVerify: 8)
        let begin = steadyNanoseconds()
        var totals = CrashTotals()
        print("berth-proof crash --seed \(seed) --fault \(fault.text) --kills \(kills) --clients \(clients)")
        fflush(nil)
        var left = kills
        var number = round ?? 0
        while left > 0 {
            let lives = min(perBook, left)
            let report = try CrashRound(settings, round: number).run(lives: lives)
            totals.add(report)
            if !report.violations.isEmpty {
                try fail(report, totals, seed)
            }
            try? FileManager.default.removeItem(atPath: report.folder)
            left -= lives
            number += 1
            let elapsed = Int((steadyNanoseconds() - begin) / 1_000_000_000)
            Self.say("\(totals.line), \(elapsed) s")
            if round != nil { break }
            if let seconds, elapsed >= seconds { break }
        }
        if state == nil { try? FileManager.default.removeItem(atPath: folder) }
        print(totals.text)
        print("nothing is wrong")
    }

    private func fail(_ report: CrashReport, _ totals: CrashTotals, _ seed: UInt64) throws {
        let file = report.folder + "/history.json"
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        try encoder.encode(report.history).write(to: URL(fileURLWithPath: file))
        print(totals.text)
        print("round \(report.round) is wrong:")
        var shown: [Substring: Int] = [:]
        for violation in report.violations {
            // A few of each kind, by the word in front.
            let kind = violation.prefix { $0 != ":" && $0 != " " }
            shown[kind, default: 0] += 1
            if shown[kind, default: 0] <= 5 { print("  \(violation)") }
        }
        print("\(report.violations.count) sentences in all")
        print("kept: \(report.folder); what the clients saw: \(file)")
        print(
            "\nberth-proof crash --seed \(seed) --round \(report.round) --fault \(fault.text) --kills \(perBook) "
                + "--per-book \(perBook) --clients \(clients) --answers \(answers)")
        throw ExitCode.failure
    }

    private static func say(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }
}

/// What all rounds together have done.
struct CrashTotals {
    private var rounds = 0
    private var lives: [CrashKind: Int] = [:]
    private var (chosen, struck, lostBytes, failedStarts, verified) = (0, 0, 0, 0, 0)
    private var (operations, unknown, entries) = (0, 0, 0)
    private var codes: [String: Int] = [:]
    private var ends: [String: Int] = [:]

    mutating func add(_ report: CrashReport) {
        rounds += 1
        lives.merge(report.lives) { $0 + $1 }
        chosen += report.chosen
        struck += report.struck
        lostBytes += report.lostBytes
        failedStarts += report.failedStarts
        verified += report.verified
        operations += report.history.operations.count
        unknown += report.unknown
        entries += report.history.log.count
        codes.merge(report.codes) { $0 + $1 }
        ends.merge(report.ends) { $0 + $1 }
    }

    var line: String {
        "\(lives.values.reduce(0, +)) ends on \(rounds) books, \(operations) operations, \(unknown) unknown, \(entries) entries"
    }

    var text: String {
        let kinds = CrashKind.allCases.compactMap { kind in lives[kind].map { "\(kind.rawValue) \($0)" } }
        let ways = ends.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value) times" }
        let refused = codes.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        return """
            \(line)
            ends: \(kinds.joined(separator: ", ")); \(chosen) at a chosen call; \(failedStarts) starts ended, too
            by \(ways.joined(separator: ", "))
            \(struck) calls on files struck, \(lostBytes) bytes lost with the power, all rules verified \(verified) times
            refused: \(refused.isEmpty ? "nothing" : refused.joined(separator: ", "))
            """
    }
}
