// The line of `systemctl status`: what is leased, what it draws, and what is wrong.

import ControlServer
import FleetModel
import Leasing
import Scheduling
import ServiceLifecycle
import Supervision
import Synchronization

/// Tells the service manager how the daemon is, when that has changed.
final class StatusTeller: Service {
    private static let interval = Duration.seconds(2)

    private struct State {
        var told = ""
        /// What became of the last reload, where it was refused.
        var refusal: String?
    }

    private let scheduler: Scheduler
    private let state = Mutex(State())

    init(scheduler: Scheduler) {
        self.scheduler = scheduler
    }

    /// Looks again every few seconds, and is the first to say that the daemon stops.
    func run() async throws {
        try? await cancelWhenGracefulShutdown { [self] in
            while true {
                try await Task.sleep(for: Self.interval)
                tellChange()
            }
        }
        Supervisor.notifyStopping()
    }

    /// Says that the daemon serves.
    func tellReady() { Supervisor.notifyReady(status: take()) }

    /// Says that configuration is being read again.
    func tellReloading() { Supervisor.notifyReloading(status: "reloading") }

    /// Says that the reload is over, and why it was refused if it was.
    func tellReloaded(refusal: String?) {
        state.withLock { $0.refusal = refusal }
        tellReady()
    }

    private func tellChange() {
        let before = state.withLock { $0.told }
        let line = take()
        if line != before { Supervisor.notify(status: line) }
    }

    /// The line as it is now, which is taken to be told.
    private func take() -> String {
        let line = line()
        state.withLock { $0.told = line }
        return line
    }

    private func line() -> String {
        let (view, now) = (scheduler.view, scheduler.now)
        let health = scheduler.journalHealth
        var parts = [FleetFigures(view, at: now).text, "revision \(WattsText.grouped(Int(view.book.revision)))"]
        if !health.isWritable { parts.insert("reads only: \(health.detail ?? "the journal cannot be written")", at: 0) }
        if scheduler.isTimeFrozen { parts.insert("time stands still: berth clock confirm", at: 0) }
        if let refusal = state.withLock({ $0.refusal }) {
            parts.append("the last reload was refused, and what was before stays: \(refusal)")
        }
        return parts.joined(separator: "; ")
    }
}
