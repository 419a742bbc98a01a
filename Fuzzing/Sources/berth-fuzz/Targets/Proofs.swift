// What an auditor is given: proofs, exports, heads and keys.

import Foundation
import Leasing
import MerkleLog
import Simulation

@testable import ControlAPI

#if canImport(CommandFiles)
    @testable import CommandFiles
#else
    @testable import berth
#endif

extension FuzzTarget {
    static let proofs = FuzzTarget(
        "proofs", "proofs, exports and heads of the audit log", bytesMax: 8_192,
        words: { readers.keys.sorted().map { $0 + "\n" } + quotedWords(in: SampleLog.all.map(\.text)) },
        seeds: { SampleLog.all.enumerated().map { ("\($0 + 1)-\($1.kind)", Addressed.bytes($1.kind, $1.text)) } }
    ) { bytes in
        guard let input = Addressed(bytes), let reader = readers[input.words[0]] else { return false }
        do { try reader(input.rest) } catch { say(error) }
        return true
    }

    private static let readers: [String: @Sendable ([UInt8]) throws -> Void] = [
        "proof": { bytes in
            let proof = try StrictJSON.decode(AuditProof.self, from: bytes, unknownFields: .ignored)
            check(proof)
            // Under a signature that holds, the rest is looked at too.
            guard let head = SignedHead(proof.head) else { return }
            var signed = proof
            signed.head = SampleLog.wire(SampleLog.signer.sign(head.head))
            check(signed)
        },
        "export": { bytes in
            _ = ExportCheck.looksLike(bytes)
            let report = try ExportCheck(bytes, path: "log.ndjson").run(keys: [], heads: [SampleLog.head])
            _ = "\(report.findings)"
        },
        "head": { bytes in
            let answer = try StrictJSON.decode(AuditHeadAnswer.self, from: bytes, unknownFields: .ignored)
            guard let head = SignedHead(answer.head) else { return }
            _ = SampleLog.signer.key.hasSigned(head)
            require(LogName(head.head.log.description) == head.head.log, "a log's name reads back as the same")
        },
        "key": { bytes in
            try ScratchFile.with(bytes, "key") { path in
                let key = try AuditFiles.key(path)
                require(key.bytes.count == 32, "a key has 32 bytes")
            }
        },
        "path": { bytes in
            guard bytes.count >= 48 else { return }
            func number(_ place: Int) -> UInt64 { bytes[place..<place + 8].reduce(0) { $0 << 8 | UInt64($1) } }
            func hash(_ place: Int) -> MerkleHash { .leaf(Array(bytes[place..<min(place + 32, bytes.count)])) }
            let path = stride(from: 16, to: bytes.count, by: 32).map(hash)
            let leaf = MerkleHash.leaf([])
            if let root = MerkleProof.root(leaf: leaf, index: number(0), size: number(8), path: path) {
                require(
                    MerkleProof.isIncluded(leaf, index: number(0), size: number(8), path: path, root: root),
                    "what a path leads to is its root")
            }
            _ = MerkleProof.isConsistent(from: number(0), leaf, to: number(8), hash(16), path: path)
        },
        "hex": { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            if let read = HexText.bytes(text) { require(HexText.text(read) == text, "digits read back as the same") }
        },
    ]

    private static func check(_ proof: AuditProof) {
        let check = ProofCheck(proof: proof)
        for known in [nil, SampleLog.head] { _ = check.problem(key: SampleLog.signer.key, known: known) }
        _ = check.lines
    }
}

/// The log of the sample book.
private enum SampleLog {
    static let bookID = String(repeating: "0", count: 32)
    static let signer: HeadSigner = {
        guard let signer = HeadSigner(seed: Array(1...32)) else { fatalError("32 bytes are a key") }
        return signer
    }()
    private static let stored = Sample.made.entries.prefix(12).map { $0.encoded() }
    private static let tree: MerkleTree = {
        var tree = MerkleTree()
        for bytes in stored { _ = tree.append(.leaf(bytes)) }
        return tree
    }()
    static let head = signer.sign(
        TreeHead(
            bookID: bookID, epoch: 1, log: .book, size: tree.size, root: tree.root, signedAt: Sample.opened))

    static func wire(_ head: SignedHead) -> AuditHead {
        AuditHead(
            bookId: head.head.bookID, epoch: Int(head.head.epoch), log: head.head.log.description,
            size: Int(head.head.size), root: head.head.root.hex, signedAt: Timestamp(epochSeconds: head.head.signedAt),
            keyId: head.keyID, signature: HexText.text(head.signature))
    }

    private static var answer: String {
        let key = HexText.text(signer.key.bytes)
        return String(decoding: CanonicalJSON.encode(AuditHeadAnswer(head: wire(head), publicKey: key)), as: UTF8.self)
    }

    private static func proof(_ number: Int) -> String {
        let path = tree.inclusionPath(of: UInt64(number) - 1, size: tree.size) { range throws(Never) in
            range.map { MerkleHash.leaf(stored[Int($0)]) }
        }
        let bytes = stored[number - 1]
        let proof = AuditProof(
            number: number, stored: number == 1 ? nil : Data(bytes).base64EncodedString(),
            leafHash: MerkleHash.leaf(bytes).hex, path: path.map(\.hex), head: wire(head),
            publicKey: HexText.text(signer.key.bytes))
        return String(decoding: CanonicalJSON.encode(proof), as: UTF8.self)
    }

    private static var export: String {
        let start = AuditExportStart(berthAuditExport: 1, bookId: bookID, epoch: 1, log: "book")
        let entries = stored.enumerated().map { place, bytes in
            guard let entry = AuditVerification.entry(stored: bytes) else { fatalError("an entry reads back") }
            let wire = AuditEntry(
                number: place + 1, recordedAt: Timestamp(epochSeconds: entry.recordedAt), actor: entry.actor,
                role: entry.role, reason: entry.reason, requestId: entry.requestID, what: entry.what,
                leafHash: MerkleHash.leaf(bytes).hex, stored: place == 0 ? nil : Data(bytes).base64EncodedString())
            return String(decoding: CanonicalJSON.encode(wire), as: UTF8.self)
        }
        let lines = [String(decoding: CanonicalJSON.encode(start), as: UTF8.self)] + entries + [answer]
        return lines.joined(separator: "\n") + "\n"
    }

    static let all: [(kind: String, text: String)] = [
        ("proof", proof(1)), ("proof", proof(5)), ("proof", proof(12)), ("export", export), ("head", answer),
        ("key", HexText.text(signer.key.bytes)), ("key", answer), ("path", String(repeating: "\u{0}\u{1}", count: 64)),
        ("hex", "00ff7a"),
    ]
}
