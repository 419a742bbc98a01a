// Reads the TLS listeners' certificate and key again when their files change.

import ControlServer
import DaemonLog
import Foundation
import Logging
import Scheduling
import ServiceLifecycle

/// Looks at the files every few seconds, for as long as the daemon runs.
struct CertificateReloader: Service {
    let identity: TLSIdentity?
    let clock: any Scheduling.Clock
    let logger: Logger

    private static let interval = Duration.seconds(5)

    func run() async throws {
        guard let identity else {
            try? await gracefulShutdown()
            return
        }
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: Self.interval)
                tell(identity.reloadIfChanged(now: clock.wallSeconds), identity)
            }
        }
    }

    private func tell(_ reload: TLSIdentity.Reload, _ identity: TLSIdentity) {
        switch reload {
        case .unchanged: break
        case .taken: Self.tellTaken(identity.state, logger)
        case .refused(let why):
            logger.log(
                .certificateRefused, "the new certificate cannot be used; the one before it stays",
                metadata: ["why": "\(why)"])
        }
    }

    /// Says in the log which certificate new connections get.
    static func tellTaken(_ state: TLSIdentity.State, _ logger: Logger) {
        logger.log(
            .certificateTaken, "new connections get a new certificate",
            metadata: [
                "subject": "\(state.subject)",
                "until": "\(Date(timeIntervalSince1970: TimeInterval(state.notAfter)).ISO8601Format())",
            ])
    }
}
