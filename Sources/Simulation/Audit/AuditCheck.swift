// The running check of one log: leaves come in order, tiles and heads are compared where they end.

public import Journaling
import Leasing
public import MerkleLog

/// Compares the leaves of a log with what is kept of it.
public struct AuditCheck {
    public var report = AuditReport()
    /// The roots of full tiles that are kept; none where none are.
    public var tiles: [MerkleHash] = []
    public var heads: [SignedHead] = []
    public var keys: [HeadKey] = []
    public var restores: [BookRestore] = []

    private let log: LogName
    private var tree = MerkleTree()
    /// The roots at the sizes of heads; nil until the log is that large.
    private var roots: [UInt64: MerkleHash?] = [:]
    private var lastRecordedAt = Int64.min

    public init(bookID: String, epoch: UInt64, log: LogName = .book) {
        self.log = log
        report.bookID = bookID
        report.epoch = epoch
    }

    /// Heads of tenants' logs, which are checked apart.
    var tenantHeads: [SignedHead] { heads.filter { $0.head.log != log } }

    /// To be called when the heads are there and before the first leaf.
    public mutating func prepare() {
        for head in heads where head.head.log == log { roots[head.head.size] = .some(nil) }
        if roots[0] != nil { roots[0] = .ofNothing }
    }

    /// The next record of a book's log.
    mutating func take(_ sequence: UInt64, _ bytes: UnsafeRawBufferPointer) {
        add(.leaf(bytes))
        guard let entry = try? Entry(decoding: Array(bytes)), entry.revision == sequence else {
            return find(sequence, "the record is no entry of that number")
        }
        if entry.recordedAt < lastRecordedAt { find(sequence, "the entry is recorded before the one before it") }
        lastRecordedAt = entry.recordedAt
    }

    /// The next leaf.
    public mutating func add(_ leaf: MerkleHash) {
        if let root = tree.append(leaf) {
            let number = Int(tree.tileCount) - 1
            if number < tiles.count {
                report.tileCount += 1
                if tiles[number] != root {
                    find(
                        tree.size - MerkleTree.tileWidth + 1,
                        "one of the entries to \(tree.size) is not the one that the tile was made of")
                }
            }
        }
        if roots[tree.size] != nil { roots[tree.size] = .some(tree.root) }
    }

    /// To be called after the last leaf.
    public mutating func finish() {
        report.size = tree.size
        report.root = tree.root
        if tiles.count > tree.tileCount {
            find(
                tree.size + 1,
                "the entry is missing: there is a tile of entries to \(UInt64(tiles.count) * MerkleTree.tileWidth)")
        }
        for head in heads.sorted(by: { $0.head.size < $1.head.size }) where head.head.log == log {
            check(head, root: roots[head.head.size] ?? nil)
        }
    }

    /// Compares a head with the root that the log has at its size, nil when it is not that large.
    mutating func check(_ signed: SignedHead, root: MerkleHash?) {
        let head = signed.head
        let name = "the head of \(head.size) entries of key \(signed.keyID)"
        guard head.bookID == report.bookID else {
            return find(nil, "\(name) is of another book, \(head.bookID)")
        }
        guard let key = keys.first(where: { $0.id == signed.keyID }) else {
            return find(nil, "\(name) cannot be checked: its public key is not given")
        }
        guard key.hasSigned(signed) else { return find(nil, "\(name) is not signed with that key") }
        if let restore = restores.first(where: { $0.epoch > head.epoch && $0.size < head.size }), head.log == log {
            return find(
                restore.size + 1,
                "the entry was lost: \(name) was signed before the book was put back with \(restore.size) entries")
        }
        guard let root else {
            return find(report.size + 1, "the entry is missing: \(name) is there")
        }
        guard root == head.root else {
            return find(
                report.signedSize + 1, "this entry or a later one to \(head.size) is not the one that was signed")
        }
        report.headCount += 1
        report.keyIDs.insert(signed.keyID)
        if head.log == log { report.signedSize = max(report.signedSize, head.size) }
    }

    /// Notes what a reading met.
    mutating func find(_ fault: JournalFault) {
        if case .damaged(_, let sequence, let what, _) = fault {
            find(sequence, what)
        } else {
            find(nil, "\(fault)")
        }
    }

    /// Notes a finding.
    public mutating func find(_ revision: UInt64?, _ problem: String) {
        if report.findings.count < RuleReport.violationsMax {
            report.findings.append(AuditFinding(revision: revision, problem: problem))
        }
    }
}
