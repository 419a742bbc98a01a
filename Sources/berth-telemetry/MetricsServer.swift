// The daemon's metrics on a TCP port of this machine, since Prometheus cannot scrape a Unix socket.

import ControlClient
import Hummingbird
import Logging
import NIOCore

/// Serves `GET /metrics`: what berthd says, and this program's own figures after it.
enum MetricsServer {
    static func application(
        on address: LoopbackAddress, _ client: ControlClient, _ rounds: Rounds, _ logger: Logger
    ) -> some ApplicationProtocol {
        let router = Router()
        router.get("/metrics") { _, _ in
            var text: String
            var isUp = true
            do { text = try await client.metrics() } catch {
                (text, isUp) = ("", false)
            }
            text += own(rounds.counts, isUp)
            return Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: text)))
        }
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        return Application(
            router: router,
            configuration: .init(
                address: .hostname(address.host, port: address.port), serverName: "berth-telemetry"),
            onServerRunning: { channel in
                logger.notice(
                    "serving metrics",
                    metadata: ["address": "\(address.host):\(channel.localAddress?.port ?? address.port)"])
            }, logger: quiet)
    }

    private static func own(_ counts: RoundCounts, _ isUp: Bool) -> String {
        let families: [(name: String, kind: String, help: String, value: Int)] = [
            ("berth_up", "gauge", "1 when berthd answered this scrape, else 0.", isUp ? 1 : 0),
            ("berth_telemetry_rounds_total", "counter", "Rounds of asking all sources.", counts.rounds),
            ("berth_telemetry_source_failures_total", "counter", "Sources that gave nothing.", counts.sourceFailures),
            (
                "berth_telemetry_refused_rounds_total", "counter", "Rounds that berthd did not take.",
                counts.refusedRounds
            ),
            ("berth_telemetry_sent_total", "counter", "Readings that berthd took.", counts.taken),
            ("berth_telemetry_left_out_total", "counter", "Readings that berthd left out.", counts.leftOut),
            (
                "berth_telemetry_unmapped_total", "counter", "Samples whose labels did not say of what they are.",
                counts.unmapped
            ),
        ]
        return families.map { "# HELP \($0.name) \($0.help)\n# TYPE \($0.name) \($0.kind)\n\($0.name) \($0.value)\n" }
            .joined()
    }
}
