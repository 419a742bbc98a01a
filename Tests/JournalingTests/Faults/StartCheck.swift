// What a start must find on a disk after some changes of a life: everything that was answered, and nothing that was not asked.

import FaultDisk
import MerkleLog

@testable import Journaling

/// A broken promise, in words.
struct BrokenPromise: Error, CustomStringConvertible {
    /// What a book is wrong in.
    enum Part: Hashable { case records, digests, table, level, snapshot, heads, epoch, other }

    let part: Part
    let description: String

    init(_ part: Part, _ description: String) {
        self.part = part
        self.description = description
    }
}

/// Starts a daemon's journal on a disk, looks at all of it, goes on with it, and cuts the power once more.
struct StartCheck {
    let life: ReferenceLife
    /// How many changes of the life the disk may have seen.
    let changeCount: Int
    let disk: FaultDisk

    private static let lastGroup = ReferenceLife.Group(
        records: [[0xEE, 0xEE]], writes: [.upsert(table: "tenures", values: [.integer(99), .text("z"), .blob([])])],
        level: nil)

    init(_ life: ReferenceLife, at changeCount: Int, on disk: FaultDisk) {
        self.life = life
        self.changeCount = changeCount
        self.disk = disk
    }

    /// The first promise that is broken; nil when all are kept.
    func problem() -> String? {
        do {
            try checkHistory()
            if let restore = life.restores.first, restore.standing(at: changeCount) != .future {
                try checkRestored(restore.standing(at: changeCount))
            }
            try checkBook()
            return nil
        } catch { return "\(error)" }
    }

    private func kept<Value>(_ deeds: [Deed<Value>]) -> (done: [Value], uncertain: [Value]) {
        (
            deeds.filter { $0.standing(at: changeCount) == .done }.map(\.value),
            deeds.filter { $0.standing(at: changeCount) == .uncertain }.map(\.value)
        )
    }

    /// The records of all groups that were not refused, in order.
    private var askedRecords: [[UInt8]] { life.groups.filter { !$0.isRefused }.flatMap(\.value.records) }

    private func require(
        _ condition: Bool, _ part: BrokenPromise.Part, _ words: @autoclosure () -> String
    ) throws {
        if !condition { throw BrokenPromise(part, words()) }
    }

    // MARK: The book

    private func checkBook() throws {
        let journal = try start()
        let found = try checkContent(of: journal)
        try checkCopies(from: journal)
        try ReferenceLife.append(StartCheck.lastGroup, to: journal)
        try checkNames(of: "/state", ["book.sqlite", "book.sqlite-wal", "lock"])
        try journal.close()
        try checkNames(of: "/state", ["book.sqlite", "lock"])
        try checkNames(of: "/etc", ["book.id", "means.sqlite", "means.sqlite-wal", "other.id"])
        try cutPowerAgain(found + [StartCheck.lastGroup])
    }

    /// Everything that the book holds; returns its groups.
    @discardableResult
    func checkContent(of journal: SQLiteJournal) throws -> [ReferenceLife.Group] {
        let found = try checkGroups(life.groups, in: journal)
        try checkSnapshot(in: journal)
        try checkHeads(in: journal)
        try checkEpoch(of: journal)
        return found
    }

    /// As the daemon's unit does: a book is made where none was answered for, then opened.
    private func start() throws -> SQLiteJournal {
        if life.initialisations.first?.standing(at: changeCount) != .done {
            do throws(JournalFault) {
                try SQLiteJournal.initialise(
                    directory: disk.root + "/state", bookID: bookID, identityFile: disk.root + "/etc/book.id",
                    files: disk)
            } catch {
                guard case .alreadyInitialised = error else {
                    throw BrokenPromise(.other, "initialising anew: \(error)")
                }
            }
        }
        do { return try life.openBook(on: disk) } catch { throw BrokenPromise(.other, "opening: \(error)") }
    }

    private func checkGroups(
        _ deeds: [Deed<ReferenceLife.Group>], after recordCount: Int? = nil, in journal: SQLiteJournal
    ) throws -> [ReferenceLife.Group] {
        let records = try journal.allBytes()
        var (done, uncertain) = kept(deeds)
        try require(uncertain.count <= 1, .records, "the life asked for two groups at once")
        var wanted = done.flatMap(\.records)
        if let next = uncertain.first, records.count == wanted.count + next.records.count {
            done.append(next)
            wanted += next.records
        }
        try require(
            records == wanted, .records, "there are \(records.count) records, not \(wanted.count) or other ones")
        try StartCheck.checkDigests(of: journal, records)
        try StartCheck.checkRows(of: journal, done)
        return done
    }

    /// Everything that follows from the records.
    static func checkDigests(of journal: SQLiteJournal, _ records: [[UInt8]]) throws {
        guard try journal.verifyWholeChain() == UInt64(records.count) else {
            throw BrokenPromise(.digests, "the chain is short")
        }
        try journal.verifyTreeTail()
        let leaves = records.map { MerkleHash.leaf($0) }
        guard journal.tree.root == MerkleTree.root(of: leaves[...]) else {
            throw BrokenPromise(.digests, "the root is another")
        }
    }

    static func checkRows(of journal: SQLiteJournal, _ groups: [ReferenceLife.Group]) throws {
        if journal.projectionsAreStale { return }
        guard try journal.projectionRows(of: "tenures") == ReferenceLife.rows(groups) else {
            throw BrokenPromise(.table, "the table does not follow from the records")
        }
        let level = groups.compactMap(\.level).last
        let found = try journal.readShared("asking") { try $0.meta(.formatLevel, as: Int64.self) }
        guard found == level.map(Int64.init) else {
            throw BrokenPromise(.level, "the level is \(String(describing: found))")
        }
    }

