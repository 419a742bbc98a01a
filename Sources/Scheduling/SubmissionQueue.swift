// What waits for the writer. The only place where threads meet it.

import Foundation
import Leasing

/// A bounded queue that one thread empties in batches.
///
/// It is bounded in three ways: by count, by the time that what waits will take, and for each tenant by count. So a writer
/// that falls behind is noticed by those who come, while those who wait are answered soon, and a tenant that sends
/// more than everybody else is the first to be sent away.
///
/// `@unchecked Sendable`: every field is touched only between `condition.lock()` and `unlock()`.
final class SubmissionQueue: @unchecked Sendable {
    enum Item: Sendable {
        case submission(Scheduler.Submission)
        /// Work for the writer's thread that decides nothing.
        case work(@Sendable () -> Void)
        case snapshotTaken
        /// Somebody wants to know whether the writer and the journal get on.
        case probe(@Sendable (JournalHealth) -> Void)
    }

    private let condition = NSCondition()
    private let countMax: Int
    private var items: [Item] = []
    /// Commands that wait, and those of each tenant among them.
    private var waiting = 0
    private var waitingOfTenant: [String: Int] = [:]
    /// When the first of those that wait came, by the steady clock.
    private var oldestAt: Int64?
    private var pace = WriterPace()
    private var isStopping = false
    private var isFinished = false
    private var isTimeConfirmed = false

    init(countMax: Int) {
        self.countMax = countMax
    }

    /// Adds all or none at `now` of the steady clock; returns why none was added.
    func add(_ submissions: [Scheduler.Submission], at now: Int64) -> SchedulingFault? {
        condition.lock()
        defer { condition.unlock() }
        guard !isStopping else { return .stopping }
        if let fault = refusal(of: submissions, at: now) { return fault }
        for submission in submissions {
            if let tenant = submission.context.actor.tenant { waitingOfTenant[tenant, default: 0] += 1 }
            items.append(.submission(submission))
        }
        waiting += submissions.count
        if oldestAt == nil { oldestAt = now }
        condition.broadcast()
        return nil
    }

    private func refusal(of submissions: [Scheduler.Submission], at now: Int64) -> SchedulingFault? {
        // What comes first is taken whatever it will take, or a large batch could never come in.
        guard waiting > 0 else { return nil }
        let total = waiting + submissions.count
        let expected = max(pace.nanoseconds(for: total), oldestAt.map { now - $0 } ?? 0)
        guard total <= countMax, expected <= Scheduler.waitNanosecondsMax else { return .overloaded }
        guard let tenant = submissions.first?.context.actor.tenant,
            let own = waitingOfTenant[tenant], own + submissions.count > Scheduler.queuedOfTenantMax
        else { return nil }
        return .tenantQueueFull(tenant)
    }

    /// Notes what a batch took.
    func note(commands: Int, deciding: Int64, committing: Int64) {
        condition.lock()
        pace.note(commands: commands, deciding: deciding, committing: committing)
        condition.unlock()
    }

    func add(_ work: @escaping @Sendable () -> Void) { append(.work(work)) }
    func addSnapshotTaken() { append(.snapshotTaken) }
    func addProbe(_ answer: @escaping @Sendable (JournalHealth) -> Void) { append(.probe(answer)) }

    private func append(_ item: Item) {
        condition.lock()
        items.append(item)
        condition.broadcast()
        condition.unlock()
    }

    /// How many submissions wait, and since when the oldest has, by the steady clock. O(work that waits before it).
    var state: (length: Int, oldest: Int64?) {
        condition.lock()
        defer { condition.unlock() }
        for item in items {
            if case .submission(let submission) = item { return (items.count, submission.queuedAt) }
        }
        return (items.count, nil)
    }

    func confirmTime() {
        condition.lock()
        isTimeConfirmed = true
        condition.broadcast()
        condition.unlock()
    }

    func takeTimeConfirmation() -> Bool {
        condition.lock()
        defer { condition.unlock() }
        defer { isTimeConfirmed = false }
        return isTimeConfirmed
    }

    /// The next batch, empty when only time has passed; nil when the queue is stopped and empty.
    func next(dueIn seconds: Double?) -> [Item]? {
        condition.lock()
        defer { condition.unlock() }
        let deadline = seconds.map { Date(timeIntervalSinceNow: $0) }
        while items.isEmpty && !isStopping && !isTimeConfirmed {
            guard let deadline else {
                condition.wait()
                continue
            }
            if !condition.wait(until: deadline) { break }
        }
        if items.isEmpty && isStopping { return nil }
        guard items.count > Scheduler.batchMax else {
            defer { items.removeAll(keepingCapacity: true) }
            (waiting, oldestAt) = (0, nil)
            waitingOfTenant.removeAll(keepingCapacity: true)
            return items
        }
        let batch = Array(items.prefix(Scheduler.batchMax))
        items.removeFirst(Scheduler.batchMax)
        take(batch)
        return batch
    }

    /// Counts a batch that leaves others behind as no longer waiting.
    private func take(_ batch: [Item]) {
        for case .submission(let submission) in batch {
            waiting -= 1
            guard let tenant = submission.context.actor.tenant, let count = waitingOfTenant[tenant] else { continue }
            waitingOfTenant[tenant] = count > 1 ? count - 1 : nil
        }
        oldestAt = nil
        for case .submission(let submission) in items {
            oldestAt = submission.queuedAt
            break
        }
    }

    func finished() {
        condition.lock()
        isFinished = true
        condition.broadcast()
        condition.unlock()
    }

    func stopAndWait(hasStarted: Bool) {
        condition.lock()
        isStopping = true
        condition.broadcast()
        while hasStarted && !isFinished { condition.wait() }
        condition.unlock()
    }
}

extension Actor {
    /// The tenant that acts, when it is one.
    fileprivate var tenant: String? { role.hasPrefix("tenant:") ? String(role.dropFirst(7)) : nil }
}
