// One book and its daemon's lives: clients at work, faults, ends, starts, and the check of all that was seen.

import ControlAPI
import Foundation
import Glibc
import Simulation

/// What is done to the daemon.
enum CrashKind: String, CaseIterable, Sendable {
    /// Its process is ended at a random moment, or at a chosen call on its files.
    case kill
    /// It is stopped for a while, and goes on or is ended.
    case stop
    /// Its wall clock is set.
    case clock
    /// Its disk is full.
    case full
    /// Its disk fails.
    case io
    /// Its disk is slow.
    case slow
    /// It has no more files for connections.
    case files
    /// It has no more memory.
    case memory
    /// The machine loses its power, and the disk what was not synced.
    case power
}

/// What all rounds of a run have in common.
struct CrashSettings: Sendable {
    var daemon: String
    var library: String
    /// Where the rounds have their folders.
    var folder: String
    var seed: UInt64
    var clients: Int
    var kinds: [CrashKind]
    /// At most so many answers before something is done.
    var answersMax: Int
    /// Whether the disk says that it has synced what it has not: then the check has something to find.
    var diskLies: Bool
    /// `/v1/verify` is asked after so many starts, and at the end of each round.
    var startsPerVerify: Int
}

/// What came of a round.
struct CrashReport: Sendable {
    var round = 0
    var lives: [CrashKind: Int] = [:]
    /// How the processes ended.
    var ends: [String: Int] = [:]
    /// Lives that ended at a chosen call.
    var chosen = 0
    /// Calls on files that were made to fail, tear or wait.
    var struck = 0
    /// Bytes that a loss of power has changed.
    var lostBytes = 0
    var failedStarts = 0
    var verified = 0
    var history = History(operations: [], log: [])
    var codes: [String: Int] = [:]
    var violations: [String] = []
    var folder = ""

    var lifeCount: Int { lives.values.reduce(0, +) }
    var unknown: Int { history.operations.count { $0.answer == .unknown } }
}

/// Runs one round. Used by one thread.
final class CrashRound {
    private static let startSecondsMax = 120.0
    private static let lifeSecondsMax = 120.0

    private let settings: CrashSettings
    private let round: Int
    private let folder: String
    private let control: FaultControl
    private let scene: CrashScene
    private var random: SimulationRandom
    private var report = CrashReport()
    private var process: DaemonProcess?
    private var startCount = 0
    /// Whether a write of the start has failed, so that the daemon serves and ends with the next one.
    private var startHasFailed = false

    init(_ settings: CrashSettings, round: Int) throws {
        self.settings = settings
        self.round = round
        folder = settings.folder + "/round-\(round)"
        if FileManager.default.fileExists(atPath: folder) {
            throw ProofFault("\(folder) is there from before; move it away, or name another --state")
        }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        try CrashFleet.text.write(toFile: folder + "/fleet.yaml", atomically: true, encoding: .utf8)
        control = try FaultControl(path: folder + "/control")
        scene = CrashScene(socket: folder + "/s", fleet: CrashFleet())
        random = SimulationRandom(seed: settings.seed &+ UInt64(round) &* 0x9E37_79B9_7F4A_7C15)
        report.round = round
        report.folder = folder
    }

    /// Lets the daemon live `lives` times, and once more to its orderly end.
    func run(lives: Int) -> CrashReport {
        let group = DispatchGroup()
        do {
            if settings.kinds.contains(.power) { control.noteUnsynced(diskLies: settings.diskLies) }
            try makeBook()
            try prepareBook()
            for index in 0..<settings.clients {
                let client = CrashClient(index: index, scene: scene, seed: random.next())
                group.enter()
                Thread.detachNewThread {
                    var client = client
                    client.run()
                    group.leave()
                }
            }
            scene.begin()
            for _ in 0..<lives where report.violations.isEmpty && scene.troubles.isEmpty {
                try live(settings.kinds[random.below(settings.kinds.count)])
            }
            scene.finish()
            group.wait()
            try read()
        } catch {
            report.violations.append("\(error)")
            scene.finish()
            process?.signal(SIGKILL)
            group.wait()
        }
        report.struck = control.struck
        report.history.operations = scene.operations
        report.codes = scene.codes
        if !report.history.log.isEmpty { report.violations += HistoryCheck(report.history).violations() }
        report.violations += scene.troubles
        return report
    }

