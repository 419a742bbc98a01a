// The one writer: takes what has queued up as one batch, decides it, makes it durable, publishes it, answers.
//
// The order is the promise. A batch is decided on the writer's own copy of the book; its entries go to the journal
// as one transaction; only then is the new view published and only then is anybody answered. When the journal
// cannot be written the copy is thrown away and the published book goes on as it was.

import DaemonLog
import Foundation
public import Journaling
public import Leasing
public import Logging
import Synchronization

/// Why a command got no answer from the book.
public enum SchedulingFault: Error, Sendable, Equatable {
    /// The journal cannot be written now; nothing was changed and reads go on.
    case journalUnwritable(String)
    /// So much waits that an answer would take too long; try again later.
    case overloaded
    /// So much of one tenant waits that others would wait for it; try again later.
    case tenantQueueFull(String)
    /// The daemon is stopping.
    case stopping
}

/// What a command came to.
public enum Answer: Sendable {
    /// Accepted and durable. `decisionNanoseconds` is what deciding took.
    case accepted(Outcome, view: PublishedView, decisionNanoseconds: Int64)
    case refused(Refusal, view: PublishedView)
    case faulted(SchedulingFault)
}

/// Whether the journal takes writes, as the status shows it.
public struct JournalHealth: Equatable, Sendable {
    public var isWritable = true
    public var detail: String?
}

/// The one writer. Commands may be submitted from any thread; one owned thread decides them.
public final class Scheduler: Sendable {
    /// Commands decided and journalled together at most.
    public static let batchMax = 1_024
    /// Commands that may wait.
    public static let queueMax = 65_536
    /// Commands of one tenant that may wait: two of the largest batches.
    public static let queuedOfTenantMax = 8_192
    /// How long a command may have to wait by what the last batches took, in nanoseconds: five seconds.
    public static let waitNanosecondsMax: Int64 = 5_000_000_000
    /// Entries after which a snapshot is taken.
    public static let entriesPerSnapshot: UInt64 = 50_000

    struct Submission: Sendable {
        var command: Command
        var context: CommandContext
        /// By the steady clock.
        var queuedAt: Int64
        var answer: @Sendable (Answer) -> Void
    }

    private struct Shared: Sendable {
        var view: PublishedView
        var journal = JournalHealth()
        var isTimeFrozen = false
        /// Why nothing may be written any more, once that is so.
        var condemned: String?
    }

    /// In a structure of its own: a closure that is itself the mutex's value would be wrapped anew with each call.
    private struct Observer: Sendable {
        var note: @Sendable (PublishedView, Set<String>) -> Void = { _, _ in }
    }

    let entriesPerSnapshot: UInt64
    public let clock: any Clock
    let journal: any JournalStore
    let logger: Logger
    let meter = WriterMeter()
    let recentChanges: RecentChanges
    private let queue: SubmissionQueue
    private let shared: Mutex<Shared>
    private let observer = Mutex(Observer())
    let gauge: ReportGauge
    private let hasStarted = Mutex(false)
    private let onBrokenJournal: @Sendable (JournalFault) -> Void

    /// Takes over a recovered book.
    ///
    /// - Parameters:
    ///   - entriesPerSnapshot: after how many entries a snapshot is taken.
    ///   - onBrokenJournal: called on the writer's thread after a failure that may have lost what was written
    ///     (a failed fsync); it must end the process, which then recovers from the file.
    public init(
        book: Book, journal: any JournalStore, clock: any Clock, logger: Logger,
        entriesPerSnapshot: UInt64 = Scheduler.entriesPerSnapshot,
        onBrokenJournal: @escaping @Sendable (JournalFault) -> Void
    ) {
        self.clock = clock
        self.entriesPerSnapshot = entriesPerSnapshot
        self.journal = journal
        self.logger = logger
        self.onBrokenJournal = onBrokenJournal
        queue = SubmissionQueue(countMax: Self.queueMax)
        gauge = ReportGauge()
        shared = Mutex(Shared(view: PublishedView(book: book, gauge: gauge)))
        recentChanges = RecentChanges(after: book.revision)
    }

    // MARK: Readers

    /// The newest durable revision.
    public var view: PublishedView { shared.withLock { $0.view } }

    public var journalHealth: JournalHealth { shared.withLock { $0.journal } }

    /// True while a jump of the wall clock awaits confirmation and nothing starts or ends by time.
    public var isTimeFrozen: Bool { shared.withLock { $0.isTimeFrozen } }

    /// The time as readers should take it: never before the book's.
    public var now: Int64 { max(clock.wallSeconds, view.time) }

    /// Calls `body` after each published change with the tenants whose answers it changed. One observer; on the
    /// writer's thread, so it must be short.
    public func observe(_ body: @escaping @Sendable (PublishedView, Set<String>) -> Void) {
        observer.withLock { $0.note = body }
    }

    // MARK: Commands

    /// Queues commands in order and returns at once; each answer comes on the writer's thread.
    public func submit(
        _ commands: [(Command, CommandContext)], answer: @escaping @Sendable (Int, Answer) -> Void
    ) {
        let now = clock.steadyNanoseconds
        let submissions = commands.enumerated().map { index, item in
            Submission(command: item.0, context: item.1, queuedAt: now) { answer(index, $0) }
        }
        if let fault = queue.add(submissions, at: now) {
            for index in commands.indices { answer(index, .faulted(fault)) }
        }
    }

    /// Queues one command and waits for its answer.
    public func submit(_ command: Command, _ context: CommandContext) async -> Answer {
        await withCheckedContinuation { continuation in
            submit([(command, context)]) { _, answer in continuation.resume(returning: answer) }
        }
    }

