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
        var replay = Replay(until: book.revision)
        try replay.run(journal)
        return [durable, try restart(replay), replay.moves, replay.contracts.finished, try audit(replay)]
    }

    private func restart(_ replay: Replay) throws -> RuleReport {
        var report = RuleReport(5, "a restart gives back exactly the same book")
        let digest = book.digest()
        if replay.book.digest() != digest { report.violate("the facts alone make another book than the live one") }
        let restored = try? Book(snapshot: book.snapshot())
        if restored?.digest() != digest { report.violate("a snapshot makes another book than the live one") }
        report.count("entries", Int(replay.book.revision))
        report.count("snapshots", try journal.latestSnapshot() == nil ? 0 : 1)
        return report
    }

    private func audit(_ replay: Replay) throws -> RuleReport {
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

/// A book built from facts alone, with what is looked at on the way.
private struct Replay {
    let until: UInt64
    var book = Book()
    var moves = RuleReport(6, "a healthy member of a lease is never moved")
    var audit = RuleReport(9, "every accepted change stands once in the audit log")
    var contracts = ContractRules()
    var auditRows: [[ProjectionValue]] = []
    var tree = MerkleTree()
    private var subjects = FactSubjects(after: Book())
    private var replacements = 0

    init(until: UInt64) {
        self.until = until
    }

    mutating func run(_ journal: any JournalStore) throws {
        while book.revision < until {
            let records = try journal.read(after: book.revision, limit: 4_096)
            guard !records.isEmpty else { break }
            for record in records where record.sequence <= until { try take(record) }
        }
        moves.count("replacements", replacements)
    }

    private mutating func take(_ record: JournalRecord) throws {
        let entry = try Entry(decoding: record.bytes)
        tree.append(.leaf(record.bytes))
        if entry.revision != record.sequence { audit.violate("entry \(record.sequence) says it is \(entry.revision)") }
        if entry.recordedAt < book.time {
            audit.violate("entry \(record.sequence) is recorded before the one before it")
        }
        if entry.actor.name.isEmpty { audit.violate("entry \(record.sequence) says not who") }
        let before = book
        book.apply(entry)
        contracts.look(at: entry, before: before, after: book)
        for case .memberReplaced(let replacement) in entry.facts {
            replacements += 1
            let node = before.register.node(of: PermanentNodeID(replacement.old))
            // Down before the change or by it: its health after the entry says both.
            let health = node.map { book.packing.health(of: $0) } ?? .faulty
            let wasLate = node.map { before.packing.notReadyModules(of: $0) != 0 } ?? false
            let isOpen = health == .open || health == .cordoned
            if isOpen && !wasLate && !entry.takesDown(replacement.old) {
                moves.violate("entry \(entry.revision) moved a lease off a node that was up")
            }
        }
        if case .upsert(_, let values) = Projections.auditRow(
            entry, about: subjects.subjects(of: entry, after: book))
        {
            auditRows.append(values)
        }
    }
}

extension Entry {
    /// Whether a fact of the entry takes a node out, whatever a later one of the same entry makes of it.
    fileprivate func takesDown(_ node: UInt32) -> Bool {
        facts.contains { fact in
            guard case .nodesSet(let nodes, let health, _) = fact else { return false }
            return health != .open && health != .cordoned
                && nodes.contains { $0.first <= node && node - $0.first < $0.count }
        }
    }
}
