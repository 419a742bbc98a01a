// Reads the TLS listeners' certificate and key again when their files change or SIGHUP comes.

import ControlServer
import Foundation
import Logging
import Scheduling
import ServiceLifecycle
import UnixSignals

/// Looks at the files every few seconds, for as long as the daemon runs. Without TCP listeners, SIGHUP is taken and does
/// nothing.
struct CertificateReloader: Service {
    let identity: TLSIdentity?
    let clock: any Scheduling.Clock
    let logger: Logger

    private static let interval = Duration.seconds(5)

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await lookAgain() }
                group.addTask { await obeySignals() }
                try await group.waitForAll()
            }
        }
    }

    private func lookAgain() async throws {
        while true {
            try await Task.sleep(for: Self.interval)
            if let identity { tell(identity.reloadIfChanged(now: clock.wallSeconds)) }
        }
    }

    private func obeySignals() async {
        for await _ in await UnixSignalsSequence(trapping: .sighup) {
            if let identity { tell(identity.reload(now: clock.wallSeconds)) }
        }
    }

    private func tell(_ reload: TLSIdentity.Reload) {
        switch reload {
        case .unchanged: break
        case .taken:
            let state = identity?.state
            logger.notice(
                "new connections get a new certificate",
                metadata: [
                    "subject": "\(state?.subject ?? "")",
                    "until": "\(Date(timeIntervalSince1970: TimeInterval(state?.notAfter ?? 0)).ISO8601Format())",
                ])
        case .refused(let why):
            logger.error(
                "the new certificate cannot be used; the one before it stays", metadata: ["why": "\(why)"])
        }
    }
}
