// The logs of tenants, found in the table `audit` and made from the journal's entries when somebody asks.
//
// Nothing of them is stored: which entries are about a tenant stands in the table, what they say follows from the entries. A
// tenant that never asks costs nothing, and the writer does nothing for any.

import Journaling
import Leasing
import MerkleLog

/// Which log of those that one name has had: a tenant that is made under the name of one that was removed has its own.
public struct TenantLogPlace: Hashable, Sendable {
    public let name: String
    /// From 1.
    public let number: Int

    /// Both.
    public init(name: String, number: Int) {
        self.name = name
        self.number = number
    }

    /// What the log is called in what is signed: a name alone, or with the number from the second on.
    public var signedName: String { number == 1 ? name : Book.formerName(name, UInt64(number)) }
}

/// The logs of all tenants. An actor, because a first reading of a long log takes a while and others wait for it.
actor TenantLogs {
    private struct Log {
        /// The entries about the tenant, ascending.
        var revisions: [UInt64] = []
        /// What comes before the places of its entries in a stream, so that a place of an earlier log is none of this one.
        var base: UInt64 = 0
        var isEnded = false
        var tree = MerkleTree()
    }

    private let journal: any JournalStore
    private let naming: LeaseNaming
    /// The last entry whose subjects have been read.
    private var scanned: UInt64 = 0
    /// By name, the logs that it has had.
    private var logs: [String: [Log]] = [:]

    private static let rowsPerScan = 20_000
    /// Revisions read together at most, so that entries near one another cost one read.
    private static let windowMax: UInt64 = 1_024
    /// Entries of others between two of them that are read and decoded rather than another reading begun.
    private static let gapMax: UInt64 = 8

    init(journal: any JournalStore, naming: LeaseNaming) {
        self.journal = journal
        self.naming = naming
    }

    /// The log that is meant by a name: `acme` the last one of that name, `acme~1` the first one. O(entries since the last
    /// question of anybody).
    func place(of text: String) throws -> TenantLogPlace {
        try scan()
        guard let former = Book.formerTenant(text) else {
            return TenantLogPlace(name: text, number: max(1, logs[text]?.count ?? 0))
        }
        return TenantLogPlace(name: former.name, number: Int(clamping: former.number))
    }

    private subscript(place: TenantLogPlace) -> Log {
        guard let all = logs[place.name], all.indices.contains(place.number - 1) else { return Log() }
        return all[place.number - 1]
    }

    /// How many entries a log has now.
    func size(of place: TenantLogPlace) throws -> UInt64 {
        try scan()
        return UInt64(self[place].revisions.count)
    }

    /// Where a log's entries lie in a stream.
    func span(of place: TenantLogPlace) throws -> TenantSpan {
        try scan()
        let log = self[place]
        return TenantSpan(
            number: place.number, base: log.base, last: log.base + UInt64(log.revisions.count), isEnded: log.isEnded)
    }

    /// The entries with numbers in `range`, which is within the log.
    func entries(of place: TenantLogPlace, _ range: Range<Int>) throws -> [TenantEntry] {
        try changes(of: place, range).map(\.entry)
    }

    /// The same, each with the change that it is a share of.
    func changes(of place: TenantLogPlace, _ range: Range<Int>) throws -> [TenantChange] {
        let wanted = self[place].revisions[range]
        var changes: [TenantChange] = []
        changes.reserveCapacity(range.count)
        var start = wanted.startIndex
        while start < wanted.endIndex {
            let first = wanted[start]
            var end = start + 1
            while end < wanted.endIndex, wanted[end] - first < Self.windowMax,
                wanted[end] - wanted[end - 1] <= Self.gapMax
            { end += 1 }
            try read(wanted[start..<end], of: place.name, into: &changes)
            start = end
        }
        return changes
    }

    private func read(_ wanted: ArraySlice<UInt64>, of tenant: String, into changes: inout [TenantChange]) throws {
        guard let first = wanted.first, let last = wanted.last else { return }
        let count = Int(last - first) + 1
        let all = try journal.changes(after: first - 1, limit: count)
        guard all.count == count else {
            throw JournalFault.unreadable(
                operation: "reading", path: "the table audit", detail: "it has not a row for every entry")
        }
        for (place, revision) in zip(wanted.indices, wanted) {
            let change = all[Int(revision - first)]
            let entry = TenantEntry(
                change.entry, about: change.subjects, tenant: tenant, number: UInt64(place) + 1, naming: naming)
            changes.append(TenantChange(entry: entry, change: change))
        }
    }

    /// The tree of a log, whole. O(entries that it has not yet).
    func tree(of place: TenantLogPlace) throws -> MerkleTree {
        let size = try size(of: place)
        var tree = self[place].tree
        while tree.size < size {
            let end = min(size, tree.size + MerkleTree.tileWidth)
            for leaf in try leaves(of: place, tree.size..<end) { tree.append(leaf) }
        }
        if size > 0 { logs[place.name]![place.number - 1].tree = tree }
        return tree
    }

    func leaves(of place: TenantLogPlace, _ range: Range<UInt64>) throws -> [MerkleHash] {
        let bookID = journal.identity.bookID
        return try entries(of: place, Int(range.lowerBound)..<Int(range.upperBound)).map {
            .leaf(Array($0.text(of: place.name, bookID: bookID).utf8))
        }
    }

    /// Notes whom the entries since the last time are about.
    private func scan() throws {
        while true {
            let rows = try journal.projectionRows(
                of: "audit", columns: ["revision", "about"], after: scanned, limit: Self.rowsPerScan)
            for row in rows {
                guard case .integer(let revision) = row[0], case .text(let about) = row[1] else { continue }
                scanned = UInt64(revision)
                for subject in FactSubjects.read(about) { if let subject { note(subject, in: scanned) } }
            }
            if rows.count < Self.rowsPerScan { return }
        }
    }

    private func note(_ subject: FactSubject, in revision: UInt64) {
        let name = subject.tenant
        if let last = logs[name]?.last {
            if last.isEnded {
                let base = Book.firstCount(after: last.base + UInt64(last.revisions.count))
                logs[name]!.append(Log(base: base))
            }
        } else {
            logs[name] = [Log()]
        }
        let place = logs[name]!.count - 1
        if logs[name]![place].revisions.last != revision { logs[name]![place].revisions.append(revision) }
        if subject.isEnd { logs[name]![place].isEnded = true }
    }
}
