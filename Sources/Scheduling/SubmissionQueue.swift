// What waits for the writer. The only place where threads meet it.

import Foundation

/// A bounded queue that one thread empties in batches.
///
/// `@unchecked Sendable`: every field is touched only between `condition.lock()` and `unlock()`.
final class SubmissionQueue: @unchecked Sendable {
    enum Item: Sendable {
        case submission(Scheduler.Submission)
        /// Work for the writer's thread that decides nothing.
        case work(@Sendable () -> Void)
        case snapshotTaken
    }

    private let condition = NSCondition()
    private let countMax: Int
    private var items: [Item] = []
    private var isStopping = false
    private var isFinished = false
    private var isTimeConfirmed = false

    init(countMax: Int) {
        self.countMax = countMax
    }

    /// Adds all or none; returns why none was added.
    func add(_ submissions: [Scheduler.Submission]) -> SchedulingFault? {
        condition.lock()
        defer { condition.unlock() }
        guard !isStopping else { return .stopping }
        guard items.count + submissions.count <= countMax else { return .overloaded }
        items.append(contentsOf: submissions.map { .submission($0) })
        condition.broadcast()
        return nil
    }

    func add(_ work: @escaping @Sendable () -> Void) { append(.work(work)) }
    func addSnapshotTaken() { append(.snapshotTaken) }

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
            return items
        }
        let batch = Array(items.prefix(Scheduler.batchMax))
        items.removeFirst(Scheduler.batchMax)
        return batch
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
