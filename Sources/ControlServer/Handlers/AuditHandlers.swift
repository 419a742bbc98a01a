// The audit log: entries, heads and proofs. A tenant has its own log and no other.

import ControlAPI
import Foundation
import Hummingbird
import Leasing
import MerkleLog
import Scheduling

enum AuditHandlers {
    static func list(_ exchange: Exchange) async throws -> Response {
        let log = try await exchange.auditLog()
        let after = try exchange.query("after", "the number of an entry") { UInt64($0) } ?? 0
        let withStored = try exchange.query("stored", "true or false") { Bool($0) } ?? false
        let limit = try exchange.limit()
        let (audit, view) = (exchange.services.audit, exchange.scheduler.view)
        let entries =
            switch log {
            case .book:
                try audit.entries(after: after, limit: limit).map {
                    AuditEntry($0.entry, stored: withStored ? $0.stored : nil, in: view.book)
                }
            case .tenant(let name):
                try await audit.entries(of: name, after: after, limit: limit).map {
                    AuditEntry($0, of: name, bookID: audit.bookID)
                }
            }
        let name = try await audit.signedName(of: log)
        return exchange.answer(AuditEntryList(log: "\(name)", entries: entries), view: view)
    }

    static func head(_ exchange: Exchange) async throws -> Response {
        let (log, audit) = (try await exchange.auditLog(), exchange.services.audit)
        let size = try exchange.size("size")
        let head = try await AuditProblem.catching { try await audit.head(of: log, size: size) }
        let answer = AuditHeadAnswer(head: AuditHead(head), publicKey: HexText.text(audit.key.bytes))
        return exchange.answer(answer, view: exchange.scheduler.view)
    }

    static func proof(_ exchange: Exchange) async throws -> Response {
        let (log, audit) = (try await exchange.auditLog(), exchange.services.audit)
        guard let number = try exchange.size("number") else {
            throw Problem(.badRequest, detail: "?number= says which entry", expected: "the number of an entry")
        }
        let size = try exchange.size("size")
        let proof = try await AuditProblem.catching { try await audit.proof(of: number, in: log, size: size) }
        let isText = log != .book
        let answer = AuditProof(
            number: Int(number), text: isText ? proof.content.map { String(decoding: $0, as: UTF8.self) } : nil,
            stored: isText ? nil : proof.content.map { Data($0).base64EncodedString() }, leafHash: proof.leaf.hex,
            path: proof.path.map(\.hex), head: AuditHead(proof.head), publicKey: HexText.text(audit.key.bytes))
        return exchange.answer(answer, view: exchange.scheduler.view)
    }

    static func consistency(_ exchange: Exchange) async throws -> Response {
        let (log, audit) = (try await exchange.auditLog(), exchange.services.audit)
        guard let from = try exchange.size("from") else {
            throw Problem(.badRequest, detail: "?from= says which size", expected: "the size of a head")
        }
        let to = try exchange.size("to")
        let (path, head) = try await AuditProblem.catching {
            try await audit.consistency(of: log, from: from, to: to)
        }
        let answer = AuditConsistency(
            from: Int(from), path: path.map(\.hex), head: AuditHead(head), publicKey: HexText.text(audit.key.bytes))
        return exchange.answer(answer, view: exchange.scheduler.view)
    }
}

extension Exchange {
    /// The log that the request is about: a tenant's own, else the book's or the one that `?tenant=` names.
    fileprivate func auditLog() async throws -> LogName {
        if case .tenant(let own) = role {
            guard try await services.audit.isLog(query["tenant"] ?? own, of: own), query["stored"] == nil else {
                throw Problem(.notFound, detail: "there is no such log")
            }
            return .tenant(own)
        }
        guard let name = query["tenant"] else { return .book }
        // A name stands in what is signed.
        guard ResourceName.isValid(Book.formerTenant(name)?.name ?? name) else {
            throw Problem(.notFound, detail: "there is no such log")
        }
        return .tenant(name)
    }

    fileprivate func size(_ name: String) throws -> UInt64? {
        try query(name, "a number up to \(Int64.max)") { UInt64($0).flatMap { $0 > UInt64(Int64.max) ? nil : $0 } }
    }
}

/// What an audit log cannot give, as a problem.
private enum AuditProblem {
    static func catching<Value>(_ body: () async throws -> Value) async throws -> Value {
        do {
            return try await body()
        } catch AuditFault.outOfRange(let size) {
            throw Problem(.notFound, detail: "there is no such entry or size: the log has \(size) entries")
        } catch AuditFault.condemned {
            throw Problem(.notReady, detail: "the journal is damaged, and nothing is signed of it")
        }
    }
}

extension AuditEntry {
    /// An entry of the book's log. With `stored`, words name leases by number, as the bytes do.
    fileprivate init(_ entry: Entry, stored: [UInt8]?, in book: Book) {
        self.init(
            number: Int(entry.revision), recordedAt: Timestamp(entry.recordedAt), actor: entry.actor.name,
            role: entry.actor.role, reason: entry.reason, requestId: entry.requestID,
            what: stored == nil ? entry.words { book.naming.id(of: book.lease($0)?.leaseNumber ?? $0) } : entry.words,
            leafHash: stored.map { MerkleHash.leaf($0).hex },
            stored: entry.revision == 1 ? nil : stored.map { Data($0).base64EncodedString() })
    }

    fileprivate init(_ entry: TenantEntry, of tenant: String, bookID: String) {
        let text = entry.text(of: tenant, bookID: bookID)
        self.init(
            number: Int(entry.number), recordedAt: Timestamp(entry.recordedAt), actor: entry.actor, role: entry.role,
            reason: entry.reason, requestId: entry.requestID, what: entry.what,
            leafHash: MerkleHash.leaf(Array(text.utf8)).hex, text: text)
    }
}

extension AuditHead {
    init(_ signed: SignedHead) {
        let head = signed.head
        self.init(
            bookId: head.bookID, epoch: Int(head.epoch), log: "\(head.log)", size: Int(head.size), root: head.root.hex,
            signedAt: Timestamp(head.signedAt), keyId: signed.keyID, signature: HexText.text(signed.signature))
    }
}

extension Exchange {
    /// The head of a log as it goes with other answers; nil where nothing can be signed, which `/v1/audit/head` explains.
    func auditHead(of log: LogName) async -> AuditHead? {
        (try? await services.audit.head(of: log)).map { AuditHead($0) }
    }
}
