// Runs what a connection's requests need on the connection's event loop, so that a short request changes no thread.

import NIOCore
import Synchronization

/// An event loop as an executor of tasks.
final class LoopExecutor: TaskExecutor {
    private let eventLoop: any EventLoop

    private init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        eventLoop.execute { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }

    /// There are as many as event loops, and those are there until the process ends.
    private static let executors = Mutex<[ObjectIdentifier: LoopExecutor]>([:])

    /// The executor of an event loop.
    static func of(_ eventLoop: any EventLoop) -> LoopExecutor {
        executors.withLock { executors in
            let executor = executors[ObjectIdentifier(eventLoop)] ?? LoopExecutor(eventLoop)
            executors[ObjectIdentifier(eventLoop)] = executor
            return executor
        }
    }
}
