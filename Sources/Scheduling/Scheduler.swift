// The one writer: takes what has queued up as one batch, decides it, makes it durable, publishes it, answers.
//
// The order is the promise. A batch is decided on the writer's own copy of the book; its entries go to the journal
// as one transaction; only then is the new view published and only then is anybody answered. When the journal
// cannot be written the copy is thrown away and the published book goes on as it was.

import Foundation
public import Journaling
public import Leasing
public import Logging
import Synchronization

/// Why a command got no answer from the book.
public enum SchedulingFault: Error, Sendable, Equatable {
    /// The journal cannot be written now; nothing was changed and reads go on.
    case journalUnwritable(String)
    /// The queue is full; try again later.
    case overloaded
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
    /// Entries after which a snapshot is taken.
    public static let entriesPerSnapshot: UInt64 = 50_000

    struct Submission: Sendable {
        var command: Command
        var context: CommandContext
        var answer: @Sendable (Answer) -> Void
    }

    private struct Shared: Sendable {
        var view: PublishedView
        var journal = JournalHealth()
        var isTimeFrozen = false
    }

    public let clock: any Clock
    let journal: any JournalStore
    let logger: Logger
    private let queue: SubmissionQueue
    private let shared: Mutex<Shared>
    private let observer: Mutex<@Sendable (PublishedView, Set<String>) -> Void>
    private let hasStarted = Mutex(false)
    private let onBrokenJournal: @Sendable (JournalFault) -> Void

    /// Takes over a recovered book.
    ///
    /// - Parameter onBrokenJournal: called on the writer's thread after a failure that may have lost what was written
    ///   (a failed fsync); it must end the process, which then recovers from the file.
    public init(
        book: Book, journal: any JournalStore, clock: any Clock, logger: Logger,
        onBrokenJournal: @escaping @Sendable (JournalFault) -> Void
    ) {
        self.clock = clock
        self.journal = journal
        self.logger = logger
        self.onBrokenJournal = onBrokenJournal
        queue = SubmissionQueue(countMax: Self.queueMax)
        shared = Mutex(Shared(view: PublishedView(book: book)))
        observer = Mutex { _, _ in }
    }

    // MARK: Readers

    /// The newest durable revision.
    public var view: PublishedView { shared.withLock { $0.view } }

    public var journalHealth: JournalHealth { shared.withLock { $0.journal } }

    /// True while a jump of the wall clock awaits confirmation and nothing starts or ends by time.
    public var isTimeFrozen: Bool { shared.withLock { $0.isTimeFrozen } }

    /// The time as readers should take it: never before the book's.
    public var now: Int64 { max(clock.wallSeconds, view.book.time) }

    /// Calls `body` after each published change with the tenants whose answers it changed. One observer; on the
    /// writer's thread, so it must be short.
    public func observe(_ body: @escaping @Sendable (PublishedView, Set<String>) -> Void) {
        observer.withLock { $0 = body }
    }

    // MARK: Commands

    /// Queues commands in order and returns at once; each answer comes on the writer's thread.
    public func submit(
        _ commands: [(Command, CommandContext)], answer: @escaping @Sendable (Int, Answer) -> Void
    ) {
        let submissions = commands.enumerated().map { index, item in
            Submission(command: item.0, context: item.1) { answer(index, $0) }
        }
        if let fault = queue.add(submissions) {
            for index in commands.indices { answer(index, .faulted(fault)) }
        }
    }

    /// Queues one command and waits for its answer.
    public func submit(_ command: Command, _ context: CommandContext) async -> Answer {
        await withCheckedContinuation { continuation in
            submit([(command, context)]) { _, answer in continuation.resume(returning: answer) }
        }
    }

    /// Believes the wall clock again after a jump.
    public func confirmTime() { queue.confirmTime() }

    // MARK: Life

    /// Starts the writer's thread. `prepare` runs on it first, for binding it to a NUMA node.
    public func start(prepare: @escaping @Sendable () -> Void = {}) {
        let thread = Thread { [self] in
            prepare()
            var writer = Writer(self)
            while let batch = queue.next(dueIn: writer.secondsUntilDue()) { writer.run(batch) }
            writer.finish()
            queue.finished()
        }
        thread.name = "scheduler"
        thread.stackSize = 8 << 20
        hasStarted.withLock { $0 = true }
        thread.start()
    }

