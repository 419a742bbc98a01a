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
    /// By the name that heads are signed with.
    private var trees: [String: MerkleTree] = [:]
    private var roots: [String: [UInt64: MerkleHash]] = [:]
    /// Tenants that each name has had, where more than one.
    private var numbers: [String: Int] = [:]
    private var endedNames: Set<String> = []

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
        for place in places(about) {
            guard var tree = trees[place.signedName] else { continue }
            let share = TenantEntry(
                entry, about: about, tenant: place.name, number: tree.size + 1, naming: book.naming)
            tree.append(.leaf(Array(share.text(of: place.name, bookID: book.bookID).utf8)))
            trees[place.signedName] = tree
            if heads.contains(where: { $0.head.log == .tenant(place.signedName) && $0.head.size == tree.size }) {
                roots[place.signedName, default: [:]][tree.size] = tree.root
            }
        }
        guard case .upsert(_, let values) = Projections.auditRow(entry, about: about) else { return nil }
        return values
    }

    /// The logs that an entry stands in, each once.
    private mutating func places(_ about: [FactSubject?]) -> [TenantLogPlace] {
        var places: [TenantLogPlace] = []
        for case .some(let subject) in about {
            if endedNames.remove(subject.tenant) != nil { numbers[subject.tenant, default: 1] += 1 }
            let place = TenantLogPlace(name: subject.tenant, number: numbers[subject.tenant] ?? 1)
            if !places.contains(place) { places.append(place) }
            if subject.isEnd { endedNames.insert(subject.tenant) }
        }
        return places
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
