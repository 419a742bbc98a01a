// What the writer's thread does with one batch: decide, write, publish, answer.

import DaemonLog
import Foundation
import Journaling
import Leasing
import Logging

/// The state of the writer's thread.
struct Writer {
    let scheduler: Scheduler
    var book: Book
    var subjects: FactSubjects
    var timekeeper: Timekeeper
    var entriesSinceSnapshot: UInt64
    var isSnapshotting = false
    /// Runs work beside the writer, under a name: on a thread of its own, or where a simulator wants it.
    private let besides: (String, @escaping @Sendable () -> Void) -> Void
    private var sample = BatchSample()
    /// After a failed write time-driven changes are tried again this often.
    static let retrySeconds = 1.0

    init(
        _ scheduler: Scheduler,
        besides: @escaping (String, @escaping @Sendable () -> Void) -> Void = { name, work in
            let thread = Thread(block: work)
            thread.start()
            // Foundation tells the kernel only of a thread that has been started.
            thread.name = name
        }
    ) {
        self.scheduler = scheduler
        self.besides = besides
        book = scheduler.view.book
        subjects = FactSubjects(after: book)
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
        let (before, subjectsBefore) = (book, subjects)
        var decided = DecidedBatch()
        sample.begin()
        if let condemned = scheduler.condemned { return refuse(batch, condemned) }
        var probes: [@Sendable (JournalHealth) -> Void] = []
        if !timekeeper.isFrozen { applyWhatIsDue(now, &decided) }
        for item in batch {
            switch item {
            case .work(let work): work()
            case .snapshotTaken: isSnapshotting = false
            case .submission(let submission): decide(submission, now, &decided)
            case .probe(let answer): probes.append(answer)
            }
        }
        defer {
            let health = scheduler.journalHealth
            for answer in probes { answer(health) }
        }
        guard !decided.entries.isEmpty else {
            scheduler.meter.add(sample)
            let view = scheduler.view
            for answer in decided.answers { answer.give(view) }
            if !probes.isEmpty { probeJournal() }
            return
        }
        sample.facts = decided.factCount
        let decidedAt = scheduler.clock.steadyNanoseconds
        let fault = write(decided, before)
        scheduler.notePace(
            commands: decided.answers.count, deciding: decided.nanoseconds,
            committing: scheduler.clock.steadyNanoseconds - decidedAt)
        if let fault {
            sample.hasFailed = true
            scheduler.meter.add(sample)
            (book, subjects) = (before, subjectsBefore)
            if fault.endsProcess { return scheduler.end(with: fault) }
            scheduler.note(JournalHealth(isWritable: false, detail: "\(fault)"))
            for answer in decided.answers { answer.fault("\(fault)", scheduler.view) }
            return
        }
        scheduler.meter.add(sample)
        scheduler.note(JournalHealth())
        let view = PublishedView(book: book, gauge: scheduler.gauge)
        // A fact may be about a tenant and leave its answer as it was.
        var changed: Set<String> = []
        for name in decided.changedTenants where before.tenantIndex(of: name) != book.tenantIndex(of: name) {
            changed.insert(name)
        }
        scheduler.publish(view, changedTenants: changed, changes: decided.changes)
        decided.warn(scheduler.logger)
        for answer in decided.answers { answer.give(view) }
        entriesSinceSnapshot += UInt64(decided.entries.count)
        if entriesSinceSnapshot >= scheduler.entriesPerSnapshot { takeSnapshotBesides(view) }
    }

    private mutating func refuse(_ batch: [SubmissionQueue.Item], _ why: String) {
        for item in batch {
            switch item {
            case .submission(let submission): submission.answer(.faulted(.journalUnwritable(why)))
            case .probe(let answer): answer(scheduler.journalHealth)
            case .work, .snapshotTaken: break
            }
        }
    }

    /// Tries the way to the disk where no entry has just gone it.
    private func probeJournal() {
        do {
            try scheduler.journal.probe()
            scheduler.note(JournalHealth())
        } catch {
            if error.endsProcess { return scheduler.end(with: error) }
            scheduler.note(JournalHealth(isWritable: false, detail: "\(error)"))
        }
    }

    private mutating func applyWhatIsDue(_ now: Int64, _ decided: inout DecidedBatch) {
        while let due = book.nextDueAt, due <= now, decided.entries.count < Scheduler.batchMax {
            let context = CommandContext(actor: .daemon, reason: "time", requestID: "time", now: now)
            let start = scheduler.clock.steadyNanoseconds
            guard let result = try? book.execute(.advance, context), let entry = result.entry else { return }
            sample.add(.advance, isAccepted: true, nanoseconds: scheduler.clock.steadyNanoseconds - start)
            decided.add(entry, about: subjects.subjects(of: entry, after: book), after: book)
            if !result.outcome.hasMoreDue { return }
        }
    }

