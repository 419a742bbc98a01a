// Looks at the draw at even intervals: alerts that nobody asks for, and the history beside the journal.

import ControlServer
import DaemonLog
import FleetModel
import Foundation
import Journaling
import Leasing
import Logging
import Scheduling
import ServiceLifecycle
import Telemetry

/// The history of the draw in a file beside the journal.
struct DrawHistory: Sendable {
    /// Nil where the file could not be opened: there is then no history.
    let file: HistoryFile?

    /// Opens the history in the state directory; what is wrong with it is logged and costs no promise.
    init(directory: String, _ logger: Logger) {
        do {
            let file = try HistoryFile(
                path: directory + "/observed.sqlite", columns: ["observed_sum", "committed_sum", "share_sum"])
            if let moved = file.setAside {
                logger.log(
                    .recordDamaged, "the history of observed power was damaged; it begins anew",
                    metadata: ["old": "\(moved)"])
            }
            self.file = file
        } catch {
            logger.log(.recordFailed, "there is no history of observed power", metadata: ["fault": "\(error)"])
            file = nil
        }
    }

    /// The means of one series from a moment on, in the order of time.
    func means(of series: String, from start: Int64) throws -> [SlotMean] {
        try file?.rows(of: series, from: start).map { row in
            SlotMean(
                series: series, start: row.start, samples: row.samples, observedSum: row.sums[0],
                committedSum: row.sums[1], shareSum: row.sums[2])
        } ?? []
    }

    /// Adds means and drops those that are too old.
    func add(_ means: [SlotMean], now: Int64) throws {
        guard !means.isEmpty else { return }
        let rows = means.map {
            HistoryRow(
                series: $0.series, start: $0.start, samples: $0.samples,
                sums: [$0.observedSum, $0.committedSum, $0.shareSum])
        }
        try file?.add(rows, droppingBefore: now - SlotMean.keptSeconds)
    }
}

/// Samples the draw for as long as the daemon runs.
struct DrawRecorder: Service {
    let observatory: Observatory
    let history: DrawHistory
    let scheduler: Scheduler
    let logger: Logger

    /// How often the draw is looked at.
    private static let interval = Duration.seconds(5)
    /// Samples after which the history is written: a crash costs a minute of it.
    private static let samplesPerWrite = 12

    func run() async throws {
        // Cancelled on a graceful stop, so that the last sleep does not hold it up.
        try? await cancelWhenGracefulShutdown {
            while true {
                for _ in 0..<Self.samplesPerWrite {
                    try await Task.sleep(for: Self.interval)
                    sample()
                }
                write(observatory.takeMeans())
            }
        }
        sample()
        write(observatory.takeMeans())
        try? history.file?.close()
    }

    private func sample() {
        guard observatory.hasReadings else { return }
        let view = scheduler.view
        let now = max(scheduler.now, view.time)
        _ = observatory.report(DrawConditions(view, at: now), at: now, isSample: true)
    }

    private func write(_ means: [SlotMean]) {
        do {
            try history.add(means, now: scheduler.now)
        } catch {
            logger.log(
                .recordFailed, "some history of observed power was lost",
                metadata: ["means": "\(means.count)", "fault": "\(error)"])
        }
    }
}

/// Alerts in the log.
enum DrawAlertLog {
    static func write(_ change: AlertChange, _ fleet: Fleet, _ logger: Logger) {
        switch change {
        case .raised(let alert): logger.log(.drawRaised, "\(words(alert))", metadata: fields(alert, fleet))
        case .worsened(let alert): logger.log(.drawWorsened, "\(words(alert))", metadata: fields(alert, fleet))
        case .cleared(let alert):
            logger.log(.drawCleared, "observed power is away from its limit again", metadata: fields(alert, fleet))
        }
    }

    private static func words(_ alert: DrawAlert) -> String {
        switch alert.kind {
        case .rising: "observed power rises towards its limit"
        case .nearLimit: "observed power is near its limit"
        case .overLimit: "observed power is over its limit"
        }
    }

    private static func fields(_ alert: DrawAlert, _ fleet: Fleet) -> Logger.Metadata {
        [
            "budget": "\(fleet.budgets[alert.budget.offset].name)", "observedWatts": "\(alert.watts)",
            "limitWatts": "\(alert.limitWatts)", "peakWatts": "\(alert.peakWatts)",
        ]
    }
}
