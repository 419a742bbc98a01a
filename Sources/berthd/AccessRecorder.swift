// Writes who read whose allocation to a file beside the book, at a bounded rate.

import ControlServer
import DaemonLog
import Foundation
import Journaling
import Logging
import Scheduling
import ServiceLifecycle

/// The record of access in a file of its own.
struct AccessHistory: Sendable {
    /// How long access is remembered.
    static let keptSeconds: Int64 = 90 * 86_400
    /// Rows that the file holds at most; the oldest hours go first.
    static let rowsMax = 1_000_000
    /// Stands between a series' parts; no name has it.
    private static let separator = "\u{1F}"

    /// Nil where the file could not be opened: there is then no record beyond the present minute.
    let file: HistoryFile?

    init(directory: String, _ logger: Logger) {
        do {
            let file = try HistoryFile(path: directory + "/access.sqlite", columns: ["reads"])
            if let moved = file.setAside {
                logger.log(
                    .recordDamaged, "the record of access was damaged; it begins anew", metadata: ["old": "\(moved)"])
            }
            self.file = file
        } catch {
            logger.log(.recordFailed, "there is no record of access", metadata: ["fault": "\(error)"])
            file = nil
        }
    }

    func add(_ counts: [AccessCount], now: Int64) throws {
        guard !counts.isEmpty else { return }
        let rows = counts.map { count in
            let parts = [count.tenant, count.reader?.role.description ?? "", count.reader?.actor ?? ""]
            return HistoryRow(
                series: parts.joined(separator: Self.separator), start: count.hour, samples: 1, sums: [count.reads])
        }
        try file?.add(rows, droppingBefore: now - Self.keptSeconds)
    }

    /// The oldest hours go when there are too many rows. O(rows).
    func trim() throws { try file?.trim(rowCountMax: Self.rowsMax) }

    /// Reads of a tenant's holdings, or of all tenants', in hours that end after `since`; newest first.
    func counts(of tenant: String?, since: Int64, limit: Int) throws -> [AccessCount] {
        let prefix = tenant.map { $0 + Self.separator }
        let start = since < Int64.min + AccessRecord.slotSeconds ? since : since - AccessRecord.slotSeconds + 1
        return try file?.newestRows(seriesStart: prefix, from: start, limit: limit).map { row in
            let parts = row.series.split(separator: Self.separator, omittingEmptySubsequences: false).map(String.init)
            let reader = parts.count == 3 ? Role(parts[1]).map { AccessReader(actor: parts[2], role: $0) } : nil
            return AccessCount(tenant: parts[0], reader: reader, hour: row.start, reads: row.sums[0])
        } ?? []
    }
}

/// Writes what has been counted each minute, for as long as the daemon runs.
struct AccessRecorder: Service {
    let record: AccessRecord
    let history: AccessHistory
    let scheduler: Scheduler
    let logger: Logger

    private static let interval = Duration.seconds(60)
    private static let writesPerTrim = 60

    func run() async throws {
        try? await cancelWhenGracefulShutdown {
            while true {
                try? history.trim()
                for _ in 0..<Self.writesPerTrim {
                    try await Task.sleep(for: Self.interval)
                    write()
                }
            }
        }
        write()
        try? history.file?.close()
    }

    private func write() {
        let counts = record.take()
        do {
            try history.add(counts, now: scheduler.now)
        } catch {
            logger.log(
                .recordFailed, "some of the record of access was lost",
                metadata: ["rows": "\(counts.count)", "fault": "\(error)"])
        }
    }
}