    private func checkSnapshot(in journal: SQLiteJournal) throws {
        let (done, uncertain) = kept(life.snapshots)
        let found = try journal.latestSnapshot()
        try require(
            found == done.last || uncertain.contains { $0 == found }, .snapshot, "the newest snapshot is another")
    }

    private func checkHeads(in journal: SQLiteJournal) throws {
        let (done, uncertain) = kept(life.heads)
        let found = try journal.keptHeads()
        // A head that is damaged shows it by its signature, to whoever looks.
        let sound = found.filter { ReferenceLife.signer?.key.hasSigned($0) == true }
        try require(
            found.count >= done.count && found.count <= done.count + uncertain.count, .heads, "heads are missing")
        if sound.count < found.count { throw JournalFault.damage(journal.path, "a head is not what was signed") }
        try require(found == done || found == done + uncertain, .heads, "the heads are others")
    }

    private func checkEpoch(of journal: SQLiteJournal) throws {
        let (done, uncertain) = kept(life.epochs)
        let found = journal.identity.epoch
        try require(
            found == done.last ?? 1 || uncertain.contains(found),
            .epoch, "the epoch is \(found)")
        let installed = try IdentityFile(path: disk.root + "/etc/book.id", files: disk).read()
        try require(installed == journal.identity, .other, "the identity file says \(String(describing: installed))")
    }

    /// A copy that was answered for is whole, and one that has its name is. What a copy left half done goes with the next.
    private func checkCopies(from journal: SQLiteJournal) throws {
        guard let deed = life.copies.first else { return }
        let path = disk.root + deed.value.path
        let isThere = try disk.exists(path)
        try require(isThere || deed.standing(at: changeCount) != .done, .other, "the copy is gone")
        if isThere {
            let directory = disk.root + "/again"
            try SQLiteJournal.restore(from: path, directory: directory, files: disk)
            let restored = try SQLiteJournal.open(directory: directory, projections: [tenures], files: disk)
            let records = try restored.allBytes()
            let all = askedRecords
            try require(records == Array(all.prefix(deed.value.recordCount)), .other, "the copy has other records")
            try StartCheck.checkDigests(of: restored, records)
            try restored.close()
        }
        // What a process left that ended in a copy goes by its number, and systemd/backup takes it away.
        let others = disk.content.filePaths.filter { $0.hasPrefix("copies/") && $0 != "copies/one.sqlite" }
        try require(
            others.allSatisfy { $0.hasPrefix("copies/one.sqlite.partial-") }, .other, "left behind in copies: \(others)"
        )
    }

    private func checkRestored(_ standing: Deed<ReferenceLife.Copy>.Standing) throws {
        let directory = disk.root + "/other"
        let identity = disk.root + "/etc/other.id"
        if standing != .done {
            do {
                try SQLiteJournal.restore(
                    from: disk.root + "/copies/one.sqlite", directory: directory, identityFile: identity, files: disk)
            } catch { guard case .alreadyInitialised = error else { throw error } }
        }
        let journal = try life.openBook(directory, identity: identity, on: disk)
        try require(
            journal.identity.epoch > life.restores[0].value.epoch, .other,
            "the restored epoch is \(journal.identity.epoch)")
        let copied = askedRecords.prefix(life.restores[0].value.recordCount)
        let (done, uncertain) = kept(life.restoredGroups)
        let records = try journal.allBytes()
        let wanted = copied + done.flatMap(\.records)
        try require(
            records == Array(wanted) || records == Array(wanted + uncertain.flatMap(\.records)),
            .other, "the restored book has \(records.count) records")
        try StartCheck.checkDigests(of: journal, records)
        try journal.close()
        try checkNames(of: "/other", ["book.sqlite", "lock"])
    }

    private func checkNames(of folder: String, _ allowed: Set<String>) throws {
        let prefix = folder.dropFirst() + "/"
        let names = disk.content.filePaths.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
        let others = Set(names).subtracting(allowed)
        try require(others.isEmpty, .other, "left behind in \(folder): \(others.sorted())")
    }

    /// What a start made of the disk must be as durable as what was there before.
    private func cutPowerAgain(_ groups: [ReferenceLife.Group]) throws {
        let count = disk.changeCount
        let fates = disk.pendingChanges(at: count).map { ($0, ChangeFate.dropped) }
        let later = FaultDisk(disk.image(at: count, fates: Dictionary(uniqueKeysWithValues: fates)))
        do {
            let journal = try life.openBook(on: later)
            let records = try journal.allBytes()
            try require(records == groups.flatMap(\.records), .other, "there are \(records.count) records")
            try StartCheck.checkRows(of: journal, groups)
            try journal.close()
        } catch { throw BrokenPromise(.other, "after a second power cut: \(error)") }
    }

    // MARK: The history

    /// Nothing is promised of it but that it opens, and holds what was put into it once.
    private func checkHistory() throws {
        guard !life.means.isEmpty else { return }
        let file = try HistoryFile(path: disk.root + "/etc/means.sqlite", columns: ReferenceLife.columns, files: disk)
        try require(file.setAside == nil, .other, "the history was taken for damaged")
        let rows = try file.rows(of: "node", from: 0)
        let put = life.means.map(\.value)
        try require(
            rows == Array(put.prefix(rows.count)) || put.contains { [$0] == rows }, .other, "the history is another")
        try file.close()
    }
}
