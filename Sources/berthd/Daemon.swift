// The daemon's life: open the book, start the writer, serve, and stop in order.

import ControlAPI
import ControlServer
import DaemonLog
import FleetModel
import Foundation
import Journaling
import Leasing
import Logging
import Scheduling
import ServiceLifecycle
import Simulation
import Supervision
import Telemetry
import UnixSignals

/// One run of the daemon.
struct Daemon {
    let source: SettingsSource
    let settings: Settings
    let initialises: Bool
    /// A backup to put back first.
    let backup: String?
    private let logger: Logger
    private let logLevel: LogLevel
    private let logOutput: LogOutput

    init(source: SettingsSource, initialises: Bool, backup: String?) async throws {
        self.source = source
        settings = try await source.read()
        self.initialises = initialises
        self.backup = backup
        let level = LogLevel(try settings.loggerLevel())
        let output = LogOutput.here(environment: ProcessInfo.processInfo.environment)
        let limiter = LineLimiter()
        LoggingSystem.bootstrap { label in
            switch output {
            case .journal: JournalLogHandler(level: level, limiter: limiter)
            case .standardError: StandardErrorLogHandler(label: label, level: level)
            }
        }
        logger = Logger(label: "berthd")
        logLevel = level
        logOutput = output
    }

    func run() async throws {
        // Nobody but the owner and the group may reach what this process makes, the socket above all.
        umask(0o007)
        let passed = try passedSockets()
        if !passed.contains(where: { $0.name == .control }) { try SocketPath.check(settings.socketPath) }
        let service = try settings.serviceSettings(logger)
        let tls = try settings.tlsIdentity(isNeeded: passed.contains { $0.name == .tcp })
        let listeners = try settings.listeners(tls: tls, passed: passed)
        allowManyConnections()
        let fleet = try FleetAdoption.load(settings.fleetFile)
        let journal = try openJournal(makesSocketFolder: !passed.contains { $0.name == .control })
        let signer = try AuditKeyFile.signer(settings, logger)
        let clock = SystemClock()
        let numa = NUMAReport(try numaPlan(), logger)
        let book = try NUMABinding.run(on: numa.plan.node) {
            try recover(journal, fleet, now: clock.wallSeconds)
        }
        let scheduler = Scheduler(book: book, journal: journal, clock: clock, logger: logger) { fault in
            Supervisor.notifyFailure(status: "\(fault)", errorNumber: EIO)
            exit(EX_IOERR)
        }
        scheduler.start { numa.bind() }
        try NUMABinding.run(awayFrom: numa.plan.node) { ControlServer.startEventLoops() }
        let adoption = FleetAdoption(scheduler: scheduler, logger: logger)
        let proposal = await adoption.propose(
            fleet, from: settings.fleetFile,
            CommandContext(
                actor: .daemon, reason: "fleet file \(settings.fleetFile)", requestID: "start", now: 0))
        let live = LiveSettings(service, fleetProposal: proposal)
        let history = DrawHistory(directory: settings.stateDirectory, logger)
        let observatory = try Observatory(rules: settings.readingRules(), alertRules: settings.alertRules()) {
            [logger] in DrawAlertLog.write($0, $1, logger)
        }
        let access = AccessRecord()
        let accessHistory = AccessHistory(directory: settings.stateDirectory, logger)
        let tokenFile = TokenUseFile(directory: settings.stateDirectory, logger)
        let tokenUse = TokenUse(hours: tokenFile.hours())
        let audit = AuditLog(scheduler: scheduler, signer: signer)
        let status = StatusTeller(scheduler: scheduler, live: live)
        let reloader = Reloader(
            source: source, started: settings, passed: passed, tls: tls, live: live, observatory: observatory,
            scheduler: scheduler, status: status, logLevel: logLevel, logger: logger)
        let services = ControlServices(
            live: live, scheduler: scheduler, version: BuildInformation.version, startedAt: clock.wallSeconds,
            epoch: journal.identity.epoch,
            observatory: observatory, history: { series, start in try history.means(of: series, from: start) },
            audit: audit, access: access, tokenUse: tokenUse,
            accessHistory: { tenant, since, limit in
                try accessHistory.counts(of: tenant, since: since, limit: limit)
            },
            verify: { view in try Daemon.verify(view, journal, now: scheduler.now) },
            checkBackup: { path in
                try Daemon.tellingBackupFaults { () throws(JournalFault) in try journal.checkBackup(to: path) }
            },
            backup: { path in try Daemon.backup(journal, to: path) },
            reload: { order in try await reloader.reload(order) }, numa: { numa.status })
        let server = ControlServer(listeners: listeners, services: services, logger: logger) { open in
            status.tellReady()
            sayUpgrade(scheduler.view.book)
            PepperFile.tell(scheduler.view.book, live.settings, at: scheduler.now, logger)
            sayServing(scheduler, open)
            checkOlderFacts(of: journal, scheduler)
        }
        var configuration = ServiceGroupConfiguration(
            services: [
                .init(
                    service: WriterService(scheduler: scheduler, journal: journal, audit: audit, logger: logger)),
                .init(service: Heartbeat(scheduler: scheduler)),
                .init(service: HeadKeeper(audit: audit)),
                .init(service: ReloadSignal(reloader: reloader)),
                .init(service: CertificateReloader(identity: tls, clock: clock, logger: logger)),
                .init(
                    service: AccessRecorder(
                        record: access, history: accessHistory, scheduler: scheduler, logger: logger)),
                .init(
                    service: TokenUseRecorder(use: tokenUse, file: tokenFile, scheduler: scheduler, logger: logger)),
                .init(
                    service: DrawRecorder(
                        observatory: observatory, history: history, scheduler: scheduler, logger: logger)),
                .init(service: server, successTerminationBehavior: .gracefullyShutdownGroup),
                .init(service: changeLog(services)),
                // The last is the first to hear of a stop.
                .init(service: status),
            ], gracefulShutdownSignals: [.sigterm, .sigint], logger: quietLogger)
        // A client that stalls in the middle of a request must not keep the daemon from stopping.
        configuration.maximumGracefulShutdownDuration = Duration.seconds(Self.drainSecondsMax)
        let group = ServiceGroup(configuration: configuration)
        do {
            try await group.run()
        } catch is CancellationError {
            // The listeners have said whom they cut off.
        } catch {
            throw StartFailure("the control sockets cannot be served: \(error)", .passing)
        }
        logger.log(.stopped, "stopped")
    }

