// Accepted changes for those who watch: from memory as far as it goes back, from the journal before that.

import Journaling
import Leasing

extension Scheduler {
    /// Changes with revisions after `revision`, in order and without a gap, at most `limit`; none when there are none yet.
    ///
    /// They are durable. O(changes); a read of the journal for those that are no longer in memory.
    /// - Throws: `JournalFault` when the journal cannot be read there.
    public func changes(after revision: UInt64, limit: Int) throws -> [AcceptedChange] {
        if let recent = recentChanges.changes(after: revision, limit: limit) { return recent }
        return try journal.changes(after: revision, limit: limit)
    }

    /// The last durable change.
    public var lastRevision: UInt64 { recentChanges.last }

    /// The tenants that changes after `revision` are about; nil when some of these are no longer in memory. O(facts).
    public func tenantsChanged(after revision: UInt64) -> Set<String>? {
        guard let changes = recentChanges.changes(after: revision, limit: .max) else { return nil }
        var tenants: Set<String> = []
        for change in changes {
            for case .some(let subject) in change.subjects { tenants.insert(subject.tenant) }
        }
        return tenants
    }
}

extension JournalStore {
    /// Changes as the journal has them, with their subjects from the table `audit`.
    func changes(after revision: UInt64, limit: Int) throws -> [AcceptedChange] {
        let records = try read(after: revision, limit: limit)
        guard !records.isEmpty else { return [] }
        let rows = try projectionRows(
            of: "audit", columns: ["revision", "about"], after: revision, limit: records.count)
        guard rows.count == records.count else {
            throw JournalFault.unreadable(
                operation: "reading", path: "the table audit", detail: "it has not a row for every entry")
        }
        return try zip(records, rows).map { record, row in
            guard case .text(let about) = row[1] else {
                throw JournalFault.unreadable(
                    operation: "reading", path: "the table audit", detail: "entry \(record.sequence) says no subjects")
            }
            return AcceptedChange(entry: try Entry(decoding: record.bytes), subjects: FactSubjects.read(about))
        }
    }
}