    /// Calls `answer` on the writer's thread when everything queued before has been decided and the journal has said whether it
    /// takes writes. Changes nothing in the book, and takes its turn however much waits. While the writer or the disk is
    /// stuck no answer comes; an answer that the disk is full is one.
    public func probe(answer: @escaping @Sendable (JournalHealth) -> Void) { queue.addProbe(answer) }

    /// Believes the wall clock again after a jump.
    public func confirmTime() { queue.confirmTime() }

    // MARK: Life

    /// Refuses every write from now on, since the journal cannot be trusted; reads go on.
    public func refuseWrites(_ why: String) {
        shared.withLock {
            $0.condemned = why
            $0.journal = JournalHealth(isWritable: false, detail: why)
        }
        logger.log(.journalCondemned, "\(why)")
    }

    var condemned: String? { shared.withLock { $0.condemned } }

    /// Starts the writer's thread. `prepare` runs on it first, for binding it to a NUMA node.
    public func start(prepare: @escaping @Sendable () -> Void = {}) {
        let thread = Thread { [self] in
            prepare()
            var writer = Writer(self)
            while let batch = queue.next(dueIn: writer.secondsUntilDue()) { writer.run(batch) }
            writer.finish()
            queue.finished()
        }
        thread.stackSize = 8 << 20
        hasStarted.withLock { $0 = true }
        thread.start()
        // Foundation tells the kernel, and so `ps` and `perf`, only of a thread that has been started.
        thread.name = "scheduler"
    }

    /// Lets the caller be the writer's thread, in place of ``start(prepare:)``: for a simulator, in which nothing runs beside it.
    public func stepper() -> WriterStepper {
        precondition(!hasStarted.withLock { $0 }, "a scheduler has one writer")
        return WriterStepper(self)
    }

    /// What is queued now, at most a batch.
    fileprivate func takeBatch() -> [SubmissionQueue.Item] { queue.next(dueIn: 0) ?? [] }

    /// Answers everything that is queued, takes a last snapshot, and returns when the writer has ended.
    public func stop() { queue.stopAndWait(hasStarted: hasStarted.withLock { $0 }) }

    // MARK: For the writer

    func notePace(commands: Int, deciding: Int64, committing: Int64) {
        queue.note(commands: commands, deciding: deciding, committing: committing)
    }

    func publish(_ view: PublishedView, changedTenants: Set<String>, changes: [AcceptedChange]) {
        recentChanges.append(changes)
        shared.withLock { $0.view = view }
        observer.withLock { $0.note }(view, changedTenants)
    }

    func note(_ health: JournalHealth) {
        let before = shared.withLock { shared in
            defer { shared.journal = health }
            return shared.journal
        }
        if before.isWritable && !health.isWritable {
            logger.log(
                .journalUnwritable, "the journal cannot be written; writes are refused, reads go on",
                metadata: ["fault": "\(health.detail ?? "")"])
        } else if !before.isWritable && health.isWritable {
            logger.log(.journalWritable, "the journal can be written again")
        }
    }

    func noteTime(isFrozen: Bool) {
        let wasFrozen = shared.withLock { shared in
            defer { shared.isTimeFrozen = isFrozen }
            return shared.isTimeFrozen
        }
        if isFrozen && !wasFrozen {
            logger.log(
                .timeJumped,
                "the wall clock jumped forward by over 10 minutes; nothing starts or ends by time until an operator confirms it"
            )
        }
    }

    func end(with fault: JournalFault) {
        logger.log(
            .journalLost, "the journal failed in a way that may have lost a write; ending",
            metadata: ["fault": "\(fault)"])
        onBrokenJournal(fault)
    }

    /// How many commands wait, and since when the oldest has.
    var queueState: (length: Int, oldest: Int64?) { queue.state }

    func takeTimeConfirmation() -> Bool { queue.takeTimeConfirmation() }
    func noteSnapshotTaken() { queue.addSnapshotTaken() }
    func later(_ work: @escaping @Sendable () -> Void) { queue.add(work) }
}

extension Scheduler {
    /// Queues commands in order and waits for all answers, in the same order.
    public func submitAll(_ commands: [(Command, CommandContext)]) async -> [Answer] {
        guard !commands.isEmpty else { return [] }
        return await withCheckedContinuation { continuation in
            let gathered = GatheredAnswers(count: commands.count)
            submit(commands) { index, answer in
                if let all = gathered.add(answer, at: index) { continuation.resume(returning: all) }
            }
        }
    }
}

/// Answers to several commands until the last one is there.
private final class GatheredAnswers: Sendable {
    private let state: Mutex<(answers: [Answer?], left: Int)>

    init(count: Int) {
        state = Mutex(([Answer?](repeating: nil, count: count), count))
    }

    /// All answers, when this was the last.
    func add(_ answer: Answer, at index: Int) -> [Answer]? {
        state.withLock { state in
            state.answers[index] = answer
            state.left -= 1
            return state.left == 0 ? state.answers.compactMap(\.self) : nil
        }
    }
}

/// The writer, driven by whoever holds it, on the thread that calls. Snapshots are made within the step.
public struct WriterStepper {
    private let scheduler: Scheduler
    private var writer: Writer

    fileprivate init(_ scheduler: Scheduler) {
        self.scheduler = scheduler
        writer = Writer(scheduler) { _, work in work() }
    }

    /// The time of the last step, in seconds since 1970.
    public var time: Int64 { writer.timekeeper.last }

    /// Applies what is due, and decides, writes, publishes and answers what has queued up, as one batch.
    public mutating func step() { writer.run(scheduler.takeBatch()) }
}
