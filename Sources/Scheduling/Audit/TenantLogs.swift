// The logs of tenants, found in the table `audit` and made from the journal's entries when somebody asks.
//
// Nothing of them is stored: which entries are about a tenant stands in the table, what they say follows from the entries. A
// tenant that never asks costs nothing, and the writer does nothing for any.

import Journaling
import Leasing
import MerkleLog

/// The logs of all tenants. An actor, because a first reading of a long log takes a while and others wait for it.
actor TenantLogs {
    private let journal: any JournalStore
    private let naming: LeaseNaming
    /// The last entry whose subjects have been read.
    private var scanned: UInt64 = 0
    /// The entries about each tenant, ascending.
    private var revisions: [String: [UInt64]] = [:]
    private var trees: [String: MerkleTree] = [:]

    private static let rowsPerScan = 20_000
    /// Revisions read together at most, so that entries near one another cost one read.
    private static let windowMax: UInt64 = 1_024

    init(journal: any JournalStore, naming: LeaseNaming) {
        self.journal = journal
        self.naming = naming
    }

    /// How many entries the tenant's log has now. O(entries since the last question of anybody).
    func size(of tenant: String) throws -> UInt64 {
        try scan()
        return UInt64(revisions[tenant]?.count ?? 0)
    }

    /// The entries with numbers in `range`, which is within the log.
    func entries(of tenant: String, _ range: Range<Int>) throws -> [TenantEntry] {
        try changes(of: tenant, range).map(\.entry)
    }

    /// The same, each with the change that it is a share of.
    func changes(of tenant: String, _ range: Range<Int>) throws -> [TenantChange] {
        let wanted = (revisions[tenant] ?? [])[range]
        var changes: [TenantChange] = []
        changes.reserveCapacity(range.count)
        var start = wanted.startIndex
        while start < wanted.endIndex {
            let first = wanted[start]
            let end = wanted[start...].firstIndex { $0 - first >= Self.windowMax } ?? wanted.endIndex
            try read(wanted[start..<end], of: tenant, into: &changes)
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

    /// The tree of the tenant's log, whole. O(entries that it has not yet).
    func tree(of tenant: String) throws -> MerkleTree {
        let size = try size(of: tenant)
        var tree = trees[tenant] ?? MerkleTree()
        while tree.size < size {
            let end = min(size, tree.size + MerkleTree.tileWidth)
            for leaf in try leaves(of: tenant, tree.size..<end) { tree.append(leaf) }
        }
        if size > 0 { trees[tenant] = tree }
        return tree
    }

    func leaves(of tenant: String, _ range: Range<UInt64>) throws -> [MerkleHash] {
        let bookID = journal.identity.bookID
        return try entries(of: tenant, Int(range.lowerBound)..<Int(range.upperBound)).map {
            .leaf(Array($0.text(of: tenant, bookID: bookID).utf8))
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
                var seen: [Substring] = []
                for word in about.split(separator: " ") where word != "-" {
                    let tenant = word.prefix { $0 != "/" }
                    if !seen.contains(tenant) {
                        seen.append(tenant)
                        revisions[String(tenant), default: []].append(scanned)
                    }
                }
            }
            if rows.count < Self.rowsPerScan { return }
        }
    }
}
