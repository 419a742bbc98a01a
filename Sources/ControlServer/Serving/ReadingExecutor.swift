// Threads of their own for what only reads and may take long.
//
// The program's common threads are as many as there are processors. A few long readings at once, such as a tenant's
// part of the log, would take them all, and every change would wait for the longest before the writer even hears of it.

import Foundation

/// A fixed number of threads that run tasks in the order in which they come.
///
/// `@unchecked Sendable`: `jobs` is touched only while `condition` is locked.
final class ReadingExecutor: TaskExecutor, @unchecked Sendable {
    /// As many as may read at once while the writer and the network get on.
    static let shared = ReadingExecutor(threadCount: max(2, ProcessInfo.processInfo.activeProcessorCount))

    private let condition = NSCondition()
    private var jobs: [UnownedJob] = []
    private static let stackBytes = 8 << 20

    /// The threads stay until the process ends.
    init(threadCount: Int) {
        for _ in 0..<threadCount {
            let thread = Thread { [self] in while true { next().runSynchronously(on: asUnownedTaskExecutor()) } }
            thread.stackSize = Self.stackBytes
            thread.start()
            thread.name = "reading"
        }
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        condition.lock()
        jobs.append(job)
        condition.signal()
        condition.unlock()
    }

    private func next() -> UnownedJob {
        condition.lock()
        defer { condition.unlock() }
        while jobs.isEmpty { condition.wait() }
        return jobs.removeFirst()
    }
}
