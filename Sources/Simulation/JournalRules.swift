// The rules that the journal must keep together with the book: durability, restart, consent, audit.

import FleetModel
public import Journaling
public import Leasing
import MerkleLog
import Packing
import Scheduling

/// Checks rules 4, 5, 6, 7 and 9 by replaying the whole journal beside the live book.
public struct JournalRules {
    private let book: Book
    private let journal: any JournalStore

    /// - Parameter book: a published view's book, which the journal may have outgrown by the time of the check.
    public init(_ book: Book, journal: any JournalStore) {
        self.book = book
        self.journal = journal
    }

    /// O(everything ever journalled).
    public func check() throws -> [RuleReport] {
        var durable = RuleReport(4, "what was answered is durable")
        if journal.lastSequence < book.revision {
            durable.violate("the journal ends at \(journal.lastSequence), the book is at \(book.revision)")
        }
        durable.count("entries", Int(journal.lastSequence))
        var replay = JournalFollower()
        try replay.follow(journal, until: book.revision)
        return [durable, try restart(replay), replay.finishedMoves, replay.contracts.finished, try audit(replay)]
    }

    private func restart(_ replay: JournalFollower) throws -> RuleReport {
        var report = RuleReport(5, "a restart gives back exactly the same book")
        let digest = book.digest()
        if replay.book.digest() != digest { report.violate("the facts alone make another book than the live one") }
        let restored = try? Book(snapshot: book.snapshot())
        if restored?.digest() != digest { report.violate("a snapshot makes another book than the live one") }
        report.count("entries", Int(replay.book.revision))
        report.count("snapshots", try journal.latestSnapshot() == nil ? 0 : 1)
        return report
    }

    private func audit(_ replay: JournalFollower) throws -> RuleReport {
        var report = replay.audit
        let rows = try journal.projectionRows(of: "audit")
        var byRevision: [Int64: [ProjectionValue]] = [:]
        for row in rows {
            guard case .integer(let revision) = row[0] else { continue }
            if byRevision.updateValue(row, forKey: revision) != nil {
                report.violate("revision \(revision) stands twice")
            }
        }
        for expected in replay.auditRows {
            guard case .integer(let revision) = expected[0] else { continue }
            if byRevision[revision] != expected {
                report.violate("the audit row of revision \(revision) is not its entry")
            }
        }
        if try journal.treeRoot(at: replay.tree.size) != replay.tree.root {
            report.violate("the log's root is not that of its entries")
        }
        report.count("leaves", Int(replay.tree.size))
        report.count("entries", replay.auditRows.count)
        report.count("audit rows", rows.count)
        return report
    }
}
