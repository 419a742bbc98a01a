// berth-telemetry: from exporters, or from a Prometheus, to berthd's socket.

import ArgumentParser
import AsyncHTTPClient
import ControlAPI
import ControlClient
import Foundation
import Logging
import NIOCore
import ServiceLifecycle
import UnixSignals

@main
struct BerthTelemetry: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "berth-telemetry",
        abstract: "Bring readings of power from Prometheus endpoints to berthd.",
        discussion: """
            Asks DCGM's exporters (--scrape), or a Prometheus that has scraped them (--prometheus), for \
            DCGM_FI_DEV_POWER_USAGE and gives berthd the watts of each GPU. Other metrics, meters of racks and of budget \
            domains, and other labels are named in a file of settings (docs/telemetry.md); options win over it.

            A GPU's module id is the exporter's index plus one, unless the inventory has its UUID: exporters count in PCI \
            order, which module ids need not follow. The watts of a node are right either way.

            EXAMPLE
              berth-telemetry --scrape http://10.1.0.7:9400/metrics --once
              berth-telemetry --prometheus http://127.0.0.1:9090 --interval 15s \\
                --serve 127.0.0.1:9809

            EXIT CODES
               0  stopped in order, or --once gave everything
               1  --once, and a source or berthd failed
              64  the command line or the settings are wrong
            """,
        version: "0.2.0")

    @Option(help: ArgumentHelp("Settings in YAML.", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("An exporter's endpoint; may be given several times.", valueName: "url"))
    var scrape: [String] = []

    @Option(
        help: ArgumentHelp("A Prometheus, by the base of its address; may be given several times.", valueName: "url"))
    var prometheus: [String] = []

    @Option(
        help: ArgumentHelp(
            "What names the node, of the sample's labels; {Hostname} if left out.", valueName: "template"))
    var node: String?

    @Option(help: ArgumentHelp("How often to ask.", valueName: "duration"))
    var interval: String?

    @Option(help: ArgumentHelp("berthd's Unix socket; else BERTH_SOCKET.", valueName: "path"))
    var socket: String?

    @Option(help: ArgumentHelp("Serve berthd's metrics on this address, such as 127.0.0.1:9809.", valueName: "address"))
    var serve: String?

    @Flag(help: "One round, and end.")
    var once = false

    /// The settings of the file, with what the options change.
    func settings() throws(SettingsError) -> TelemetrySettings {
        var settings = TelemetrySettings()
        if let config { settings = try TelemetrySettings.read(file: config) }
        let environment = ProcessInfo.processInfo.environment["BERTH_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
        settings.socket = URL(fileURLWithPath: socket ?? environment ?? settings.socket).standardizedFileURL.path
        if !scrape.isEmpty || !prometheus.isEmpty {
            settings.sources =
                scrape.map { Source(kind: .exporter, url: $0) } + prometheus.map { Source(kind: .prometheus, url: $0) }
        }
        for source in settings.sources where !source.url.hasPrefix("http://") && !source.url.hasPrefix("https://") {
            throw SettingsError("\(source.url) is not an address like http://127.0.0.1:9400/metrics")
        }
        if let interval {
            guard let seconds = WireDuration(interval)?.seconds, seconds > 0 else {
                throw SettingsError("--interval: \(interval) is not a duration like 15s")
            }
            settings.intervalSeconds = seconds
        }
        if let node {
            guard let template = LabelTemplate(node) else {
                throw SettingsError("--node: \(node) is no template; write {label}, {label:host} or {label:short}")
            }
            settings.series = settings.series.map { series in
                var series = series
                switch series.subject {
                case .node(_, let gpu): series.subject = .node(template, gpu: gpu)
                case .gpus: series.subject = .gpus(template)
                case .rack, .budget: break
                }
                return series
            }
        }
        if let serve { settings.serve = try LoopbackAddress(serve) }
        if settings.sources.isEmpty && (once || settings.serve == nil) {
            throw SettingsError(
                "nothing to ask: give --scrape URL or --prometheus URL, or --serve to serve metrics alone")
        }
        return settings
    }

    func run() async throws {
        let settings: TelemetrySettings
        do { settings = try self.settings() } catch {
            FileHandle.standardError.write(Data("berth-telemetry: \(error)\n".utf8))
            throw ExitCode(64)
        }
        LoggingSystem.bootstrap { StreamLogHandler.standardError(label: $0) }
        let logger = Logger(label: "berth-telemetry")
        let client = ControlClient(socketPath: settings.socket)
        var configuration = HTTPClient.Configuration()
        configuration.timeout.connect = .seconds(5)
        configuration.connectionPool.retryConnectionEstablishment = false
        let http = HTTPClient(eventLoopGroup: HTTPClient.defaultEventLoopGroup, configuration: configuration)
        let rounds = Rounds(settings, client, http, logger)
        let result = await work(settings, client, rounds, logger)
        await client.shutdown()
        try? await http.shutdown()
        if result != .done { throw ExitCode(1) }
    }

    private func work(
        _ settings: TelemetrySettings, _ client: ControlClient, _ rounds: Rounds, _ logger: Logger
    ) async -> RoundResult {
        if once { return await rounds.run() }
        var services: [any Service] = []
        if !settings.sources.isEmpty {
            services.append(RoundService(rounds: rounds, intervalSeconds: settings.intervalSeconds))
        }
        if let address = settings.serve {
            services.append(MetricsServer.application(on: address, client, rounds, logger))
        }
        var quiet = logger
        quiet.logLevel = .warning
        let group = ServiceGroup(
            services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet)
        do {
            try await group.run()
            return .done
        } catch {
            logger.error("ended: \(error)")
            return .refused
        }
    }
}

/// Rounds at even intervals; after a round that berthd did not take, sooner and then ever later, up to a minute.
private struct RoundService: Service {
    let rounds: Rounds
    let intervalSeconds: Int64

    private static let backOffSecondsMax: Int64 = 60

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            var backOffSeconds: Int64 = 1
            while !Task.isCancelled {
                if await rounds.run() == .refused {
                    try await Task.sleep(for: .seconds(backOffSeconds))
                    backOffSeconds = min(Self.backOffSecondsMax, backOffSeconds * 2)
                } else {
                    backOffSeconds = 1
                    try await Task.sleep(for: .seconds(intervalSeconds))
                }
            }
        }
    }
}