    // MARK: Starts

    private var line: [String] {
        [
            settings.daemon, "--fleet", folder + "/fleet.yaml", "--state", folder + "/state", "--socket", scene.socket,
        ]
    }

    private var environment: [String: String] {
        var variables = ProcessInfo.processInfo.environment.filter { !$0.key.hasPrefix("BERTH") }
        variables["LD_PRELOAD"] = settings.library
        variables["BERTH_FAULTS_FOLDER"] = folder + "/state"
        variables["BERTH_FAULTS_CONTROL"] = control.path
        if settings.kinds.contains(.files) { variables["BERTH_FAULTS_FILES"] = "\(Self.filesMax)" }
        variables["BERTH_FAULTS_UNDO"] = folder + "/unsynced"
        // A process that has no memory left shall end and not look for its own trace.
        variables["SWIFT_BACKTRACE"] = "enable=no"
        variables["BERTHD_STATE_IDENTITY_FILE"] = folder + "/book-id"
        return variables
    }

    /// Starts the daemon and waits until it serves.
    private func start(initialise: Bool = false) throws {
        let process = try launch(initialise: initialise)
        guard process.isServing else {
            process.signal(SIGKILL)
            _ = awaitEnd(of: process)
            throw ProofFault(
                "the daemon does not start (\(process.end.map { "\($0)" } ?? "it hangs")): \(process.said.suffix(2_000))"
            )
        }
        if startCount % settings.startsPerVerify == 0 { try verify() }
    }

    /// Makes the book, at times in a second try: the first is ended in the middle.
    private func makeBook() throws {
        guard settings.kinds.contains(.kill) || settings.kinds.contains(.power), random.below(2) == 0 else {
            return try start(initialise: true)
        }
        control.strike(
            [.changes, .openings], first: 1 + random.below(120), count: 1, .end(eighths: random.below(9)))
        let process = try launch(initialise: true)
        control.disarm()
        if process.end == nil { process.signal(SIGKILL) }
        guard awaitEnd(of: process) == .signalled(SIGKILL) else {
            throw ProofFault(
                "the daemon does not start, where its first start is ended at a chosen call "
                    + "(\(process.end.map { "\($0)" } ?? "it hangs")): \(process.said.suffix(2_000))")
        }
        report.failedStarts += 1
        // What has been made whole is there, and nothing else is.
        try start(initialise: !FileManager.default.fileExists(atPath: folder + "/state/book.sqlite"))
    }

    /// Starts it and waits until it serves or has ended.
    private func launch(initialise: Bool = false) throws -> DaemonProcess {
        startCount += 1
        startHasFailed = false
        let process = try DaemonProcess(
            line + (initialise ? ["--initialise"] : []), environment: environment, log: folder + "/berthd.log",
            bell: scene.bell)
        self.process = process
        _ = scene.bell.wait(seconds: Self.startSecondsMax) { process.isServing || process.end != nil }
        return process
    }

    private func awaitEnd(of process: DaemonProcess) -> ProcessEnd? {
        _ = scene.bell.wait(seconds: Self.lifeSecondsMax) { process.end != nil }
        return process.end
    }

    // MARK: Lives

    /// One life's end, by a fault of a kind, and the start of the next.
    private func live(_ kind: CrashKind) throws {
        guard let process else { return }
        report.lives[kind, default: 0] += 1
        awaitAnswers(1 + random.below(settings.answersMax), of: process)
        let allowed = inflict(kind, on: process)
        if process.end == nil, awaitEnd(of: process) == nil {
            throw ProofFault("\(kind.rawValue): the daemon does not end")
        }
        scene.end()
        control.disarm()
        if let end = process.end { report.ends["\(end)", default: 0] += 1 }
        guard let end = process.end, allowed(end) || startHasFailed && end == .exited(74) else {
            throw ProofFault(
                "\(kind.rawValue): the daemon ended by itself (\(process.end.map { "\($0)" } ?? "")): "
                    + "\(process.said.suffix(2_000))")
        }
        // A sync that failed comes out in a later life, so the power does not always go.
        if kind == .power, report.lives[.power] != 1, report.lives[.power] == 2 || random.below(4) != 0 {
            report.lostBytes += try PowerLoss.play(
                notes: folder + "/unsynced", folder: folder + "/state", losesAll: report.lives[.power] == 2, &random)
        }
        try startAfter(kind)
        scene.begin()
    }