    /// Accepted changes are told of where somebody keeps the lines: at a terminal they are in everybody's way.
    private func changeLog(_ services: ControlServices) -> ChangeLog {
        var quiet = logger
        if logOutput == .standardError { quiet.logLevel = .warning }
        return ChangeLog(services: services, logger: quiet)
    }

    /// How long requests may take to end after SIGTERM.
    private static let drainSecondsMax = 10

    /// Raises the limit on open files as far as this user may, since every connection is one.
    private func allowManyConnections() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        _ = setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    private var quietLogger: Logger {
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        return quiet
    }

    // MARK: Start

    /// Where the scheduler is to run on this machine.
    private func numaPlan() throws -> NUMAPlan {
        do {
            return try NUMAPlan(NUMABinding.nodes, configured: settings.numaNode)
        } catch {
            throw StartFailure("\(error)")
        }
    }

    /// What the service manager hands over.
    private func passedSockets() throws -> [PassedSocket] {
        do {
            return try PassedSocket.take()
        } catch {
            throw StartFailure("\(error)")
        }
    }

    /// Makes a new book and serves nobody. The fleet file is read first, so that what the book will begin with is sound.
    ///
    /// - Throws: ``StartFailure``.
    func initialise() throws {
        umask(0o007)
        _ = try FleetAdoption.load(settings.fleetFile)
        do {
            try makeFolders([settings.stateDirectory, settings.identityPath])
            try makeBook()
        } catch let fault as JournalFault {
            throw StartFailure(fault)
        }
    }

    private func makeBook() throws {
        let identity = try SQLiteJournal.initialise(
            directory: settings.stateDirectory, bookID: Daemon.randomHex(16), identityFile: settings.identityPath)
        logger.log(.bookMade, "made a new book", metadata: ["book": "\(identity.bookID)"])
    }

    /// Opens the book. The state lock comes first, so that two daemons never share a socket either.
    private func openJournal(makesSocketFolder: Bool) throws -> SQLiteJournal {
        do {
            try makeFolders([settings.stateDirectory, settings.identityPath])
            if makesSocketFolder { try makeFolders([settings.socketPath]) }
            if initialises { try makeBook() }
            if let backup {
                let identity = try SQLiteJournal.restore(
                    from: backup, directory: settings.stateDirectory, identityFile: settings.identityPath,
                    levelMax: FormatLevel.current.number)
                logger.log(
                    .bookRestored, "put a backup back",
                    metadata: ["book": "\(identity.bookID)", "epoch": "\(identity.epoch)"])
            }
            let journal = try SQLiteJournal.open(
                directory: settings.stateDirectory, identityFile: settings.identityPath,
                projections: Projections.tables, projectionVersion: Projections.version,
                levelMax: FormatLevel.current.number)
            if journal.adoptedIdentity {
                logger.log(
                    .bookAdopted, "the book's id was not kept beside the configuration and is now",
                    metadata: ["file": "\(settings.identityPath)"])
            }
            return journal
        } catch let fault as JournalFault {
            throw StartFailure(fault)
        }
    }

