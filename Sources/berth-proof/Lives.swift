// berth-proof lives, berth-proof life

import ArgumentParser
import FleetModel
import Foundation
import Packing
import Simulation
import Synchronization

/// Seeds from one to another.
struct SeedRange: ExpressibleByArgument {
    let seeds: ClosedRange<UInt64>

    init?(argument: String) {
        let ends = argument.split(separator: "-").map { UInt64($0) }
        guard let first = ends.first.flatMap(\.self), let last = ends.last.flatMap(\.self), ends.count <= 2,
            first <= last
        else { return nil }
        // The count of seeds is a number, too.
        guard last < .max else { return nil }
        seeds = first...last
    }
}

struct LifeOptions: ParsableArguments {
    @Option(help: "How many commands a life has.")
    var commands = 1_000

    @Option(
        help:
            "How many times the racks of the smallest fleet, which has 160 GPUs; 1 to 14. Without it the seed chooses.")
    var scale: Int?

    @Option(help: "The instruction set of the packing's scans: baseline, avx2, avx512. Without it the widest there is.")
    var instructionSet: String?

    @Option(
        help: "After how many steps the book is compared as a whole with its facts, snapshot, accounts and audit log.")
    var auditSteps = 64

    @Flag(help: "Let a second, slow and obvious daemon say beforehand what must come of each step.")
    var model = false

    var terms: LifeTerms { LifeTerms(scale: scale, stepsPerAudit: auditSteps, hasModel: model) }

    func validate() throws {
        guard auditSteps > 0 else { throw ValidationError("--audit-steps is 1 or more") }
        guard commands > 0 else { throw ValidationError("--commands is 1 or more") }
        guard scale.map({ (1...LifeFleets.scaleMax).contains($0) }) ?? true else {
            throw ValidationError("--scale is 1 to \(LifeFleets.scaleMax)")
        }
        guard let instructionSet else { return }
        guard let set = InstructionSet(rawValue: instructionSet), set.isAvailable else {
            let available = InstructionSet.allCases.filter(\.isAvailable).map(\.rawValue).joined(separator: ", ")
            throw ValidationError("this machine has no instruction set \(instructionSet); it has \(available)")
        }
    }

    /// To be called before the first fleet is read.
    func prepare() {
        if let set = instructionSet.flatMap(InstructionSet.init(rawValue:)) { InstructionSet.narrow(to: set) }
    }
}

/// Many lives, on as many threads as there are processors.
struct Lives: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Live many lives and say what they reached.")

    @OptionGroup var options: LifeOptions

    @Option(help: "The seeds, from the first to the last, such as 1-1000, or one of them.")
    var seeds: SeedRange

    @Option(help: "Threads; as many as there are processors by itself.")
    var jobs: Int?

    @Flag(help: "Print the digest of every life, for comparing programs.")
    var digests = false

    @Flag(help: "Print how often everything was reached.")
    var coverage = false

    @Flag(help: "Fail when something was never reached.")
    var complete = false

    private static let jobsMax = 1_024

    func validate() throws {
        guard jobs.map({ (1...Self.jobsMax).contains($0) }) ?? true else {
            throw ValidationError("--jobs is 1 to \(Self.jobsMax)")
        }
    }

    func run() throws {
        options.prepare()
        let results = LifeResults(seeds.seeds)
        let (catalogue, options) = (try Catalogue.builtIn(), options)
        let threads = (0..<(jobs ?? ProcessInfo.processInfo.activeProcessorCount)).map { _ in
            let thread = Thread {
                while let seed = results.next() {
                    results.add(
                        Result {
                            try Life.live(
                                seed: seed, commands: options.commands, options.terms, catalogue: catalogue)
                        }, of: seed)
                }
                results.end()
            }
            thread.stackSize = 16 << 20
            return thread
        }
        for thread in threads { thread.start() }
        results.wait(for: threads.count)
        try report(results, catalogue)
    }

    private func report(_ results: LifeResults, _ catalogue: Catalogue) throws {
        let totals = results.totals
        if digests { for (seed, digest) in totals.digests.sorted(by: { $0.key < $1.key }) { print(seed, digest) } }
        if coverage {
            for (name, count) in totals.coverage.counts.sorted(by: { $0.key < $1.key }) { print("\(count)\t\(name)") }
        }
        let missing = totals.coverage.missing
        print(
            "\(totals.lives) lives, \(totals.commands) commands, \(totals.steps) steps checked, \(totals.entries) entries, "
                + "\(totals.starts) starts, \(totals.coverage.counts.count) things reached, "
                + "\(missing.count) of those that must be were not")
        for failure in totals.failures.sorted(by: { $0.seed < $1.seed }) {
            print("seed \(failure.seed): \(failure.violations.prefix(5).joined(separator: "\n  "))")
        }
        if let first = totals.failures.min(by: { $0.commands < $1.commands }) {
            try OneLife.explain(first, options, catalogue)
            throw ExitCode.failure
        }
        if complete && !missing.isEmpty {
            print("never reached:\n  " + missing.joined(separator: "\n  "))
            throw ExitCode.failure
        }
    }
}