    private mutating func decide(_ submission: Scheduler.Submission, _ now: Int64, _ decided: inout DecidedBatch) {
        var context = submission.context
        context.now = now
        let start = scheduler.clock.steadyNanoseconds
        sample.waits.append(max(0, start - submission.queuedAt))
        defer { decided.nanoseconds += scheduler.clock.steadyNanoseconds - start }
        do {
            let (entry, outcome) = try book.execute(submission.command, context)
            let took = scheduler.clock.steadyNanoseconds - start
            sample.add(submission.command, isAccepted: true, nanoseconds: took)
            if let entry { decided.add(entry, about: subjects.subjects(of: entry, after: book), after: book) }
            decided.answers.append(
                BatchAnswer(result: .success(outcome), changed: entry != nil, took: took, answer: submission.answer))
        } catch {
            sample.add(
                submission.command, isAccepted: false, nanoseconds: scheduler.clock.steadyNanoseconds - start)
            decided.answers.append(
                BatchAnswer(result: .failure(error), changed: false, took: 0, answer: submission.answer))
        }
    }

    private mutating func write(_ decided: DecidedBatch, _ before: Book) -> JournalFault? {
        let start = scheduler.clock.steadyNanoseconds
        defer { sample.commitNanoseconds = scheduler.clock.steadyNanoseconds - start }
        do {
            try scheduler.journal.append(
                decided.entries, expectedSequence: before.revision, epoch: scheduler.journal.identity.epoch,
                projecting: decided.projections,
                level: book.formatLevel == before.formatLevel ? nil : book.formatLevel)
            sample.syncNanoseconds = scheduler.journal.lastSyncNanoseconds
            return nil
        } catch {
            return error
        }
    }

    /// Writes a snapshot of `view`: the bytes are made on another thread, and written in parts, so that nobody waits
    /// for either.
    private mutating func takeSnapshotBesides(_ view: PublishedView) {
        guard !isSnapshotting else { return }
        isSnapshotting = true
        entriesSinceSnapshot = 0
        let scheduler = scheduler
        do {
            // The other thread may come to an end after the journal was closed, so it leaves that alone.
            let place = try scheduler.journal.place(of: view.revision)
            besides("snapshot") {
                scheduler.writeNextPart(of: SnapshotInParts(view.book.snapshot(), at: place))
            }
        } catch { scheduler.noteFailedSnapshot(error) }
    }

    func finish() {
        guard entriesSinceSnapshot > 0, scheduler.journalHealth.isWritable else { return }
        do {
            try scheduler.journal.snapshot(book.snapshot(), at: book.revision)
        } catch {
            scheduler.logger.log(
                .snapshotFailed, "no last snapshot could be written; the next start takes longer",
                metadata: ["fault": "\(error)"])
        }
    }
}

extension Scheduler {
    /// Queues the writing of one part, which queues that of the next: whoever has come meanwhile is before it.
    fileprivate func writeNextPart(of snapshot: SnapshotInParts) {
        later { [self] in
            var snapshot = snapshot
            do {
                try journal.writePart(of: &snapshot)
                if snapshot.isWritten { noteSnapshotTaken() } else { writeNextPart(of: snapshot) }
            } catch { noteFailedSnapshot(error) }
        }
    }

    fileprivate func noteFailedSnapshot(_ fault: any Error) {
        logger.log(
            .snapshotFailed, "no snapshot could be written; the next start takes longer",
            metadata: ["fault": "\(fault)"])
        noteSnapshotTaken()
    }
}

/// What one batch has decided and whom it answers.
private struct DecidedBatch {
    var entries: [[UInt8]] = []
    var projections: [ProjectionWrite] = []
    var changes: [AcceptedChange] = []
    var factCount = 0
    var changedTenants: Set<String> = []
    var answers: [BatchAnswer] = []
    /// What deciding took.
    var nanoseconds: Int64 = 0
    fileprivate var overdueOrders: [UInt64] = []

    mutating func add(_ entry: Entry, about subjects: [FactSubject?], after book: Book) {
        entries.append(entry.encoded())
        projections += Projections.writes(for: entry, about: subjects, after: book)
        var last: String?
        for case let subject? in subjects where subject.tenant != last {
            changedTenants.insert(subject.tenant)
            last = subject.tenant
        }
        changes.append(AcceptedChange(entry: entry, subjects: subjects))
        factCount += entry.facts.count
        // Facts of one lease follow one another.
        var number: UInt64?
        for fact in entry.facts {
            if let next = fact.leaseNumber, next != number {
                number = next
                noteHolder(of: next, in: book)
            }
            if case .tenantRemoved(let name, _) = fact { changedTenants.insert(name) }
            if case .orderOverdue(let number) = fact { overdueOrders.append(number) }
        }
    }

    private mutating func noteHolder(of number: UInt64, in book: Book) {
        guard let holder = book.holder(of: number) else { return }
        changedTenants.insert(holder.tenant)
        if let sublease = book.sublease(on: holder.lease) { changedTenants.insert(sublease.to) }
    }
}

extension DecidedBatch {
    /// Says what somebody has to look at now.
    func warn(_ logger: Logger) {
        guard let first = overdueOrders.first else { return }
        logger.log(
            .ordersOverdue, "orders to the actuator have not been acknowledged at half of their notice",
            metadata: ["orders": "\(overdueOrders.count)", "first": "o-\(first)"])
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
