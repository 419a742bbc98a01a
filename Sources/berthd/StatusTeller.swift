// The line of `systemctl status`: what is leased, what it draws, and what is wrong.

import ControlAPI
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

    private let scheduler: Scheduler
    private let live: LiveSettings
    private let told = Mutex<Basis?>(nil)

    init(scheduler: Scheduler, live: LiveSettings) {
        self.scheduler = scheduler
        self.live = live
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

    /// Says that the daemon serves, for the first time or after a reload.
    func tellReady() { Supervisor.notifyReady(status: take()) }

    /// Says that configuration is being read again.
    func tellReloading() { Supervisor.notifyReloading(status: "reloading") }

    private func tellChange() {
        let before = told.withLock { $0 }
        guard basis != before else { return }
        Supervisor.notify(status: take())
    }

    private var basis: Basis {
        Basis(
            revision: scheduler.view.revision, health: scheduler.journalHealth,
            isTimeFrozen: scheduler.isTimeFrozen, refusal: live.reloadRefusal?.detail)
    }

    /// The line as it is now, which is taken to be told.
    private func take() -> String {
        let basis = basis
        told.withLock { $0 = basis }
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