    /// The next life, where that of a failing disk may need a second try.
    private func startAfter(_ kind: CrashKind) throws {
        guard [.full, .io, .kill, .power].contains(kind), random.below(3) == 0 else { return try start() }
        // The start itself is struck.
        let first = 1 + random.below(80)
        switch kind {
        case .full:
            // It serves what there is, however full the disk.
            control.strike(
                .writes, first: random.below(2) == 0 ? 1 : first, count: 1_000_000, .fail(errno: ENOSPC, eighths: 0))
        case .io: control.strike(calls(), first: first, count: 1 + random.below(3), .fail(errno: EIO, eighths: 0))
        default: control.strike(.changes, first: first, count: 1, .end(eighths: random.below(9)))
        }
        let process = try launch()
        if process.isServing {
            // What was to strike the start must not strike what follows unawares.
            control.disarm()
            guard process.end == nil else { return try start() }
            startHasFailed = kind == .io
            return
        }
        report.failedStarts += 1
        if process.end == nil { process.signal(SIGKILL) }
        switch awaitEnd(of: process) {
        case .exited(let code) where code != 0 && kind == .io: break
        case .signalled(SIGKILL) where kind == .kill || kind == .power: break
        case let end:
            throw ProofFault(
                "\(kind.rawValue): a start that was struck ended so: \(end.map { "\($0)" } ?? "it hangs"): "
                    + "\(process.said.suffix(2_000))")
        }
        control.disarm()
        try start()
    }

    /// Waits for so many more answers, or for the process to end.
    private func awaitAnswers(_ count: Int, of process: DaemonProcess, seconds: Double = 20) {
        let target = scene.answerCount + count
        _ = scene.bell.wait(seconds: seconds) { scene.answerCount >= target || process.end != nil }
    }

    /// Waits for a call to be struck after `before`, for as long as some hundred answers take; then for so many answers more.
    private func awaitStrike(after before: Int, then more: Int, of process: DaemonProcess) {
        let last = scene.answerCount + 10 * settings.answersMax
        _ = scene.bell.wait(seconds: 20) {
            control.struck > before || scene.answerCount >= last || process.end != nil
        }
        awaitAnswers(more, of: process)
    }

    private func calls() -> FileCalls {
        let sets: [FileCalls] = [
            .writes, .bookWrites, .syncs, [.writes, .syncs], .reads, [.truncations, .names, .openings], .changes,
        ]
        return sets[random.below(sets.count)]
    }

    /// Does what is to be done, and says which ends of the process are right.
    private func inflict(_ kind: CrashKind, on process: DaemonProcess) -> (ProcessEnd) -> Bool {
        let more = 1 + random.below(settings.answersMax)
        let struck = control.struck
        switch kind {
        case .kill, .power: return kill(kind, process, more)
        case .stop:
            for _ in 0..<1 + random.below(3) {
                process.signal(SIGSTOP)
                usleep(UInt32(1_000 + random.below(200_000)))
                if random.below(4) == 0 { break }
                process.signal(SIGCONT)
                awaitAnswers(more / 2, of: process)
            }
            process.signal(SIGKILL)
            return { $0 == .signalled(SIGKILL) }
        case .clock:
            for _ in 0..<1 + random.below(4) {
                // Below a day in all, since keys are kept for one.
                let jumps = [-3_600, -40, 40, 599, 700, 7_200]
                control.clockAhead = max(-7_200, min(36_000, control.clockAhead + jumps[random.below(jumps.count)]))
                awaitAnswers(more / 2, of: process)
                if random.below(2) == 0 { confirmClock() }
            }
            process.signal(SIGKILL)
            return { $0 == .signalled(SIGKILL) }
        case .full:
            let count = random.below(3) == 0 ? 1_000_000 : 1 + random.below(60)
            control.strike(
                [.writes, .openings, .truncations], first: 1 + random.below(20), count: count,
                .fail(errno: ENOSPC, eighths: random.below(9)))
            awaitStrike(after: struck, then: more, of: process)
            if random.below(2) == 0 {
                control.disarm()
                awaitAnswers(more, of: process)
            }
            process.signal(SIGKILL)
            return { $0 == .signalled(SIGKILL) }
        case .io:
            control.strike(
                calls(), first: 1 + random.below(20), count: random.below(3) == 0 ? 1_000_000 : 1 + random.below(4),
                .fail(errno: EIO, eighths: random.below(9)))
            awaitStrike(after: struck, then: more, of: process)
            process.signal(SIGKILL)
            return { $0 == .signalled(SIGKILL) || $0 == .exited(74) }
        case .slow:
            control.strike(
                random.below(2) == 0 ? .syncs : [.writes, .syncs], first: 1, count: 1 + random.below(500),
                .wait(microseconds: 500 + random.below(20_000)))
            awaitAnswers(more, of: process)
            process.signal(SIGKILL)
            return { $0 == .signalled(SIGKILL) }
        case .files:
            exhaustFiles(process, more)
            process.signal(SIGKILL)
            return { $0 == .signalled(SIGKILL) }
        case .memory:
            exhaustMemory(process, more)
            process.signal(SIGKILL)
            return { _ in true }
        }
    }

