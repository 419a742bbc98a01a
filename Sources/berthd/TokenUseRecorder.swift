// Keeps the hour of each token's last use in a file beside the book.

import ControlServer
import DaemonLog
import Foundation
import Journaling
import Logging
import Scheduling
import ServiceLifecycle

/// The hours of last use in a file of their own. Losing it costs no promise.
struct TokenUseFile: Sendable {
    /// How long a use is remembered: longer than any token lives.
    private static let keptSeconds: Int64 = 400 * 86_400
    private static let rowsMax = 1_000_000

    /// Nil where the file could not be opened: uses are then known since the start only.
    private let file: HistoryFile?

    init(directory: String, _ logger: Logger) {
        do {
            let file = try HistoryFile(path: directory + "/tokens.sqlite", columns: ["hours"])
            if let moved = file.setAside {
                logger.log(
                    .recordDamaged, "the record of tokens' use was damaged; it begins anew",
                    metadata: ["old": "\(moved)"])
            }
            self.file = file
        } catch {
            logger.log(.recordFailed, "the use of tokens is not kept", metadata: ["fault": "\(error)"])
            file = nil
        }
    }

    /// The last hour of each token.
    func hours() -> [UInt64: Int64] {
        let rows = (try? file?.newestRows(seriesStart: nil, from: 0, limit: Self.rowsMax)) ?? []
        var hours: [UInt64: Int64] = [:]
        for row in rows {
            if let number = UInt64(row.series) { hours[number] = max(hours[number] ?? .min, row.start) }
        }
        return hours
    }

    func add(_ changes: [(number: UInt64, hour: Int64)], now: Int64) throws {
        guard !changes.isEmpty else { return }
        let rows = changes.map { HistoryRow(series: String($0.number), start: $0.hour, samples: 1, sums: [1]) }
        try file?.add(rows, droppingBefore: now - Self.keptSeconds)
    }

    func close() { try? file?.close() }
}

/// Writes what has changed each minute, for as long as the daemon runs.
struct TokenUseRecorder: Service {
    let use: TokenUse
    let file: TokenUseFile
    let scheduler: Scheduler
    let logger: Logger

    private static let interval = Duration.seconds(60)

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try await Task.sleep(for: Self.interval)
                write()
            }
        }
        write()
        file.close()
    }

    private func write() {
        do {
            try file.add(use.takeChanges(), now: scheduler.now)
        } catch {
            logger.log(.recordFailed, "some of the record of tokens' use was lost", metadata: ["fault": "\(error)"])
        }
    }
}
