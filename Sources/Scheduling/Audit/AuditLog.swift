// The audit log as readers see it: the log of all changes, and each tenant's own, with heads and proofs.

import DaemonLog
import Journaling
public import Leasing
import Logging
public import MerkleLog
import Synchronization

/// A request for what the log does not have.
public enum AuditFault: Error, Sendable, Equatable {
    /// There is no such entry, or the log was never that large.
    case outOfRange(size: UInt64)
    /// The journal cannot be trusted any more; nothing is signed.
    case condemned(String)
}

/// An entry and its proof within the log's first `size` entries, which `head` signs.
public struct EntryProof: Sendable, Equatable {
    public let number: UInt64
    /// What the leaf is made of: a tenant entry's text, or a stored entry's bytes. Nil for the book's first entry, which
    /// holds its secret.
    public let content: [UInt8]?
    public let leaf: MerkleHash
    public let path: [MerkleHash]
    public let head: SignedHead
}

/// Where the changes of a tenant lie in its stream of events.
public struct TenantSpan: Sendable, Equatable {
    /// Which tenant of its name it is, from 1.
    public let number: Int
    /// What comes before its first place.
    public let base: UInt64
    /// Its last place.
    public let last: UInt64
    /// Whether the tenant was removed, so that nothing more comes.
    public let isEnded: Bool
}

/// The logs of a running book.
///
/// What is given out is durable: the tree and the table `audit` grow only with a commit.
public final class AuditLog: Sendable {
    private let journal: any JournalStore
    private let scheduler: Scheduler
    private let signer: HeadSigner
    private let tenants: TenantLogs
    private let isTailVerified = Mutex(false)
    private let keptSize = Mutex<UInt64?>(nil)

    public init(scheduler: Scheduler, signer: HeadSigner) {
        self.scheduler = scheduler
        self.signer = signer
        journal = scheduler.journal
        tenants = TenantLogs(journal: journal, naming: scheduler.view.book.naming)
    }

    /// The key that heads are signed with.
    public var key: HeadKey { signer.key }

    /// The book's id.
    public var bookID: String { journal.identity.bookID }

    // MARK: Entries

    /// Entries of the book's log with revisions after `revision`, each with its stored bytes.
    public func entries(after revision: UInt64, limit: Int) throws -> [(entry: Entry, stored: [UInt8])] {
        try journal.read(after: revision, limit: limit).map { (try Entry(decoding: $0.bytes), $0.bytes) }
    }

    /// Entries of a tenant's log with numbers after `number`.
    public func entries(of tenant: String, after number: UInt64, limit: Int) async throws -> [TenantEntry] {
        let place = try await tenants.place(of: tenant)
        let size = try await tenants.size(of: place)
        guard number < size else { return [] }
        return try await tenants.entries(of: place, Int(number)..<Int(min(size, number + UInt64(limit))))
    }

    /// The places of a tenant's changes in a stream: those after `base` up to `last`. Whoever had its name before it has others.
    public func span(of tenant: String) async throws -> TenantSpan {
        try await tenants.span(of: tenants.place(of: tenant))
    }

    /// A tenant's shares of changes after a place in its stream, as long as it is the tenant of `span`.
    public func changes(
        of tenant: String, in span: TenantSpan, after place: UInt64, limit: Int
    ) async throws -> [TenantChange] {
        let log = TenantLogPlace(name: tenant, number: span.number)
        let (size, number) = (try await tenants.size(of: log), place - min(place, span.base))
        guard number < size else { return [] }
        return try await tenants.changes(of: log, Int(number)..<Int(min(size, number + UInt64(limit))))
    }

    /// Whether a log that is told by `text` in what is signed is the one of `tenant` now.
    public func isLog(_ text: String, of tenant: String) async throws -> Bool {
        let place = try await tenants.place(of: tenant)
        return text == tenant || text == Book.formerName(tenant, UInt64(place.number))
    }

    /// A log under the name that its heads have.
    public func signedName(of log: LogName) async throws -> LogName {
        guard case .tenant(let name) = log else { return log }
        return .tenant(try await tenants.place(of: name).signedName)
    }

    // MARK: Heads

    /// The head of a log at its present size, or at an earlier one.
    public func head(of log: LogName, size: UInt64? = nil) async throws -> SignedHead {
        try check()
        switch log {
        case .book:
            let tree = journal.tree
            guard let size, size != tree.size else { return sign(log, tree.size, tree.root) }
            guard size <= tree.size else { throw AuditFault.outOfRange(size: tree.size) }
            return sign(log, size, try journal.treeRoot(at: size))
        case .tenant(let name):
            let place = try await tenants.place(of: name)
            let tree = try await tenants.tree(of: place)
            let signed = LogName.tenant(place.signedName)
            guard let size, size != tree.size else { return sign(signed, tree.size, tree.root) }
            guard size <= tree.size else { throw AuditFault.outOfRange(size: tree.size) }
            return sign(signed, size, try await tenantTree(place) { try tree.root(at: size, leaves: $0) })
        }
    }

