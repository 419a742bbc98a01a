// Keeps a signed head of the audit log in the book from time to time, so that what came before it cannot change unseen.

import Scheduling
import ServiceLifecycle

/// Keeps heads for as long as the daemon runs: at the start, and each hour in which something has changed.
struct HeadKeeper: Service {
    let audit: AuditLog

    private static let interval = Duration.seconds(3_600)

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                audit.keepHead()
                try await Task.sleep(for: Self.interval)
            }
        }
    }
}
