// Looks at the daemon every few milliseconds, so that a pause can be told to have been something: the writer writing or
// waiting for a processor, a snapshot, a backup, the log being moved into the book.

import Foundation
import Glibc
import Simulation
import Synchronization

/// What was to be seen at one moment.
private struct Glimpse {
    /// By the steady clock.
    var time: Int64
    /// What the writer's thread was in, as a call of the system by number; nil where it ran.
    var writerCall: Int?
    /// Nanoseconds that it has waited for a processor so far.
    var writerWait: Int64
    /// The same of each event loop.
    var loopWaits: [Int64]
    /// Other threads worth a word that are there.
    var besides: Set<String>
    /// Bytes of the log, and when the book's file was written last.
    var logBytes: Int
    var bookWritten: Int64
}

/// Watches one process after another, and describes pauses.
final class SoakWatch: Sendable {
    private static let interval: Int64 = 4_000_000
    private static let pausesKept = 10_000
    /// About ten seconds.
    private static let kept = 2_500
    /// Above this a probe's answer is worth a note.
    static let pauseNotedMin: Int64 = 20_000_000

    private struct State {
        var glimpses: [Glimpse] = []
        var pid: pid_t?
        /// What the driver itself has under way, such as a backup, with its beginning and its end.
        var ownWork: [(name: String, from: Int64, until: Int64)] = []
        var open: [SoakPause] = []
        var pauses: [SoakPause] = []
        var lengths: [String: [Double]] = [:]
        var driverDelay: Int64 = 0
        var driverDelays: [(from: Int64, until: Int64)] = []
    }

    private let state = Mutex(State())
    private let scene: SoakScene
    private let folder: String
    private let start: Int64

    init(scene: SoakScene, folder: String, start: Int64) {
        (self.scene, self.folder, self.start) = (scene, folder, start)
    }

    func follow(_ pid: pid_t?) { state.withLock { $0.pid = pid } }

    // MARK: Watching

    /// Looks until the run is over.
    func run() {
        while !scene.isOver {
            guard let pid = state.withLock({ $0.pid }) else {
                scene.rest(seconds: 0.1)
                continue
            }
            watch(pid)
        }
    }

    private func watch(_ pid: pid_t) {
        let figures = ProcessFigures(pid: pid)
        var known: Set<String> = []
        var besides: [String: String] = [:]
        var writer: (call: ProcessFile, wait: ProcessFile)?
        var loops: [ProcessFile] = []
        var round = 0
        var next = steadyNanoseconds()
        while !scene.isOver, state.withLock({ $0.pid }) == pid {
            if round % 8 == 0 {
                let numbers = Set(figures.threadNumbers)
                for number in numbers.subtracting(known) {
                    let path = "/proc/\(pid)/task/\(number)/"
                    let name = figures.name(ofThread: number)
                    if name == "scheduler", writer != nil {
                        // A thread that the writer has made bears its name until it has one of its own.
                        besides[number] = "snapshot"
                    } else if name == "scheduler", let call = ProcessFile(path + "syscall"),
                        let wait = ProcessFile(path + "schedstat")
                    {
                        writer = (call, wait)
                    } else if name.hasPrefix("NIO-ELT"), let wait = ProcessFile(path + "schedstat") {
                        loops.append(wait)
                    } else if ["snapshot", "verifier", "checkpoint"].contains(name) {
                        besides[number] = name
                    }
                }
                for gone in known.subtracting(numbers) { besides[gone] = nil }
                known = numbers
            }
            round += 1
            let glimpse = Glimpse(
                time: steadyNanoseconds(), writerCall: Self.call(writer?.call.read()),
                writerWait: writer?.wait.number(1) ?? 0, loopWaits: loops.map { $0.number(1) ?? 0 },
                besides: Set(besides.values), logBytes: Self.look(folder + "/book.sqlite-wal").bytes,
                bookWritten: Self.look(folder + "/book.sqlite").written)
            state.withLock { state in
                state.glimpses.append(glimpse)
                if state.glimpses.count > 2 * Self.kept { state.glimpses.removeFirst(Self.kept) }
            }
            next += Self.interval
            let now = steadyNanoseconds()
            if next < now { next = now } else { SoakTime.sleep(until: next) }
        }
    }

    private static func call(_ bytes: [UInt8]?) -> Int? {
        guard let bytes, let first = bytes.split(separator: 32).first else { return nil }
        return Int(String(decoding: first, as: UTF8.self))
    }

