// The rule that accounts follow from facts alone.

import FleetModel
public import Journaling
public import Leasing
import Scheduling

/// Checks rule 10 by adding up the whole journal again, the slow way.
public struct LedgerRules {
    private let book: Book
    private let journal: any JournalStore
    private let now: Int64

    /// - Parameter book: a published view's book, which the journal may have outgrown by the time of the check.
    /// - Parameter now: the instant up to which open accounts are compared.
    public init(_ book: Book, journal: any JournalStore, now: Int64) {
        self.book = book
        self.journal = journal
        self.now = now
    }

    /// O(entries × nodes of the leases that they are about).
    public func check() throws -> RuleReport {
        var report = RuleReport(10, "accounts are in integers that the facts alone give again")
        var replay = LedgerReplay()
        while replay.book.revision < book.revision {
            let records = try journal.read(after: replay.book.revision, limit: 4_096)
            guard !records.isEmpty else { break }
            for record in records where record.sequence <= book.revision {
                replay.take(try Entry(decoding: record.bytes))
            }
        }
        for difference in replay.differences(from: book, until: now) { report.violate(difference) }
        let rowCount = try compareTable(replay, &report)
        report.count("leases", replay.leaseCount)
        report.count("rows", rowCount)
        return report
    }

    /// The table must have what leases that are over come to; hand-backs may go on after a lease is no longer kept.
    private func compareTable(_ replay: LedgerReplay, _ report: inout RuleReport) throws -> Int {
        var rows: [[ProjectionValue]: [ProjectionValue]] = [:]
        for row in try journal.projectionRows(of: "ledger") { rows[Array(row.prefix(3))] = row }
        for (number, expected) in replay.rowsOfLeasesOver() {
            guard let lease = replay.lease(number) else { continue }
            for row in expected where row.sums.gpus.promised > 0 {
                let values = Projections.ledgerRow(row, of: lease, book.naming)
                if rows[Array(values.prefix(3))]?.dropLast() != values.dropLast() {
                    let month = CalendarMonth(index: row.month).text
                    report.violate(
                        "the table's row of lease \(book.naming.id(of: number)), \(month) is not what its facts give")
                }
            }
        }
        return rows.count
    }
}