    /// Answers everything that is queued, takes a last snapshot, and returns when the writer has ended.
    public func stop() { queue.stopAndWait(hasStarted: hasStarted.withLock { $0 }) }

    // MARK: For the writer

    fileprivate func publish(_ view: PublishedView, changedTenants: Set<String>) {
        shared.withLock { $0.view = view }
        observer.withLock { $0 }(view, changedTenants)
    }

    fileprivate func note(_ health: JournalHealth) {
        let before = shared.withLock { shared in
            defer { shared.journal = health }
            return shared.journal
        }
        if before.isWritable && !health.isWritable {
            logger.error("the journal cannot be written; writes are refused, reads go on", metadata: ["fault": "\(health.detail ?? "")"])
        } else if !before.isWritable && health.isWritable {
            logger.notice("the journal can be written again")
        }
    }

    fileprivate func noteTime(isFrozen: Bool) {
        let wasFrozen = shared.withLock { shared in
            defer { shared.isTimeFrozen = isFrozen }
            return shared.isTimeFrozen
        }
        if isFrozen && !wasFrozen {
            logger.error("the wall clock jumped forward by over 10 minutes; nothing starts or ends by time until an operator confirms it")
        }
    }

    fileprivate func end(with fault: JournalFault) {
        logger.critical("the journal failed in a way that may have lost a write; ending", metadata: ["fault": "\(fault)"])
        onBrokenJournal(fault)
    }

    fileprivate func takeTimeConfirmation() -> Bool { queue.takeTimeConfirmation() }
    fileprivate func later(_ work: @escaping @Sendable () -> Void) { queue.add(work) }
}

/// The state of the writer's thread.
private struct Writer {
    let scheduler: Scheduler
    var book: Book
    var timekeeper: Timekeeper
    var entriesSinceSnapshot: UInt64
    var isSnapshotting = false
    /// After a failed write time-driven changes are tried again this often.
    static let retrySeconds = 1.0

    init(_ scheduler: Scheduler) {
        self.scheduler = scheduler
        book = scheduler.view.book
        timekeeper = Timekeeper(last: book.time, clock: scheduler.clock)
        let snapshot = (try? scheduler.journal.latestSnapshot())?.sequence ?? 0
        entriesSinceSnapshot = book.revision - min(book.revision, snapshot)
    }

    /// Seconds until time alone changes something, or nil.
    mutating func secondsUntilDue() -> Double? {
        guard let due = book.nextDueAt else { return nil }
        if !scheduler.journalHealth.isWritable { return Self.retrySeconds }
        if timekeeper.isFrozen { return Self.retrySeconds }
        // The wall clock may be set: look again at least every half minute.
        return min(30, max(0, Double(due - timekeeper.now(scheduler.clock))))
    }

    mutating func run(_ batch: [SubmissionQueue.Item]) {
        if scheduler.takeTimeConfirmation() { timekeeper.confirm(scheduler.clock) }
        let now = timekeeper.now(scheduler.clock)
        scheduler.noteTime(isFrozen: timekeeper.isFrozen)
        let before = book
        var decided = DecidedBatch()
        if !timekeeper.isFrozen { applyWhatIsDue(now, &decided) }
        for item in batch {
            switch item {
            case .work(let work): work()
            case .snapshotTaken: isSnapshotting = false
            case .submission(let submission): decide(submission, now, &decided)
            }
        }
        guard !decided.entries.isEmpty else {
            let view = scheduler.view
            for answer in decided.answers { answer.give(view) }
            return
        }
        let fault = write(decided, before)
        if let fault {
            book = before
            if fault.endsProcess { return scheduler.end(with: fault) }
            scheduler.note(JournalHealth(isWritable: false, detail: "\(fault)"))
            for answer in decided.answers { answer.fault("\(fault)", scheduler.view) }
            return
        }
        scheduler.note(JournalHealth())
        let view = PublishedView(book: book)
        scheduler.publish(view, changedTenants: decided.changedTenants)
        for answer in decided.answers { answer.give(view) }
        entriesSinceSnapshot += UInt64(decided.entries.count)
        if entriesSinceSnapshot >= Scheduler.entriesPerSnapshot { takeSnapshotBesides(view) }
    }

