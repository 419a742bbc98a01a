// A book that follows a journal entry by entry, and what can be said of each entry on the way.

import FleetModel
import Journaling
import Leasing
import MerkleLog
import Packing
import Scheduling

/// A book built from facts alone, with what is looked at on the way.
struct JournalFollower {
    var book = Book()
    var moves = RuleReport(6, "a healthy member of a lease is never moved")
    var audit = RuleReport(9, "every accepted change stands once in the audit log")
    var contracts = ContractRules()
    var auditRows: [[ProjectionValue]] = []
    var tree = MerkleTree()
    private var subjects = FactSubjects(after: Book())
    private(set) var replacements = 0

    /// Takes what a journal holds up to a sequence, after what has been taken before.
    mutating func follow(_ journal: any JournalStore, until: UInt64) throws {
        while book.revision < until {
            let records = try journal.read(after: book.revision, limit: 4_096)
            guard !records.isEmpty else { break }
            for record in records where record.sequence <= until { try take(record) }
        }
    }

    /// What was found of moves, with how many replacements were looked at.
    var finishedMoves: RuleReport {
        var report = moves
        report.count("replacements", replacements)
        return report
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
        var wasUp: [Replacement] = []
        book.apply(entry) { fact, book in
            guard case .memberReplaced(let replacement) = fact else { return }
            let node = book.register.node(of: PermanentNodeID(replacement.old))
            let isLate = node.map { book.packing.notReadyModules(of: $0) != 0 } ?? false
            if let node, book.packing.health(of: node).isUp, !isLate { wasUp.append(replacement) }
            replacements += 1
        }
        contracts.look(at: entry, before: before, after: book)
        // What takes a node out may come after the replacement in the same entry.
        for replacement in wasUp where !entry.takesDown(replacement.old) {
            moves.violate("entry \(entry.revision) moved a lease off a node that was up")
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
            return !health.isUp
                && nodes.contains { $0.first <= node && node - $0.first < $0.count }
        }
    }
}

extension NodeHealth {
    /// Whether leases that are there stay there.
    fileprivate var isUp: Bool { self == .open || self == .cordoned }
}
