// The export: a line of JSON for each entry, between a line that says of which log and one with the signed head.

import ControlAPI
import ControlClient
import Foundation
import MerkleLog
import Simulation

/// The first line of an export.
struct AuditExportStart: Codable {
    /// The form of the file; 1.
    var berthAuditExport: Int
    var bookId: String
    var epoch: Int
    var log: String
}

/// Writes an export.
enum AuditExport {
    /// Hands over the lines of an export of one log as it is now.
    static func lines(_ client: ControlClient, tenant: String?, write: ([UInt8]) throws -> Void) async throws -> Int {
        let now = try await client.auditHead(of: tenant)
        let isBook = now.head.log == "book"
        let head = now.head
        try write(
            CanonicalJSON.encode(
                AuditExportStart(berthAuditExport: 1, bookId: head.bookId, epoch: head.epoch, log: head.log)))
        var last = 0
        while last < head.size {
            let list = try await client.audit(
                of: tenant, after: last, limit: min(WireLimits.listLimitMax, head.size - last), stored: isBook)
            guard let end = list.entries.last?.number else { break }
            for entry in list.entries { try write(CanonicalJSON.encode(entry)) }
            last = end
        }
        try write(CanonicalJSON.encode(now))
        return last
    }
}

/// Checks an export.
struct ExportCheck {
    private let lines: [ArraySlice<UInt8>]
    private let start: AuditExportStart
    private let log: LogName

    /// Whether a file's first bytes are an export's.
    static func looksLike(_ bytes: [UInt8]) -> Bool { bytes.starts(with: Array(#"{"berthAuditExport":"#.utf8)) }

    init(_ bytes: [UInt8], path: String) throws {
        lines = bytes.split(separator: UInt8(ascii: "\n"))
        guard let first = lines.first,
            let start = try? StrictJSON.decode(AuditExportStart.self, from: Array(first)),
            start.berthAuditExport == 1, start.epoch > 0, let log = LogName(start.log)
        else { throw AuditFileError(description: "\(path): the first line is not that of an export") }
        self.start = start
        self.log = log
    }

    /// Makes every leaf anew and compares the root with the file's head and with those given.
    func run(keys: [HeadKey], heads: [SignedHead]) -> AuditReport {
        var check = AuditCheck(bookID: start.bookId, epoch: UInt64(start.epoch), log: log)
        var body = lines.dropFirst()
        let own = body.last.flatMap { try? StrictJSON.decode(AuditHeadAnswer.self, from: Array($0)) }
        if own != nil { body = body.dropLast() }
        check.heads = heads
        if let head = own.flatMap({ SignedHead($0.head) }) { check.heads.append(head) }
        check.keys = keys
        if keys.isEmpty, let key = own.flatMap({ HexText.bytes($0.publicKey) }).flatMap({ HeadKey($0) }) {
            check.keys = [key]
        }
        check.prepare()
        var number: UInt64 = 0
        for line in body {
            number += 1
            guard let leaf = leaf(line, number, &check) else { break }
            check.add(leaf)
        }
        if own == nil { check.find(number + 1, "the file ends after entry \(number), without a head") }
        check.finish()
        return check.report
    }

    /// The leaf of the entry in a line that says what it should; nil after a finding.
    private func leaf(_ line: ArraySlice<UInt8>, _ number: UInt64, _ check: inout AuditCheck) -> MerkleHash? {
        guard let entry = try? StrictJSON.decode(AuditEntry.self, from: Array(line)) else {
            check.find(number, "the line is no entry")
            return nil
        }
        guard entry.number == Int(number) else {
            check.find(number, "the entry is missing: entry \(entry.number) stands in its place")
            return nil
        }
        guard let leaf = entry.leafHash.flatMap({ MerkleHash(hex: $0) }),
            let content = content(of: entry) ?? leafless(number)
        else {
            check.find(number, "the line does not say what its entry says")
            return nil
        }
        guard content.isEmpty || MerkleHash.leaf(content) == leaf else {
            check.find(number, "the entry is not the one whose hash stands beside it")
            return nil
        }
        return leaf
    }

    /// The book's first entry holds its secret, so that only its hash is exported.
    private func leafless(_ number: UInt64) -> [UInt8]? { log == .book && number == 1 ? [] : nil }

    /// What the leaf is made of, where the fields beside it say the same.
    private func content(of entry: AuditEntry) -> [UInt8]? {
        switch log {
        case .book:
            guard let stored = entry.stored.flatMap({ Data(base64Encoded: $0) }).map({ Array($0) }),
                let found = AuditVerification.entry(stored: stored), found.revision == UInt64(entry.number),
                found.recordedAt == entry.recordedAt.epochSeconds, found.actor == entry.actor,
                found.role == entry.role, found.reason == entry.reason, found.requestID == entry.requestId,
                found.what == entry.what
            else { return nil }
            return stored
        case .tenant(let name):
            let fields = TenantEntryFields(
                number: UInt64(entry.number), recordedAt: entry.recordedAt.epochSeconds, role: entry.role,
                actor: entry.actor, reason: entry.reason, requestID: entry.requestId, what: entry.what)
            let text = AuditVerification.text(fields, of: name, bookID: start.bookId)
            return text == entry.text ? Array(text.utf8) : nil
        }
    }
}
