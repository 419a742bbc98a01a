// A life of a journal that touches all of it, on a disk that may fail: what was asked of it when, and what it answered.

import FaultDisk
import GRDB
import MerkleLog
import Testing

@testable import Journaling

/// Something that was asked of a journal, from one change of the disk to another.
struct Deed<Value> {
    enum Standing { case future, uncertain, done }

    let value: Value
    let begin: Int
    var end: Int?
    /// Refused as if it had never been asked.
    var isRefused = false

    /// What a start on the disk after `count` changes has to find of it: nothing, all or nothing, all.
    func standing(at count: Int) -> Standing {
        if isRefused { return .future }
        if let end, end <= count { return .done }
        return begin < count ? .uncertain : .future
    }
}

/// A table of the life's own, without floating point.
let tenures = ProjectionTable(
    name: "tenures", columns: [.init("id", .integer), .init("tenant", .text, indexed: true), .init("raw", .blob)],
    primaryKeyColumnCount: 1)

final class ReferenceLife {
    struct Group {
        let records: [[UInt8]]
        let writes: [ProjectionWrite]
        let level: UInt64?
    }

    struct Copy {
        let path: String
        let recordCount: Int
        let epoch: UInt64
    }

    static let folders = ["etc", "copies"]
    static let columns = ["watts"]
    static let signer = HeadSigner(seed: [UInt8](repeating: 7, count: 32))

    let disk: FaultDisk
    /// How many records the largest group has.
    let bulk: Int
    private(set) var initialisations: [Deed<Void>] = []
    private(set) var groups: [Deed<Group>] = []
    private(set) var epochs: [Deed<UInt64>] = []
    private(set) var snapshots: [Deed<JournalSnapshot>] = []
    private(set) var heads: [Deed<SignedHead>] = []
    private(set) var copies: [Deed<Copy>] = []
    private(set) var restores: [Deed<Copy>] = []
    private(set) var restoredGroups: [Deed<Group>] = []
    private(set) var means: [Deed<HistoryRow>] = []
    /// What the process ended with, if it did not close.
    private(set) var fault: JournalFault?
    private var journals: [SQLiteJournal] = []

    var state: String { disk.root + "/state" }
    var identity: String { disk.root + "/etc/book.id" }
    var history: String { disk.root + "/etc/means.sqlite" }
    var other: String { disk.root + "/other" }
    var otherIdentity: String { disk.root + "/etc/other.id" }

    init(on disk: FaultDisk, bulk: Int = 3) {
        self.disk = disk
        self.bulk = bulk
    }

    /// Lives until the end, or until a fault ends the process.
    func run() {
        do throws(JournalFault) { try live() } catch { fault = error }
    }

    /// Ends the process, if it has not ended, and frees what it held of this one's memory.
    func end() {
        disk.endProcess()
        for journal in journals {
            try? journal.writer.close()
            try? journal.reader.close()
        }
        journals = []
    }

    func openBook(
        _ directory: String? = nil, identity: String? = nil, on disk: FaultDisk
    ) throws(JournalFault) -> SQLiteJournal {
        try SQLiteJournal.open(
            directory: directory ?? disk.root + "/state", identityFile: identity ?? disk.root + "/etc/book.id",
            projections: [tenures], files: disk)
    }

    private func open(
        _ directory: String? = nil, identity: String? = nil
    ) throws(JournalFault) -> SQLiteJournal {
        let journal = try openBook(directory, identity: identity, on: disk)
        journals.append(journal)
        return journal
    }

