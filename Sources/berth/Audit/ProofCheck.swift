// Checks one proof with a public key and nothing else.

import ControlAPI
import FleetModel
import Foundation
import MerkleLog
import Simulation

/// A proof as somebody was given it, and whether it holds.
struct ProofCheck {
    let proof: AuditProof

    /// What is wrong with the proof, or nil when it holds: the entry is in the log whose head was signed with `key`, and in
    /// `known`, if that is given.
    func problem(key: HeadKey, known: SignedHead?) -> String? {
        guard let head = SignedHead(proof.head) else { return "its head is none" }
        guard let leaf = MerkleHash(hex: proof.leafHash) else { return "its leaf is no hash" }
        guard head.keyID == key.id else { return "its head is signed with key \(head.keyID), not \(key.id)" }
        guard key.hasSigned(head) else { return "its head is not signed with key \(key.id)" }
        if let known {
            guard key.hasSigned(known) else { return "the head that is given is not signed with key \(key.id)" }
            guard known.head.log == head.head.log, known.head.bookID == head.head.bookID else {
                return "it is of log \(head.head.log), and the head that is given of \(known.head.log)"
            }
            guard known.head.size == head.head.size, known.head.root == head.head.root else {
                return "it is under a head of \(head.head.size) entries with another root or size than the one given; "
                    + "ask for a proof at size \(known.head.size)"
            }
        }
        guard proof.number > 0 else { return "it is of no entry: they are numbered from 1" }
        if let problem = contentProblem(leaf, head.head) { return problem }
        let path = proof.path.compactMap { MerkleHash(hex: $0) }
        guard path.count == proof.path.count, proof.number > 0,
            MerkleProof.isIncluded(
                leaf, index: UInt64(proof.number) - 1, size: head.head.size, path: path, root: head.head.root)
        else { return "its path does not lead from the entry to the head's root" }
        return nil
    }

    /// The content must be what the leaf is made of, and say the number and log that it stands under.
    private func contentProblem(_ leaf: MerkleHash, _ head: TreeHead) -> String? {
        switch head.log {
        case .tenant(let name):
            guard let text = proof.text, MerkleHash.leaf(Array(text.utf8)) == leaf else {
                return "its text is not what the leaf is made of"
            }
            let tenant = AuditVerification.tenant(ofLog: name)
            let start = "berth audit entry 1\nbook \(head.bookID)\ntenant \(tenant)\nnumber \(proof.number)\n"
            return text.hasPrefix(start) ? nil : "its text is of another book, tenant or number"
        case .book:
            guard proof.text == nil else { return "it has a text, which no entry of the book's log has" }
            guard let stored = proof.stored else {
                return proof.number == 1 ? nil : "the bytes of the entry are not in it"
            }
            guard let bytes = Data(base64Encoded: stored), MerkleHash.leaf(Array(bytes)) == leaf else {
                return "its bytes are not what the leaf is made of"
            }
            guard let entry = AuditVerification.entry(stored: Array(bytes)), entry.revision == UInt64(proof.number)
            else { return "its bytes are no entry of that number" }
            return nil
        }
    }

    /// The entry in words, line by line.
    var lines: [String] {
        if let text = proof.text { return text.split(separator: "\n").map(String.init) }
        guard let bytes = proof.stored.flatMap({ Data(base64Encoded: $0) }),
            let entry = AuditVerification.entry(stored: Array(bytes))
        else { return ["the book's first entry, which holds its secret"] }
        return [
            "revision \(entry.revision)", "at \(RFC3339.text(entry.recordedAt))", "role \(entry.role)",
            "actor \(entry.actor)", "request \(entry.requestID)", "reason \(entry.reason)",
        ] + entry.what.map { "what \($0)" }
    }
}