    private mutating func applyWhatIsDue(_ now: Int64, _ decided: inout DecidedBatch) {
        while let due = book.nextDueAt, due <= now, decided.entries.count < Scheduler.batchMax {
            let context = CommandContext(actor: .daemon, reason: "time", requestID: "time", now: now)
            guard let result = try? book.execute(.advance, context), let entry = result.entry else { return }
            decided.add(entry, after: book)
            if !result.outcome.hasMoreDue { return }
        }
    }

    private mutating func decide(_ submission: Scheduler.Submission, _ now: Int64, _ decided: inout DecidedBatch) {
        var context = submission.context
        context.now = now
        let start = scheduler.clock.steadyNanoseconds
        do {
            let (entry, outcome) = try book.execute(submission.command, context)
            let took = scheduler.clock.steadyNanoseconds - start
            if let entry { decided.add(entry, after: book) }
            decided.answers.append(
                BatchAnswer(result: .success(outcome), changed: entry != nil, took: took, answer: submission.answer))
        } catch {
            decided.answers.append(
                BatchAnswer(result: .failure(error), changed: false, took: 0, answer: submission.answer))
        }
    }

    private func write(_ decided: DecidedBatch, _ before: Book) -> JournalFault? {
        do {
            try scheduler.journal.append(
                decided.entries, expectedSequence: before.revision, epoch: scheduler.journal.identity.epoch,
                projecting: decided.projections)
            return nil
        } catch {
            return error
        }
    }

    /// Writes a snapshot of `view`: the bytes are made on another thread, so that nobody waits for that.
    private mutating func takeSnapshotBesides(_ view: PublishedView) {
        guard !isSnapshotting else { return }
        isSnapshotting = true
        entriesSinceSnapshot = 0
        let scheduler = scheduler
        let maker = Thread {
            let bytes = view.book.snapshot()
            scheduler.later {
                do {
                    try scheduler.journal.snapshot(bytes, at: view.book.revision)
                } catch {
                    scheduler.logger.warning("no snapshot could be written; the next start takes longer", metadata: ["fault": "\(error)"])
                }
            }
            scheduler.noteSnapshotTaken()
        }
        maker.name = "snapshot"
        maker.start()
    }

    func finish() {
        guard entriesSinceSnapshot > 0, scheduler.journalHealth.isWritable else { return }
        do {
            try scheduler.journal.snapshot(book.snapshot(), at: book.revision)
        } catch {
            scheduler.logger.warning("no last snapshot could be written; the next start takes longer", metadata: ["fault": "\(error)"])
        }
    }
}

extension Scheduler {
    fileprivate func noteSnapshotTaken() { queue.addSnapshotTaken() }
}

/// What one batch has decided and whom it answers.
private struct DecidedBatch {
    var entries: [[UInt8]] = []
    var projections: [ProjectionWrite] = []
    var changedTenants: Set<String> = []
    var answers: [BatchAnswer] = []

    mutating func add(_ entry: Entry, after book: Book) {
        entries.append(entry.encoded())
        projections += Projections.writes(for: entry, after: book)
        for fact in entry.facts {
            if let number = fact.leaseNumber, let lease = book.lease(number) { changedTenants.insert(lease.tenant) }
            if case .tenantRemoved(let name) = fact { changedTenants.insert(name) }
        }
    }
}

private struct BatchAnswer {
    let result: Result<Outcome, Refusal>
    let changed: Bool
    let took: Int64
    let answer: @Sendable (Answer) -> Void

    func give(_ view: PublishedView) {
        switch result {
        case .success(let outcome): answer(.accepted(outcome, view: view, decisionNanoseconds: took))
        case .failure(let refusal): answer(.refused(refusal, view: view))
        }
    }

    /// The batch was undone. Refusals and repeats stand only if nothing before them in the batch was undone, so all
    /// but repeats and plain errors of the request are told to try again.
    func fault(_ detail: String, _ view: PublishedView) {
        switch result {
        case .failure(let refusal) where refusal.code == .invalid: answer(.refused(refusal, view: view))
        default: answer(.faulted(.journalUnwritable(detail)))
        }
    }
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
