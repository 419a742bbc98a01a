// The watchdog's pings: one for each answer of the writer and the journal.

import Scheduling
import ServiceLifecycle
import Supervision
import Synchronization

/// Asks the writer for a sign of life at half of the service manager's patience, and passes on each one that comes. It does
/// nothing where nobody watches.
final class Heartbeat: Service {
    private let scheduler: Scheduler
    /// Only one is under way, so that a writer that is stuck finds no pile of them.
    private let isUnderWay = Mutex(false)

    init(scheduler: Scheduler) {
        self.scheduler = scheduler
    }

    func run() async throws {
        guard let patience = Supervisor.watchdogMicroseconds else {
            try? await gracefulShutdown()
            return
        }
        try? await cancelWhenGracefulShutdown { [self] in
            while true {
                beat()
                try await Task.sleep(for: .microseconds(Int64(patience / 2)))
            }
        }
    }

    private func beat() {
        let isFirst = isUnderWay.withLock { isUnderWay in
            defer { isUnderWay = true }
            return !isUnderWay
        }
        guard isFirst else { return }
        scheduler.probe { [weak self] _ in
            // That the disk is full is an answer, too.
            Supervisor.notifyWatchdog()
            self?.isUnderWay.withLock { $0 = false }
        }
    }
}