    private func kill(_ kind: CrashKind, _ process: DaemonProcess, _ more: Int) -> (ProcessEnd) -> Bool {
        let struck = control.struck
        // Of the lives with a loss of power the first ends with a failed sync, and the second with all lost that was not synced.
        let way = kind == .power ? [1: 2, 2: 0][report.lives[.power]] : nil
        switch way ?? random.below(5) {
        case 0:
            process.signal(SIGKILL)
        case 1:
            // In the middle of an orderly end.
            let first = 1 + random.below(random.below(2) == 0 ? 60 : 1_000)
            control.strike(
                random.below(3) == 0 ? .bookWrites : .changes, first: first, count: 1, .end(eighths: random.below(9)))
            process.signal(SIGTERM)
            _ = awaitEnd(of: process)
            if control.struck > struck { report.chosen += 1 }
            return { $0 == .signalled(SIGKILL) || $0 == .exited(0) }
        case 2 where kind == .power:
            // The disk does not confirm a sync; what it has of it comes out when the power goes, in a later life.
            control.strike(
                .syncs, first: way == nil ? 1 + random.below(20) : 1, count: 1, .fail(errno: EIO, eighths: 0))
            awaitStrike(after: struck, then: more, of: process)
            process.signal(SIGKILL)
            return { $0 == .signalled(SIGKILL) || $0 == .exited(74) }
        default:
            let sets: [FileCalls] = [.writes, .syncs, .bookWrites, .changes, .changes]
            control.strike(
                sets[random.below(sets.count)], first: 1 + random.below(60), count: 1, .end(eighths: random.below(9)))
            awaitStrike(after: struck, then: more, of: process)
            if control.struck > struck { report.chosen += 1 }
            process.signal(SIGKILL)
        }
        return { $0 == .signalled(SIGKILL) }
    }

    /// More connections than the daemon may have files: those that it has no room for are told so or closed, nobody else notices,
    /// and when they are gone whoever comes is served.
    private func exhaustFiles(_ process: DaemonProcess, _ more: Int) {
        var idle: [PlainConnection] = []
        for _ in 0..<Self.filesMax {
            if let connection = try? PlainConnection(path: scene.socket) { idle.append(connection) }
        }
        awaitAnswers(more, of: process)
        if idle.count != Self.filesMax {
            scene.noteTrouble("files: only \(idle.count) of \(Self.filesMax) could connect")
        }
        var tries = 0
        while process.end == nil, !idle.contains(where: \.isRefused) {
            tries += 1
            guard tries < Self.waitsMax else {
                scene.noteTrouble("files: there was room for \(idle.count) connections")
                break
            }
            usleep(100_000)
        }
        idle = []
        awaitAnswers(more, of: process)
        // Those that are gone are counted out one by one.
        for _ in 0..<Self.waitsMax where process.end == nil {
            if let answer = try? PlainConnection(path: scene.socket).request("GET", "/healthz"), answer.status == 200 {
                return
            }
            usleep(100_000)
        }
        if process.end == nil { scene.noteTrouble("files: there are files again, and nobody is served") }
    }

