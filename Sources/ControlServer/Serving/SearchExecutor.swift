// A thread for long searches, so that they run on no event loop whoever asks for them.

import Dispatch

/// A serial queue as the executor of an actor.
final class SearchExecutor: SerialExecutor {
    private let queue = DispatchQueue(label: "berth.searches")

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
    }
}
