// SIGHUP, which reloads as `berth reload` does.

import ControlServer
import Logging
import ServiceLifecycle
import UnixSignals

/// Obeys SIGHUP for as long as the daemon runs. What comes while a reload is under way is one more reload after it.
struct ReloadSignal: Service {
    let reloader: Reloader

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await _ in await UnixSignalsSequence(trapping: .sighup) {
                // Its result stands in the log and in the status.
                _ = try? await reloader.reload(
                    ReloadOrder(actor: "daemon", role: "operator", reason: "SIGHUP", requestID: "sighup"))
            }
        }
    }
}
