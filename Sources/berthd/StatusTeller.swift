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

    /// What the line follows from; figures are counted only where that has changed.
    private struct Basis: Equatable {
        let revision: UInt64
        let health: JournalHealth
        let isTimeFrozen: Bool
        let refusal: String?
    }

    private struct State {
        var told: Basis?
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
        guard Supervisor.isPresent else {
            try? await gracefulShutdown()
            return
        }
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
        guard basis != before else { return }
        Supervisor.notify(status: take())
    }

    private var basis: Basis {
        Basis(
            revision: scheduler.view.revision, health: scheduler.journalHealth,
            isTimeFrozen: scheduler.isTimeFrozen, refusal: state.withLock { $0.refusal })
    }

    /// The line as it is now, which is taken to be told.
    private func take() -> String {
        let basis = basis
        state.withLock { $0.told = basis }
        let view = scheduler.view
        var parts = [
            FleetFigures(view, at: scheduler.now).text, "revision \(WattsText.grouped(view.revision))",
        ]
        if !basis.health.isWritable {
            parts.insert("reads only: \(basis.health.detail ?? "the journal cannot be written")", at: 0)
        }
        if basis.isTimeFrozen { parts.insert("time stands still: berth clock confirm", at: 0) }
        if view.book.formatLevel < FormatLevel.current.number { parts.append("the upgrade is not finalised") }
        if let refusal = basis.refusal {
            parts.append("the last reload was refused, and what was before stays: \(refusal)")
        }
        return parts.joined(separator: "; ")
    }
}
