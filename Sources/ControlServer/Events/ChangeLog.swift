// Accepted changes as lines of the daemon's log, for whoever reads the machine's journal.

import ControlAPI
import DaemonLog
import Leasing
public import Logging
import Scheduling
public import ServiceLifecycle
import Synchronization

/// Writes a line for each thing that happened, under its kind, as long as the log keeps up. It is a watcher like others: the
/// writer does not wait for it, and what is too much is in the audit log alone.
public struct ChangeLog: Service {
    private let services: ControlServices
    private let logger: Logger

    private static let interval = Duration.milliseconds(500)
    /// Changes that are told of in one round; more than that are counted.
    private static let changesMax = 200

    /// Tells of what is accepted from the start of ``run()`` on.
    public init(services: ControlServices, logger: Logger) {
        self.services = services
        self.logger = logger
    }

    public func run() async throws {
        let told = Mutex(services.scheduler.lastRevision)
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: Self.interval)
                told.withLock { $0 = tell(after: $0) }
            }
        }
        told.withLock { $0 = tell(after: $0) }
    }

    /// Tells of what came after a revision, and returns how far that was.
    private func tell(after told: UInt64) -> UInt64 {
        let scheduler = services.scheduler
        let last = scheduler.lastRevision
        guard last > told else { return told }
        let first = max(told, last - min(last, UInt64(Self.changesMax)))
        if first > told {
            logger.log(
                .changesLeftOut, "changes were left out of the log",
                metadata: ["changes": "\(first - told)", "revision": "\(first)"])
        }
        guard let changes = try? scheduler.changes(after: first, limit: Self.changesMax) else { return last }
        let encoding = EventEncoding(book: scheduler.view.book)
        for change in changes {
            for event in encoding.line(change, .everything)?.events ?? [] { write(event, of: change) }
        }
        return changes.last?.entry.revision ?? last
    }

    private func write(_ event: ChangeEvent, of change: AcceptedChange) {
        let entry = change.entry
        var metadata: Logger.Metadata = [
            "revision": "\(entry.revision)", "request": "\(entry.requestID)", "actor": "\(entry.actor.name)",
        ]
        metadata["lease"] = event.lease.map { "\($0)" }
        metadata["tenant"] = event.tenant.map { "\($0)" }
        metadata["domain"] = (event.budget ?? event.nodes?.first).map { "\($0)" }
        if !entry.reason.isEmpty { metadata["reason"] = "\(entry.reason)" }
        logger.log(kind: event.kind, level: .info, "\(event.what)", metadata: metadata)
    }
}
