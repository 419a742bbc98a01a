// What must hold after every step of a life: the ten rules, each derived again from what the step left behind.

import FleetModel
import Journaling
import Leasing
import MerkleLog
import Packing
import Scheduling

/// Follows a life and says what breaks a rule.
struct LifeChecks {
    /// How often what costs as much as the whole life so far is looked at: after so many steps, after each start, and at the end.
    let stepsPerAudit: Int

    private var follower = JournalFollower()
    private var ledger = LedgerReplay()
    /// Nil where lives are lived without it.
    private var model: Model?
    private var answers: [String: TenantView] = [:]
    private var revision: UInt64 = 0
    private var fleetVersion = 0
    private var steps = 0
    private var starts = 1
    /// The highest revision that somebody was told of.
    private var answered: UInt64 = 0

    init(stepsPerAudit: Int, hasModel: Bool) {
        self.stepsPerAudit = stepsPerAudit
        model = hasModel ? Model() : nil
    }

    /// What is broken after a step that took the world from where this has been to where it is.
    mutating func look(
        at scene: LifeScene, after step: LifeStep, isLast: Bool = false
    ) throws -> [String] {
        steps += 1
        let book = scene.book
        var violations = durability(scene)
        let entries = try follow(scene.journal, until: book.revision)
        let differences = model?.follow(scene, after: step, entries: entries) ?? []
        violations += differences.map { "model: \($0)" }
        // Rules 1 to 3.
        if book.revision != revision || step.commandCount == 0 {
            for report in BookRules(book, now: max(scene.now, book.time)).check() {
                violations += report.violations.map { "rule \(report.rule): \($0)" }
            }
        }
        for report in [follower.finishedMoves, follower.contracts.finished, follower.audit] {
            violations += report.violations.map { "rule \(report.rule): \($0)" }
        }
        violations += strangers(in: book, afterOneChange: step.isOneChange)
        let hasStarted = scene.starts != starts
        starts = scene.starts
        if isLast || hasStarted || steps % stepsPerAudit == 0 { violations += try audit(scene) }
        revision = book.revision
        return violations
    }

    // MARK: Rule 4

    private mutating func durability(_ scene: LifeScene) -> [String] {
        var violations: [String] = []
        for answer in scene.answers {
            guard case .accepted(_, let view, _) = answer.answer else { continue }
            answered = max(answered, view.revision)
        }
        if scene.journal.lastSequence < answered {
            violations.append(
                "rule 4: revision \(answered) was answered, the journal ends at \(scene.journal.lastSequence)")
        }
        if scene.book.revision < answered {
            violations.append("rule 4: revision \(answered) was answered, the book is at \(scene.book.revision)")
        }
        return violations
    }

    private mutating func follow(_ journal: MemoryJournal, until revision: UInt64) throws -> [Entry] {
        let first = follower.book.revision
        try follower.follow(journal, until: revision)
        var entries: [Entry] = []
        for record in try journal.read(after: first, limit: 4_096) where record.sequence <= revision {
            entries.append(try Entry(decoding: record.bytes))
        }
        for entry in entries { ledger.take(entry) }
        return entries
    }

    /// What the model has predicted since this was last asked.
    mutating func takeModelCounts() -> [String: Int] { model?.takeCounts() ?? [:] }

    // MARK: Rules 5, 9, 10

    /// What is compared as a whole: the book with its facts and its snapshot, accounts with facts, the audit table with entries.
    private func audit(_ scene: LifeScene) throws -> [String] {
        let book = scene.book
        var violations: [String] = []
        let digest = book.digest()
        if follower.book.digest() != digest {
            violations.append(
                "rule 5: the facts make another book than the live one: "
                    + follower.book.differences(from: book).joined(separator: "\n  "))
        }
        do {
            let restored = try Book(snapshot: book.snapshot())
            if restored.digest() != digest { violations.append("rule 5: a snapshot makes another book") }
            if restored.nextDueAt != book.nextDueAt { violations.append("rule 5: a snapshot is due at another time") }
        } catch {
            violations.append("rule 5: a snapshot cannot be read: \(error)")
        }
        let started = try Recovery.book(from: scene.journal)
        if started.digest() != digest {
            violations.append(
                "rule 5: a start makes another book than the live one: "
                    + started.differences(from: book).joined(separator: "\n  "))
        }
        let until = max(scene.now, book.time)
        violations += ledger.differences(from: book, until: until).map { "rule 10: \($0)" }
        violations += auditRows(scene.journal)
        return violations
    }

    private func auditRows(_ journal: MemoryJournal) -> [String] {
        let rows = journal.rows(of: "audit")
        var violations: [String] = []
        if rows.count != follower.auditRows.count {
            violations.append("rule 9: \(follower.auditRows.count) entries have \(rows.count) audit rows")
        }
        let known = Set(rows)
        for expected in follower.auditRows where !known.contains(expected) {
            violations.append("rule 9: an audit row is not its entry")
        }
        if journal.tree.root != follower.tree.root {
            violations.append("rule 9: the log's root is not that of its entries")
        }
        return violations
    }

    // MARK: Rule 8

    /// A tenant's index moves when its answer does. Where one command was given alone it moves then only: others change nothing.
    private mutating func strangers(in book: Book, afterOneChange isOneChange: Bool) -> [String] {
        var violations: [String] = []
        var views: [String: TenantView] = [:]
        for name in book.tenantNames {
            let view = TenantView(of: name, in: book)
            views[name] = view
            // What hardware is called may change with the fleet.
            guard let before = answers[name], fleetVersion == book.fleetVersion else { continue }
            let (isSame, hasMoved) = (before.isSameAnswer(as: view), before.index != view.index)
            if !isSame && !hasMoved {
                violations.append(
                    "rule 8: the answer of \(name) changed, its index did not: \(before.difference(from: view))")
            }
            if isSame && hasMoved && isOneChange {
                violations.append("rule 8: the index of \(name) moved, its answer did not change")
            }
        }
        (answers, fleetVersion) = (views, book.fleetVersion)
        return violations
    }
}
