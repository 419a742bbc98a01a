// The tenants' logs made again from the records, for heads that tenants hold.

import Journaling
import Leasing
import MerkleLog
import Scheduling

/// A book that is replayed, with the logs of the tenants whose heads are to be checked.
struct TenantShares {
    private var book = Book()
    private var subjects = FactSubjects(after: Book())
    private var bookID = ""
    private let heads: [SignedHead]
    private var trees: [String: MerkleTree] = [:]
    private var roots: [String: [UInt64: MerkleHash]] = [:]

    init(heads: [SignedHead]) {
        self.heads = heads
        for case .tenant(let name) in heads.map(\.head.log) {
            trees[name] = MerkleTree()
            roots[name] = [0: .ofNothing]
        }
    }

    /// Takes the next record, and returns the row that the table `audit` has for it.
    mutating func take(_ bytes: [UInt8]) -> [ProjectionValue]? {
        guard let entry = try? Entry(decoding: bytes) else { return nil }
        book.apply(entry)
        let about = subjects.subjects(of: entry, after: book)
        for name in trees.keys.sorted() where about.contains(where: { $0?.tenant == name }) {
            guard var tree = trees[name] else { continue }
            let share = TenantEntry(
                entry, about: about, tenant: name, number: tree.size + 1, naming: book.naming)
            tree.append(.leaf(Array(share.text(of: name, bookID: book.bookID).utf8)))
            trees[name] = tree
            if heads.contains(where: { $0.head.log == .tenant(name) && $0.head.size == tree.size }) {
                roots[name, default: [:]][tree.size] = tree.root
            }
        }
        guard case .upsert(_, let values) = Projections.auditRow(entry, about: about) else { return nil }
        return values
    }

    /// Checks the heads, and returns what is found; the check notes those that hold.
    func findings(in check: inout AuditCheck) -> [AuditFinding] {
        let before = check.report.findings
        check.report.findings = []
        for head in heads {
            guard case .tenant(let name) = head.head.log else { continue }
            check.check(head, root: roots[name]?[head.head.size])
        }
        let found = check.report.findings.map { finding in
            // A place in a tenant's log is no revision.
            AuditFinding(revision: nil, problem: finding.problem)
        }
        check.report.findings = before
        return found
    }
}