    private func live() throws(JournalFault) {
        let isMade = try attempt(\.initialisations, ()) { () throws(JournalFault) in
            try SQLiteJournal.initialise(directory: state, bookID: bookID, identityFile: identity, files: disk)
        }
        guard isMade else { return }
        var journal = try open()
        try append([bytes(20)], [row(1, "a")], to: journal)
        try append([bytes(60), [], bytes(5_000)], [row(2, "b"), row(3, "c")], to: journal)
        try keepHead(in: journal)
        try snapshot(bytes(100), in: journal)
        try append([bytes(30)], [row(1, "d"), .delete(table: "tenures", key: [.integer(2)])], level: 2, to: journal)
        try journal.checkpoint(.passive)
        try snapshotInParts(bytes(500), in: journal)
        try append([bytes(41)], [row(4, "e")], to: journal)
        keepMean(1, in: history)
        try raiseEpoch(of: journal)
        try append((0..<bulk).map { bytes($0 % 50) }, [row(5, "f")], to: journal)
        try snapshot(bytes(4_000), in: journal)
        try copy(journal)
        try append([bytes(700)], [row(3, "g")], to: journal)
        try journal.probe()
        try journal.close()
        keepMean(2, in: history)

        journal = try open()
        try append([bytes(90)], [row(6, "h")], to: journal)
        try rebuild(journal)
        try keepHead(in: journal)
        try snapshot(bytes(200), in: journal)
        try append([bytes(80), bytes(81)], [row(7, "i")], to: journal)
        try journal.close()
        try restore()
    }

    // MARK: Deeds

    /// Does something and notes it; false when it was refused and everything is as before. Whatever else fails ends the process.
    private func attempt<Value>(
        _ list: ReferenceWritableKeyPath<ReferenceLife, [Deed<Value>]>, _ value: Value,
        _ body: () throws(JournalFault) -> Void
    ) throws(JournalFault) -> Bool {
        self[keyPath: list].append(Deed(value: value, begin: disk.changeCount))
        let place = self[keyPath: list].count - 1
        do throws(JournalFault) { try body() } catch {
            guard error.isRetryable else { throw error }
            self[keyPath: list][place].isRefused = true
            return false
        }
        self[keyPath: list][place].end = disk.changeCount
        return true
    }

    private func append(
        _ records: [[UInt8]], _ writes: [ProjectionWrite], level: UInt64? = nil, to journal: SQLiteJournal
    ) throws(JournalFault) {
        let group = Group(records: records, writes: writes, level: level)
        _ = try attempt(\.groups, group) { () throws(JournalFault) in try ReferenceLife.append(group, to: journal) }
    }

    static func append(_ group: Group, to journal: SQLiteJournal) throws(JournalFault) {
        try journal.append(
            group.records, expectedSequence: journal.lastSequence, epoch: journal.identity.epoch,
            projecting: group.writes, level: group.level)
    }

    private func keepHead(in journal: SQLiteJournal) throws(JournalFault) {
        guard let signer = ReferenceLife.signer else { preconditionFailure("a seed has 32 bytes") }
        let head = signer.sign(
            TreeHead(
                bookID: bookID, epoch: journal.identity.epoch, log: .book, size: journal.tree.size,
                root: journal.tree.root, signedAt: 1_700_000_000 + Int64(heads.count)))
        _ = try attempt(\.heads, head) { () throws(JournalFault) in try journal.keep(head, signedWith: signer.key) }
    }

    private func snapshot(_ bytes: [UInt8], in journal: SQLiteJournal) throws(JournalFault) {
        let snapshot = JournalSnapshot(sequence: journal.lastSequence, bytes: bytes)
        _ = try attempt(\.snapshots, snapshot) { () throws(JournalFault) in
            try journal.snapshot(bytes, at: snapshot.sequence)
        }
    }

    /// A snapshot of two parts, with a record appended between them.
    private func snapshotInParts(_ bytes: [UInt8], in journal: SQLiteJournal) throws(JournalFault) {
        let snapshot = JournalSnapshot(sequence: journal.lastSequence, bytes: bytes)
        var parts = SnapshotInParts(bytes, at: try journal.place(of: snapshot.sequence), partBytes: 300)
        // The first part changes nothing that anybody sees.
        do throws(JournalFault) { try journal.writePart(of: &parts) } catch {
            guard error.isRetryable else { throw error }
            return
        }
        try append([self.bytes(33)], [], to: journal)
        _ = try attempt(\.snapshots, snapshot) { () throws(JournalFault) in try journal.writePart(of: &parts) }
    }