    private func sign(_ log: LogName, _ size: UInt64, _ root: MerkleHash) -> SignedHead {
        let identity = journal.identity
        return signer.sign(
            TreeHead(
                bookID: identity.bookID, epoch: identity.epoch, log: log, size: size, root: root,
                signedAt: scheduler.now))
    }

    /// Nothing is signed of a journal that is known to be damaged.
    private func check() throws {
        if let why = scheduler.condemned { throw AuditFault.condemned(why) }
        guard !isTailVerified.withLock({ $0 }) else { return }
        try journal.verifyTreeTail()
        isTailVerified.withLock { $0 = true }
    }

    // MARK: Proofs

    /// An entry with its proof under the head of the log at `size`, or at its present size.
    public func proof(of number: UInt64, in log: LogName, size: UInt64? = nil) async throws -> EntryProof {
        let head = try await head(of: log, size: size)
        let size = head.head.size
        guard (1...max(1, size)).contains(number), size > 0 else { throw AuditFault.outOfRange(size: size) }
        switch log {
        case .book:
            guard let record = try journal.read(after: number - 1, limit: 1).first else {
                throw AuditFault.outOfRange(size: size)
            }
            return EntryProof(
                number: number, content: number == 1 ? nil : record.bytes, leaf: .leaf(record.bytes),
                path: try journal.inclusionPath(of: number, size: size), head: head)
        case .tenant(let name):
            let place = try await tenants.place(of: name)
            let tree = try await tenants.tree(of: place)
            let path = try await tenantTree(place) {
                try tree.inclusionPath(of: number - 1, size: size, leaves: $0)
            }
            let entries = try await tenants.entries(of: place, Int(number) - 1..<Int(number))
            let text = Array(entries[0].text(of: place.name, bookID: journal.identity.bookID).utf8)
            return EntryProof(number: number, content: text, leaf: .leaf(text), path: path, head: head)
        }
    }

    /// What proves that the log of `old` entries begins the log of `new`, with the head of the larger.
    public func consistency(
        of log: LogName, from old: UInt64, to new: UInt64?
    ) async throws -> (path: [MerkleHash], head: SignedHead) {
        let head = try await head(of: log, size: new)
        let new = head.head.size
        guard old <= new else { throw AuditFault.outOfRange(size: new) }
        switch log {
        case .book: return (try journal.consistencyPath(from: old, to: new), head)
        case .tenant(let name):
            let place = try await tenants.place(of: name)
            let tree = try await tenants.tree(of: place)
            return (try await tenantTree(place) { try tree.consistencyPath(from: old, to: new, leaves: $0) }, head)
        }
    }

    /// Works on a tenant's tree; leaves of older tiles, which are made anew, come in a second pass.
    private func tenantTree<Value>(
        _ place: TenantLogPlace, _ body: ((Range<UInt64>) throws -> [MerkleHash]) throws -> Value
    ) async throws -> Value {
        var known: [Range<UInt64>: [MerkleHash]] = [:]
        while true {
            do {
                return try body { range in
                    guard let leaves = known[range] else { throw MissingLeaves(range: range) }
                    return leaves
                }
            } catch let missing as MissingLeaves {
                known[missing.range] = try await tenants.leaves(of: place, missing.range)
            }
        }
    }

    // MARK: Keeping heads

    /// Has the writer keep a head in the book, where something has changed since the last one.
    public func keepHead() {
        guard let head = try? headToKeep() else { return }
        let (journal, scheduler, key) = (journal, scheduler, signer.key)
        scheduler.later {
            do {
                try journal.keep(head, signedWith: key)
            } catch {
                scheduler.logger.log(
                    .auditHeadLost, "a head of the audit log was not kept", metadata: ["fault": "\(error)"])
            }
        }
    }

    private func headToKeep() throws -> SignedHead? {
        try check()
        let tree = journal.tree
        let last = try keptSize.withLock { kept in
            let last = try kept ?? journal.keptHeads().last { $0.head.log == .book }?.head.size ?? 0
            kept = max(last, tree.size)
            return last
        }
        return tree.size > last ? sign(.book, tree.size, tree.root) : nil
    }
}

private struct MissingLeaves: Error {
    let range: Range<UInt64>
}