    private static func look(_ path: String) -> (bytes: Int, written: Int64) {
        var information = stat()
        guard stat(path, &information) == 0 else { return (0, 0) }
        let time = information.st_mtim
        return (Int(information.st_size), Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec))
    }

    // MARK: What else there is

    /// Notes work that the driver has asked for besides its load.
    func during<Result>(_ name: String, _ body: () throws -> Result) rethrows -> Result {
        let from = steadyNanoseconds()
        state.withLock { $0.ownWork.append((name, from, .max)) }
        defer {
            let until = steadyNanoseconds()
            state.withLock { state in
                if let place = state.ownWork.firstIndex(where: { $0.name == name && $0.from == from }) {
                    state.ownWork[place].until = until
                }
                state.ownWork.removeAll { $0.until < until - 20_000_000_000 }
                state.lengths[name, default: []].append(Double(until - from) / 1e9)
            }
        }
        return try body()
    }

    /// How long work of that name took, in seconds.
    func lengths(of name: String) -> [Double] { state.withLock { $0.lengths[name] ?? [] } }

    /// Sleeps a little again and again and notes by how much it woke too late, until the run is over.
    func sleepAgainAndAgain() {
        var next = steadyNanoseconds()
        while !scene.isOver {
            next += 2_000_000
            SoakTime.sleep(until: next)
            let now = steadyNanoseconds()
            let late = now - next
            state.withLock { state in
                state.driverDelay = max(state.driverDelay, late)
                if late > 2_000_000 { state.driverDelays.append((next, now)) }
                if state.driverDelays.count > 4_000 { state.driverDelays.removeFirst(2_000) }
            }
            if late > 2_000_000 { next = now }
        }
    }

    /// The most by which the sleeper woke too late since the last call.
    func takeDriverDelay() -> Int64 {
        state.withLock { state in
            defer { state.driverDelay = 0 }
            return state.driverDelay
        }
    }

    // MARK: Pauses

    /// Notes an answer that took long. `ownWait` is how long the probe itself waited for a processor.
    func note(_ kind: String, from: Int64, until: Int64, ownWait: Int64) {
        state.withLock { state in
            // Those that were to be sent during a pause see its rest.
            if let place = state.pauses.lastIndex(where: { $0.kind == kind }) {
                let last = state.pauses[place]
                let lastUntil = start + Int64(last.second * 1e9) + last.nanoseconds
                if from < lastUntil || state.pauses.count >= Self.pausesKept { return }
            }
            let (words, waited) = Self.describe(state, kind, from, until)
            state.pauses.append(
                SoakPause(
                    second: Double(from - start) / 1e9, kind: kind, nanoseconds: until - from,
                    machineNanoseconds: min(until - from, max(waited, ownWait)), words: words))
        }
    }

    var pauses: [SoakPause] { state.withLock { $0.pauses } }

    private static func describe(
        _ state: State, _ kind: String, _ from: Int64, _ until: Int64
    ) -> (words: String, waited: Int64) {
        let first = state.glimpses.lastIndex { $0.time <= from } ?? 0
        let seen = state.glimpses[min(first, state.glimpses.count)...].filter { $0.time <= until + interval }
        let asleep = state.driverDelays.reduce(Int64(0)) { sum, delay in
            sum + max(0, min(delay.until, until) - max(delay.from, from))
        }
        var words: [String] = []
        var waited = asleep
        if let before = seen.first, let after = seen.last, seen.count > 1 {
            let writerWait = after.writerWait - before.writerWait
            let loopWait = zip(before.loopWaits, after.loopWaits).map { $1 - $0 }.max() ?? 0
            waited = max(waited, kind == "probe writes" ? max(writerWait, loopWait) : loopWait)
            var calls: [String: Int] = [:]
            for glimpse in seen { calls[name(of: glimpse.writerCall), default: 0] += 1 }
            let most = calls.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(3)
            words.append(
                "the writer " + most.map { "\($0.key) \($0.value * 100 / seen.count) %" }.joined(separator: ", "))
            words.append(
                "it waited \(writerWait / 1_000_000) ms for a processor, an event loop \(loopWait / 1_000_000) ms")
            let besides = seen.reduce(into: Set<String>()) { $0.formUnion($1.besides) }
            if !besides.isEmpty { words.append("beside it: " + besides.sorted().joined(separator: ", ")) }
            if after.bookWritten != before.bookWritten { words.append("the log was moved into the book") }
            if after.logBytes != before.logBytes {
                words.append("the log went from \(before.logBytes >> 10) to \(after.logBytes >> 10) KiB")
            }
        }
        if asleep > 0 { words.append("a thread that sleeps woke \(asleep / 1_000_000) ms too late") }
        let work = state.ownWork.filter { $0.from < until && $0.until > from }.map(\.name)
        if !work.isEmpty { words.append("asked for besides: " + Set(work).sorted().joined(separator: ", ")) }
        return (words.joined(separator: "; "), waited)
    }

    private static func name(of call: Int?) -> String {
        // The numbers of x86-64 and of arm64.
        switch call {
        case nil: "ran"
        case 74, 75, 82, 83: "synced"
        case 18, 1, 64, 68: "wrote"
        case 202, 98: "waited for work or a lock"
        case let call?: "was in call \(call)"
        }
    }
}