    private func raiseEpoch(of journal: SQLiteJournal) throws(JournalFault) {
        let epoch = journal.identity.epoch + 1
        _ = try attempt(\.epochs, epoch) { () throws(JournalFault) in try journal.advanceEpoch(to: epoch) }
    }

    private func rebuild(_ journal: SQLiteJournal) throws(JournalFault) {
        let rows = ReferenceLife.rows(groups.filter { !$0.isRefused }.map(\.value))
        do throws(JournalFault) {
            try journal.rebuildProjections(rows.map { .upsert(table: "tenures", values: $0) })
        } catch { if !error.isRetryable { throw error } }
    }

    /// A copy that fails does not end the daemon's work.
    private func copy(_ journal: SQLiteJournal) throws(JournalFault) {
        let copy = Copy(
            path: "/copies/one.sqlite", recordCount: Int(journal.lastSequence), epoch: journal.identity.epoch)
        do throws(JournalFault) {
            _ = try attempt(\.copies, copy) { () throws(JournalFault) in try journal.backup(to: disk.root + copy.path) }
        } catch {}
    }

    private func keepMean(_ number: Int64, in path: String) {
        let row = HistoryRow(series: "node", start: number * 900, samples: number, sums: [number * 10])
        means.append(Deed(value: row, begin: disk.changeCount))
        do throws(HistoryFault) {
            let file = try HistoryFile(path: path, columns: ReferenceLife.columns, files: disk)
            try file.add([row], droppingBefore: 0)
            means[means.count - 1].end = disk.changeCount
            try file.close()
        } catch {}
    }

    private func restore() throws(JournalFault) {
        guard let copy = copies.last, copy.end != nil else { return }
        let isRestored = try attempt(\.restores, copy.value) { () throws(JournalFault) in
            try SQLiteJournal.restore(
                from: disk.root + copy.value.path, directory: other, identityFile: otherIdentity, files: disk)
        }
        guard isRestored else { return }
        let journal = try open(other, identity: otherIdentity)
        let group = Group(records: [bytes(33)], writes: [row(9, "k")], level: nil)
        _ = try attempt(\.restoredGroups, group) { () throws(JournalFault) in
            try ReferenceLife.append(group, to: journal)
        }
        try journal.close()
    }

    // MARK: Content

    /// The standing of every deed after so many changes: where it is the same, the same is promised.
    func standings(at count: Int) -> [Int] {
        func marks<Value>(_ deeds: [Deed<Value>]) -> [Int] {
            deeds.map { deed in
                switch deed.standing(at: count) {
                case .future: 0
                case .uncertain: 1
                case .done: 2
                }
            }
        }
        return marks(initialisations) + marks(groups) + marks(epochs) + marks(snapshots) + marks(heads)
            + marks(copies) + marks(restores) + marks(restoredGroups) + marks(means)
    }

    private func bytes(_ count: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: count) { buffer, written in
            for index in 0..<count { buffer[index] = UInt8(truncatingIfNeeded: (index &* 37) ^ (count &* 11)) }
            written = count
        }
    }

    private func row(_ id: Int64, _ tenant: String) -> ProjectionWrite {
        .upsert(table: "tenures", values: [.integer(id), .text(tenant), .blob(bytes(Int(id) * 9))])
    }

    /// The rows of the table after `groups`.
    static func rows(_ groups: [Group]) -> [[ProjectionValue]] {
        var rows: [Int64: [ProjectionValue]] = [:]
        for write in groups.flatMap(\.writes) {
            switch write {
            case .upsert(_, let values):
                guard case .integer(let id) = values[0] else { preconditionFailure("the key is an integer") }
                rows[id] = values
            case .delete(_, let key):
                guard case .integer(let id) = key[0] else { preconditionFailure("the key is an integer") }
                rows[id] = nil
            }
        }
        return rows.sorted { $0.key < $1.key }.map(\.value)
    }
}
