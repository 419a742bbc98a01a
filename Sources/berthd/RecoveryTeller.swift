// Says how far a recovery has come, so that whoever waits for the daemon waits on.

import Scheduling
import Supervision
import Synchronization

/// Tells the service manager of progress, at most four times a second. It hears of nothing else, so it stops a start that hangs.
final class RecoveryTeller: Sendable {
    /// How long a start may take until it has come on again.
    private static let patienceSeconds: Int64 = 30

    private let toldAt = Mutex<SuspendingClock.Instant?>(nil)

    /// Notes that `progress` has been made in `what`.
    func tell(_ what: String, _ progress: Recovery.Progress) {
        let isDue = toldAt.withLock { toldAt in
            let now = SuspendingClock.now
            if let last = toldAt, now - last < .milliseconds(250), progress.applied < progress.total { return false }
            toldAt = now
            return true
        }
        guard isDue else { return }
        let percent = progress.total == 0 ? 100 : progress.applied * 100 / progress.total
        Supervisor.notifyProgress(status: "\(what): \(percent) %", extendingBy: Self.patienceSeconds)
    }
}
