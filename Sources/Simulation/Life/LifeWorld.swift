// The daemon below its sockets, on one thread: the real scheduler, leasing and packing, with time and disk handed in.

import FleetModel
import Journaling
import Leasing
import Logging
import Scheduling
import Synchronization

/// What a command was answered.
struct LifeAnswer: Sendable {
    var command: LifeCommand
    /// Which command of its step it is.
    var place: Int
    var answer: Answer
}

/// One daemon, its journal and its clock.
struct LifeWorld {
    private(set) var journal: MemoryJournal
    let clock: ManualClock
    private(set) var scheduler: Scheduler
    private var stepper: WriterStepper
    private let broken = LifeFlag()
    private let entriesPerSnapshot: UInt64
    /// How often the process has been started.
    private(set) var starts = 1

    /// A new book on a fleet.
    init(fleet: Fleet, seed: UInt64, start: Int64, entriesPerSnapshot: UInt64) throws {
        clock = ManualClock(wallSeconds: start)
        self.entriesPerSnapshot = entriesPerSnapshot
        var random = SimulationRandom(seed: seed)
        journal = MemoryJournal(
            bookID: (0..<32).map { _ in String(random.below(16), radix: 16) }.joined(), projections: Projections.tables)
        let secret = (0..<32).map { _ in UInt8(random.below(256)) }
        let book = try Recovery.open(journal, secret: secret, fleet: fleet, now: start)
        scheduler = Self.scheduler(book, journal, clock, entriesPerSnapshot, broken)
        stepper = scheduler.stepper()
    }

    private static func scheduler(
        _ book: Book, _ journal: MemoryJournal, _ clock: ManualClock, _ entriesPerSnapshot: UInt64, _ broken: LifeFlag
    ) -> Scheduler {
        Scheduler(
            book: book, journal: journal, clock: clock, logger: Logger(label: "life") { _ in SwiftLogNoOpLogHandler() },
            entriesPerSnapshot: entriesPerSnapshot
        ) { [broken] _ in broken.set() }
    }

    /// The book as readers see it.
    var book: Book { scheduler.view.book }

    /// The time of the last step.
    var stepTime: Int64 { max(stepper.time, book.time) }

    /// Whether what is due happens: the clock is believed, and the journal takes writes.
    var passesTime: Bool { !scheduler.isTimeFrozen && scheduler.journalHealth.isWritable }

    /// Lets one thing happen, and gives the answers to its commands in order.
    ///
    /// - Throws: what a start cannot read.
    mutating func take(_ step: LifeStep) throws -> [LifeAnswer] {
        var commands: [LifeCommand] = []
        switch step {
        case .send(let sent): commands = sent
        case .pass(let seconds): clock.advance(seconds: seconds)
        case .setClock(let seconds): clock.jump(seconds: seconds)
        case .confirmTime: scheduler.confirmTime()
        case .fillDisk: journal.failNextAppend(with: .full(path: "disk", detail: "no space left"))
        case .failSync(let keepsRecords):
            journal.failNextAppend(
                with: .syncFailed(path: "disk", detail: "an error of the device"), keepsRecords: keepsRecords)
        case .crash: try restart()
        }
        let answers = LifeAnswers(count: commands.count)
        let book = book
        let sent = commands.enumerated().map { place, command in
            (
                command.command,
                CommandContext(
                    actor: command.actor, reason: "life", requestID: "r\(place)", idempotencyKey: command.key, now: 0,
                    fleetVersion: command.fleetVersion(in: book))
            )
        }
        if !sent.isEmpty { scheduler.submit(sent) { answers.note($1, at: $0) } }
        stepper.step()
        if broken.take() { try restart() }
        return zip(commands.indices, answers.all).compactMap { place, answer in
            answer.map { LifeAnswer(command: commands[place], place: place, answer: $0) }
        }
    }

    /// Starts again from what is durable.
    private mutating func restart() throws {
        journal = journal.reopened()
        let book = try Recovery.book(from: journal)
        scheduler = Self.scheduler(book, journal, clock, entriesPerSnapshot, broken)
        stepper = scheduler.stepper()
        starts += 1
        stepper.step()
    }
}

/// Whether the process would have ended.
private final class LifeFlag: Sendable {
    private let flag = Mutex(false)

    func set() { flag.withLock { $0 = true } }

    func take() -> Bool {
        flag.withLock { flag in
            defer { flag = false }
            return flag
        }
    }
}

/// The answers to some commands as they come.
private final class LifeAnswers: Sendable {
    private let answers: Mutex<[Answer?]>

    init(count: Int) { answers = Mutex(Array(repeating: nil, count: count)) }

    func note(_ answer: Answer, at place: Int) { answers.withLock { $0[place] = answer } }

    /// In the order of the commands; nil where the process ended before it answered.
    var all: [Answer?] { answers.withLock { $0 } }
}