    /// Files that the daemon may have open where that is tried. Some 500 of them are not for connections.
    private static let filesMax = 700
    /// Looks, a tenth of a second apart, for what must come about by itself.
    private static let waitsMax = 300

    private func exhaustMemory(_ process: DaemonProcess, _ more: Int) {
        guard let bytes = process.dataBytes else { return }
        process.limitData(to: bytes + [0, 256 << 10, 2 << 20, 16 << 20][random.below(4)])
        let (socket, group) = (scene.socket, DispatchGroup())
        for _ in 0..<6 {
            group.enter()
            Thread.detachNewThread {
                let body = [UInt8](repeating: UInt8(ascii: "["), count: 12 << 20)
                _ = try? PlainConnection(path: socket).request("POST", Routes.leaseBatch, body)
                group.leave()
            }
        }
        awaitAnswers(more, of: process)
        process.signal(SIGKILL)
        group.wait()
    }

    // MARK: The operator's part

    private func prepareBook() throws {
        let connection = try PlainConnection(path: scene.socket)
        for tenant in CrashClient.tenants {
            let body = CanonicalJSON.encode(TenantSpecification(reason: Self.ownReason))
            let answer = try connection.request("PUT", Routes.tenant(tenant), body)
            guard answer.isDone else { throw ProofFault("\(tenant) cannot be made: \(answer.code)") }
        }
    }

    private static let ownReason = "trial"

    private func confirmClock() {
        _ = try? PlainConnection(path: scene.socket).request("POST", "/v1/clock:confirm?reason=\(Self.ownReason)")
    }

    /// Asks for all rules of the book.
    private func verify() throws {
        let answer = try PlainConnection(path: scene.socket).request("GET", "/v1/verify")
        let rules = try answer.decoded(VerifyAnswer.self).rules
        report.verified += 1
        if rules.isEmpty { throw ProofFault("verify checks no rule") }
        for rule in rules { report.violations += rule.violations.map { "rule \(rule.rule): \($0)" } }
    }

    /// Reads everything, verifies, and ends the daemon in order.
    private func read() throws {
        if startHasFailed, let process {
            process.signal(SIGKILL)
            _ = awaitEnd(of: process)
            try start()
        }
        guard let process else { return }
        let connection = try PlainConnection(path: scene.socket)
        var after = 0
        while true {
            let page = try connection.request("GET", "/v1/audit?limit=1000&after=\(after)").decoded(AuditEntryList.self)
            for entry in page.entries {
                let isOwn = entry.role == "daemon" || entry.reason == Self.ownReason
                report.history.log.append(
                    HistoryEntry(
                        revision: entry.number, operation: isOwn ? nil : entry.reason ?? "",
                        time: entry.recordedAt.epochSeconds))
            }
            guard let last = page.entries.last, page.entries.count == 1_000 else { break }
            after = last.number
        }
        scene.add(try readAll(connection))
        try verify()
        process.signal(SIGTERM)
        guard awaitEnd(of: process) == .exited(0) else {
            throw ProofFault("the daemon does not end in order: \(process.end.map { "\($0)" } ?? "it hangs")")
        }
    }

    /// All leases that are there at one revision, page by page.
    private func readAll(_ connection: PlainConnection) throws -> HistoryOperation {
        for _ in 0..<Self.triesMax {
            let invoked = steadyNanoseconds()
            var cursor: String?
            var (leases, revisions): ([LeaseSight], Set<Int>) = ([], [])
            repeat {
                let query = cursor.map { "&cursor=\($0)" } ?? ""
                let answer = try connection.request("GET", Routes.leases + "?limit=1000\(query)")
                cursor = try answer.decoded(LeaseList.self).cursor
                guard case .done(let revision, let page) = try answer.answer(to: .list) else {
                    throw ProofFault("the list of leases is refused: \(answer.code)")
                }
                leases += page
                revisions.insert(revision)
            } while cursor != nil
            // Time may change something between two pages.
            guard revisions.count == 1, let revision = revisions.first else { continue }
            return HistoryOperation(
                id: "last", request: .list, invoked: invoked, returned: steadyNanoseconds(),
                answer: .done(revision: revision, leases: leases))
        }
        throw ProofFault("the book does not come to rest")
    }

    private static let triesMax = 20
}
