// Checks an audit log from a file alone: every leaf from the stored records, then tiles, signed heads and the table for people.
//
// The chain of hashes names the first record that is not what was written. It does not help against somebody who writes it anew;
// the tiles then tell within 256 records, and the heads between the last one that holds and the first that does not. Heads that are
// kept elsewhere tell also where somebody made all of the file anew.

public import Journaling
import Leasing
public import MerkleLog
import Scheduling

/// Checks of audit logs without a daemon.
public enum AuditVerification {
    /// Checks a book, a backup or a copy at `path`. O(everything ever journalled).
    ///
    /// - Parameters:
    ///   - keys: keys that heads may be signed with; none: those that the file itself names.
    ///   - heads: heads from elsewhere, which the file must agree with.
    /// - Throws: when the file is no book that can be read at all.
    public static func verify(
        book path: String, keys: [HeadKey], heads: [SignedHead]
    ) throws(JournalFault) -> AuditReport {
        let book = try StoredBook(path: path)
        var check = AuditCheck(bookID: book.identity.bookID, epoch: book.identity.epoch)
        do {
            let stored = try book.storedTree()
            check.tiles = stored?.tileRoots ?? []
            check.restores = stored?.restores ?? []
            check.heads = (stored?.heads ?? []) + heads
            check.keys = keys.isEmpty ? stored?.keys ?? [] : keys
        } catch {
            check.heads = heads
            check.keys = keys
            check.find(error)
        }
        check.prepare()
        do {
            try book.verifyRecords { sequence, bytes in check.take(sequence, bytes) }
        } catch {
            check.find(error)
        }
        check.finish()
        guard check.report.findings.isEmpty else { return check.report }
        try checkShares(book, &check)
        return check.report
    }

    /// What needs the book's state: the table `audit`, and heads of tenants' logs. Only for records that are what was written.
    private static func checkShares(_ stored: StoredBook, _ check: inout AuditCheck) throws(JournalFault) {
        var shares = TenantShares(heads: check.tenantHeads)
        var table = try AuditTable(path: stored.path)
        var wrong: UInt64?
        let size = check.report.size
        try stored.verifyRecords { sequence, bytes in
            // A daemon may have added some since.
            guard sequence <= size, let row = shares.take(Array(bytes)), wrong == nil else { return }
            if table != nil, table?.next() != row { wrong = sequence }
        }
        if wrong == nil, table != nil { wrong = try rowBeyondRecords(&table!, stored) }
        if let wrong {
            check.report.findings.append(
                AuditFinding(revision: wrong, problem: "the table audit does not say what the entry says"))
        }
        check.report.findings += shares.findings(in: &check)
    }

    /// The number of a row of the table that no record stands behind, or nil. The records are read again where a row is ahead of
    /// those that were checked, since a daemon may have added some in the meantime.
    private static func rowBeyondRecords(
        _ table: inout AuditTable, _ stored: StoredBook
    ) throws(JournalFault) -> UInt64? {
        var numbers: [UInt64] = []
        while let row = table.next() {
            if case .integer(let number) = row[0] { numbers.append(UInt64(clamping: number)) }
        }
        guard let last = numbers.last else { return nil }
        var recorded: UInt64 = 0
        try stored.verifyRecords { sequence, _ in recorded = max(recorded, sequence) }
        return last > recorded ? numbers.first { $0 > recorded } : nil
    }

    /// The tenant that a log is of: where others had its name before, the log is called `acme~2`, and its entries say `acme`.
    public static func tenant(ofLog name: String) -> String { Book.formerTenant(name)?.name ?? name }

    /// The text that the leaf of a tenant's entry is made of.
    ///
    /// - Parameter tenant: the tenant, or the name of its log where others had its name before.
    public static func text(_ entry: TenantEntryFields, of tenant: String, bookID: String) -> String {
        TenantEntry(
            number: entry.number, recordedAt: entry.recordedAt, role: entry.role, actor: entry.actor,
            reason: entry.reason, requestID: entry.requestID, what: entry.what
        ).text(of: self.tenant(ofLog: tenant), bookID: bookID)
    }

    /// The entry behind stored bytes, as words.
    public static func entry(stored bytes: [UInt8]) -> AuditedEntry? {
        guard let entry = try? Entry(decoding: bytes) else { return nil }
        return AuditedEntry(
            revision: entry.revision, recordedAt: entry.recordedAt, actor: entry.actor.name, role: entry.actor.role,
            reason: entry.reason, requestID: entry.requestID, what: entry.words)
    }
}

/// The rows of the table `audit`, read in pages.
private struct AuditTable {
    private let stored: StoredBook
    private let definition: ProjectionTable
    private var page: ArraySlice<[ProjectionValue]> = []
    private var last: UInt64 = 0

    /// Nil where the file's tables are of another release. It reads on a connection of its own, beside that of the records.
    init?(path: String) throws(JournalFault) {
        let stored = try StoredBook(path: path)
        guard try stored.hasProjections(version: Projections.version),
            let definition = Projections.tables.first(where: { $0.name == "audit" })
        else { return nil }
        self.stored = stored
        self.definition = definition
    }

    /// The next row; nil when there is none, or none that can be read.
    mutating func next() -> [ProjectionValue]? {
        if page.isEmpty {
            page = ((try? stored.projectionRows(of: definition, after: last, limit: 4_096)) ?? [])[...]
        }
        guard let row = page.popFirst(), case .integer(let number) = row[0] else { return nil }
        last = UInt64(clamping: number)
        return row
    }
}

/// An entry as a check reads it from its bytes.
public struct AuditedEntry: Sendable, Equatable {
    public let revision: UInt64
    public let recordedAt: Int64
    public let actor: String
    public let role: String
    public let reason: String
    public let requestID: String
    /// What happened, leases by number.
    public let what: [String]
}

/// An entry of a tenant's log by its fields.
public struct TenantEntryFields: Sendable {
    public var number: UInt64
    public var recordedAt: Int64
    public var role: String
    public var actor: String?
    public var reason: String?
    public var requestID: String?
    public var what: [String]

    public init(
        number: UInt64, recordedAt: Int64, role: String, actor: String?, reason: String?, requestID: String?,
        what: [String]
    ) {
        self.number = number
        self.recordedAt = recordedAt
        self.role = role
        self.actor = actor
        self.reason = reason
        self.requestID = requestID
        self.what = what
    }
}