    /// Makes the folders that these paths are in.
    private func makeFolders(_ paths: [String]) throws {
        for path in paths {
            let parent = URL(fileURLWithPath: path).deletingLastPathComponent()
            do {
                try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
            } catch {
                throw StartFailure("the folder \(parent.path) cannot be made: \(error.localizedDescription)", .disk)
            }
        }
    }

    private func recover(_ journal: SQLiteJournal, _ fleet: Fleet, now: Int64) throws -> Book {
        do {
            if journal.lastSequence == 0 {
                return try Recovery.open(journal, secret: Daemon.randomBytes(32), fleet: fleet, now: now)
            }
            let teller = RecoveryTeller()
            let book = try Recovery.book(from: journal) { teller.tell("replaying the journal", $0) }
            if journal.projectionsAreStale {
                try Recovery.rebuildProjections(of: journal) { teller.tell("rebuilding the tables", $0) }
            }
            return book
        } catch let fault as JournalFault {
            throw StartFailure(fault)
        } catch {
            throw StartFailure("the book in \(settings.stateDirectory) cannot be used: \(error)", .book)
        }
    }

    private func sayServing(_ scheduler: Scheduler, _ listeners: [OpenListener]) {
        let book = scheduler.view.book
        let line =
            "serving fleet \(book.fleet.name): \(WattsText.grouped(book.fleet.gpuCount)) GPUs, "
            + "revision \(book.revision), on "
            + listeners.map { $0.isTLS ? "\($0.place) (TLS)" : $0.place }.joined(separator: ", ")
        logger.log(.serving, "\(line)")
    }

    /// Says that the release before this one can still be installed again, and that something waits for the end of that.
    private func sayUpgrade(_ book: Book) {
        let (level, own) = (book.formatLevel, FormatLevel.current.number)
        guard level < own, let before = FormatLevel.numbered(level) else { return }
        logger.log(
            .upgradeWaits,
            "the upgrade is not finalised; the book is written so that release \(before.release) reads it",
            metadata: ["level": "\(level)", "programLevel": "\(own)"])
    }

    /// Facts before the last snapshot are verified beside the service; damage found there stops all writes.
    private func checkOlderFacts(of journal: SQLiteJournal, _ scheduler: Scheduler) {
        let checker = Thread {
            scheduler.verifyOlderFacts(
                { () throws(JournalFault) in _ = try journal.verifyWholeChain() },
                pause: { Thread.sleep(forTimeInterval: Self.secondsBetweenVerifications) })
        }
        checker.name = "verifier"
        checker.start()
    }

    /// After facts that could not be read.
    private static let secondsBetweenVerifications = 60.0

    // MARK: On demand

    private static func verify(_ view: PublishedView, _ journal: any JournalStore, now: Int64) throws -> VerifyAnswer {
        let start = SystemClock().steadyNanoseconds
        let reports = try Verification.run(view.book, journal: journal, now: now)
        let rules = reports.map { report in
            RuleCheck(
                rule: report.rule, title: report.title,
                checked: NamedCounts(Dictionary(report.checked.map { ($0.name, $0.count) }) { $1 }),
                violations: report.violations)
        }
        let micros = (SystemClock().steadyNanoseconds - start) / 1_000
        return VerifyAnswer(
            revision: Int(view.revision), digest: view.book.digest(), rules: rules, elapsedMicros: Int(micros))
    }

    private static func backup(_ journal: SQLiteJournal, to path: String) throws -> Int {
        try tellingBackupFaults { () throws(JournalFault) in try journal.backup(to: path) }
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return (attributes[.size] as? Int) ?? 0
    }

    private static func tellingBackupFaults(_ body: () throws(JournalFault) -> Void) throws {
        do {
            try body()
        } catch {
            let code: ErrorCode =
                switch error {
                case .alreadyInitialised: .inUse
                case .full: .journalFull
                default: .badRequest
                }
            throw Problem(code, detail: "\(error)", pointer: "/path")
        }
    }

    private static func randomBytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: .min ... .max) }
    }

    private static func randomHex(_ count: Int) -> String {
        randomBytes(count).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}

/// The writer as a service: it stops after the server, when nobody asks any more.
private struct WriterService: Service {
    let scheduler: Scheduler
    let journal: SQLiteJournal
    let audit: AuditLog
    let logger: Logger

    func run() async throws {
        try? await gracefulShutdown()
        audit.keepHead()
        scheduler.stop()
        do {
            try journal.close()
        } catch {
            logger.log(
                .journalNotClosed, "the journal did not close cleanly; the next start recovers",
                metadata: ["fault": "\(error)"])
        }
    }
}