/// What threads have found.
private final class LifeResults: Sendable {
    private struct State: Sendable {
        var next: UInt64
        var totals = Totals()
    }

    struct Totals: Sendable {
        var (lives, commands, steps, entries, starts) = (0, 0, 0, UInt64(0), 0)
        var coverage = LifeCoverage()
        var failures: [LifeReport] = []
        var digests: [UInt64: String] = [:]
    }

    private let state: Mutex<State>
    private let last: UInt64
    private let ended = DispatchSemaphore(value: 0)

    init(_ seeds: ClosedRange<UInt64>) {
        state = Mutex(State(next: seeds.lowerBound))
        last = seeds.upperBound
    }

    var totals: Totals { state.withLock { $0.totals } }

    /// The next seed; nil when there is none, or enough has failed.
    func next() -> UInt64? {
        state.withLock { state in
            guard state.next <= last, state.totals.failures.count < 10 else { return nil }
            defer { state.next += 1 }
            return state.next
        }
    }

    func add(_ result: Result<LifeReport, any Error>, of seed: UInt64) {
        state.withLock { state in
            switch result {
            case .success(let report):
                state.totals.lives += 1
                state.totals.commands += report.commands
                state.totals.steps += report.steps
                state.totals.entries += report.entries
                state.totals.starts += report.starts
                state.totals.coverage.add(report.coverage)
                state.totals.digests[seed] = report.digest
                if !report.violations.isEmpty {
                    state.totals.failures.append(report)
                    say("seed \(seed): \(report.violations[0].prefix(400))")
                }
                if state.totals.lives % Self.livesPerWord == 0 {
                    say("\(state.totals.lives) lives, \(state.totals.commands) commands")
                }
            case .failure(let error): say("seed \(seed): \(error)")
            }
        }
    }

    /// After so many lives a word is said of how far it is.
    private static let livesPerWord = 100

    private func say(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

    func end() { ended.signal() }

    func wait(for threads: Int) { for _ in 0..<threads { ended.wait() } }
}

/// One life, or an extract of one.
struct OneLife: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "life", abstract: "Live one life, or play again a part of it.")

    @OptionGroup var options: LifeOptions

    @Option(help: "The seed.")
    var seed: UInt64

    @Option(help: "Only these steps and commands of it, as printed for a life that breaks a rule.")
    var keep: String?

    @Flag(help: "Print what each of those steps brought, too: every entry with its time and facts.")
    var entries = false

    func validate() throws {
        if entries && keep == nil { throw ValidationError("--entries goes with --keep") }
        if let keep, LifeExtract(keep)?.isEmpty ?? true {
            throw ValidationError("--keep is a list such as 3,17.0,17.4")
        }
    }

    func run() throws {
        options.prepare()
        let catalogue = try Catalogue.builtIn()
        if let extract = keep.flatMap({ LifeExtract($0) }) {
            let (report, steps) = try Life.replay(
                extract, seed: seed, commands: options.commands, options.terms, showsEntries: entries,
                catalogue: catalogue)
            for (place, step) in steps.enumerated() { print("\(place): \(step)") }
            return try finish(report)
        }
        let report = try Life.live(
            seed: seed, commands: options.commands, options.terms, catalogue: catalogue)
        guard report.violations.isEmpty else {
            try Self.explain(report, options, catalogue)
            throw ExitCode.failure
        }
        try finish(report)
    }

    private func finish(_ report: LifeReport) throws {
        print("\(report.commands) commands, \(report.steps) steps, digest \(report.digest)")
        for violation in report.violations { print(violation) }
        if !report.violations.isEmpty { throw ExitCode.failure }
    }

    /// Says what is broken, and the shortest command that shows it.
    static func explain(_ report: LifeReport, _ options: LifeOptions, _ catalogue: Catalogue) throws {
        print("seed \(report.seed), after \(report.commands) commands:")
        for violation in report.violations.prefix(10) { print("  \(violation)") }
        let extract = try Life.shrink(report, options.terms, catalogue: catalogue) { left in
            FileHandle.standardError.write(Data("\r\(left) left ".utf8))
        }
        let scale =
            (options.scale.map { " --scale \($0)" } ?? "")
            + (options.auditSteps == 64 ? "" : " --audit-steps \(options.auditSteps)")
            + (options.model ? " --model" : "")
        print("\nberth-proof life --seed \(report.seed) --commands \(options.commands)\(scale) --keep \(extract)")
    }
}
