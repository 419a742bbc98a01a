// What is appended comes back, in order, after a restart; what does not fit is refused and changes nothing.

import Foundation
import Testing

@testable import Journaling

@Suite("Appending and reading")
struct AppendTests {
    /// Every property here holds of the file and of the stand-in alike.
    static func stores(_ folder: StateFolder) throws -> [any JournalStore] {
        try SQLiteJournal.initialise(directory: folder.directory, bookID: bookID)
        return [try folder.open(), MemoryJournal(bookID: bookID)]
    }

    @Test("Appended records are read back in order, from any place, up to a limit")
    func readsBack() throws {
        let folder = try StateFolder()
        for store in try AppendTests.stores(folder) {
            try store.append(next: Array(tenRecords[..<4]))
            try store.append(next: Array(tenRecords[4...]))
            #expect(store.lastSequence == 10)
            #expect(try store.allBytes() == tenRecords)
            let middle = try store.read(after: 3, limit: 2)
            #expect(middle == [.init(sequence: 4, bytes: tenRecords[3]), .init(sequence: 5, bytes: tenRecords[4])])
            #expect(try store.read(after: 10, limit: 5).isEmpty)
            #expect(try store.read(after: 99, limit: 5).isEmpty)
        }
    }

    @Test("A probe changes nothing that is read, and what comes after it follows what was before")
    func probes() throws {
        let folder = try StateFolder()
        for store in try AppendTests.stores(folder) {
            try store.append(next: Array(tenRecords[..<4]))
            let tree = store.tree
            for _ in 0..<3 { try store.probe() }
            #expect(store.lastSequence == 4 && store.tree == tree)
            try store.append(next: Array(tenRecords[4...]))
            #expect(try store.allBytes() == tenRecords)
        }
    }

    @Test("Every probe goes to the disk: the write-ahead log grows with each")
    func probesReachTheDisk() throws {
        let folder = try StateFolder()
        try SQLiteJournal.initialise(directory: folder.directory, bookID: bookID)
        let journal = try folder.open()
        try journal.append(next: tenRecords)
        func logBytes() throws -> Int {
            try FileManager.default.attributesOfItem(atPath: journal.path + "-wal")[.size] as? Int ?? 0
        }
        var sizes = [try logBytes()]
        for _ in 0..<3 {
            try journal.probe()
            sizes.append(try logBytes())
        }
        #expect(Set(sizes).count == 4 && sizes == sizes.sorted(), "\(sizes)")
    }

    @Test("A wrong expected sequence is refused and writes nothing")
    func refusesSequence() throws {
        let folder = try StateFolder()
        for store in try AppendTests.stores(folder) {
            try store.append(next: tenRecords)
            #expect(throws: JournalFault.sequenceMismatch(expected: 9, found: 10)) {
                try store.append([[1]], expectedSequence: 9, epoch: 1, projecting: [])
            }
            #expect(try store.allBytes() == tenRecords)
        }
    }

    @Test("A wrong epoch is refused and writes nothing")
    func refusesEpoch() throws {
        let folder = try StateFolder()
        for store in try AppendTests.stores(folder) {
            #expect(throws: JournalFault.wrongEpoch(expected: 2, found: 1)) {
                try store.append([[1]], expectedSequence: 0, epoch: 2, projecting: [])
            }
            #expect(store.lastSequence == 0)
        }
    }

    @Test("An append of no records checks sequence and epoch and changes nothing")
    func emptyAppend() throws {
        let folder = try StateFolder()
        for store in try AppendTests.stores(folder) {
            try store.append(next: [])
            #expect(store.lastSequence == 0)
            #expect(throws: JournalFault.sequenceMismatch(expected: 1, found: 0)) {
                try store.append([], expectedSequence: 1, epoch: 1, projecting: [])
            }
        }
    }

    @Test("The newest snapshot comes back, an older one than it is refused, and so is one of the future")
    func snapshots() throws {
        let folder = try StateFolder()
        for store in try AppendTests.stores(folder) {
            #expect(try store.latestSnapshot() == nil)
            try store.append(next: tenRecords)
            for sequence: UInt64 in [0, 4, 9] { try store.snapshot([UInt8(sequence)], at: sequence) }
            #expect(try store.latestSnapshot() == JournalSnapshot(sequence: 9, bytes: [9]))
            #expect(throws: JournalFault.self) { try store.snapshot([1], at: 8) }
            #expect(throws: JournalFault.self) { try store.snapshot([1], at: 11) }
        }
    }

    @Test("The file keeps the newest two snapshots")
    func keepsTwoSnapshots() throws {
        let folder = try StateFolder(holding: tenRecords)
        let journal = try folder.open()
        for sequence: UInt64 in [2, 4, 6] { try journal.snapshot([1, 2, 3], at: sequence) }
        #expect(try query(journal, "SELECT sequence FROM snapshots ORDER BY sequence") == ["4", "6"])
    }

    /// A snapshot of several parts, the last one short.
    private func inParts(_ seed: UInt8, at sequence: UInt64, of store: any JournalStore) throws -> SnapshotInParts {
        let count = 2 * JournalLimits.snapshotPartBytes + 100
        return SnapshotInParts(
            (0..<count).map { UInt8(truncatingIfNeeded: $0 / 7) ^ seed }, at: try store.place(of: sequence))
    }

    @Test("A snapshot in parts counts when its last part is written, with records appended between them")
    func snapshotInParts() throws {
        let folder = try StateFolder()
        for store in try AppendTests.stores(folder) {
            try store.append(next: tenRecords)
            try store.snapshot([1], at: 2)
            var parts = try inParts(3, at: 9, of: store)
            #expect(parts.partCount == 3)
            while !parts.isWritten {
                #expect(try store.latestSnapshot() == JournalSnapshot(sequence: 2, bytes: [1]))
                try store.writePart(of: &parts)
                try store.append(next: [[7]])
            }
            #expect(try store.latestSnapshot() == JournalSnapshot(sequence: 9, bytes: parts.bytes))
            // An older one is refused, of either kind, and a newer whole one counts in its turn.
            var late = try inParts(4, at: 8, of: store)
            #expect(throws: JournalFault.self) { try store.writePart(of: &late) }
            #expect(throws: JournalFault.self) { try store.snapshot([2], at: 8) }
            #expect(throws: JournalFault.self) { _ = try store.place(of: store.lastSequence + 1) }
            try store.snapshot([2], at: 11)
            #expect(try store.latestSnapshot() == JournalSnapshot(sequence: 11, bytes: [2]))
            var empty = SnapshotInParts([], at: try store.place(of: 12))
            try store.writePart(of: &empty)
            #expect(try store.latestSnapshot() == JournalSnapshot(sequence: 12, bytes: []))
        }
    }

    @Test("One that was not finished counts for nothing after a start, and its parts go with the next ones")
    func unfinishedParts() throws {
        let folder = try StateFolder(holding: tenRecords)
        let first = try folder.open()
        var whole = try inParts(1, at: 3, of: first)
        while !whole.isWritten { try first.writePart(of: &whole) }
        var cut = try inParts(2, at: 5, of: first)
        for _ in 0..<2 { try first.writePart(of: &cut) }
        try first.close()
        let second = try folder.open()
        #expect(try second.latestSnapshot() == JournalSnapshot(sequence: 3, bytes: whole.bytes))
        for (seed, sequence) in [(UInt8(3), UInt64(6)), (4, 7), (5, 8), (6, 9), (7, 10)] {
            var next = try inParts(seed, at: sequence, of: second)
            while !next.isWritten { try second.writePart(of: &next) }
            #expect(try second.latestSnapshot() == JournalSnapshot(sequence: sequence, bytes: next.bytes))
        }
        #expect(try query(second, "SELECT sequence FROM part_snapshots ORDER BY sequence") == ["9", "10"])
        // Those of two, and of the one that the newest has put out at its last part.
        #expect(try query(second, "SELECT count(*) <= 9 FROM snapshot_parts") == ["1"])
        #expect(try query(second, "SELECT min(number) >= 12 FROM snapshot_parts") == ["1"])
    }

    @Test("A reopened book has the same identity, records and snapshot")
    func reopens() throws {
        let folder = try StateFolder()
        try SQLiteJournal.initialise(directory: folder.directory, bookID: bookID)
        let first = try folder.open()
        try first.append(next: tenRecords)
        try first.snapshot([42], at: 5)
        try first.append(next: [[9, 9]])
        try first.close()
        let second = try folder.open()
        #expect(second.identity == BookIdentity(bookID: bookID, epoch: 1))
        #expect(second.lastSequence == 11)
        #expect(try second.allBytes() == tenRecords + [[9, 9]])
        #expect(try second.latestSnapshot() == JournalSnapshot(sequence: 5, bytes: [42]))
        #expect(try second.verifyWholeChain() == 11)
    }

    @Test("What was appended is there in a copy of the files that a killed process would leave")
    func survivesKill() throws {
        let folder = try StateFolder(holding: tenRecords)
        let journal = try folder.open()
        try journal.append(next: [[1], [2]])
        // A copy by another process: this one must not open files that SQLite has locked.
        let copy = try StateFolder()
        let process = try Process.run(
            URL(fileURLWithPath: "/bin/cp"), arguments: ["-r", folder.directory, copy.directory])
        process.waitUntilExit()
        try journal.close()
        #expect(try copy.open().allBytes() == tenRecords + [[1], [2]])
    }

    @Test("A close moves everything into the book file and leaves no write-ahead log")
    func closes() throws {
        let folder = try StateFolder(holding: tenRecords)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: folder.directory).sorted() == ["book.sqlite", "lock"])
    }

    @Test("More frames than a checkpoint's share go into the book file while the journal is open")
    func checkpoints() throws {
        let folder = try StateFolder(holding: [])
        let journal = try folder.open()
        let record = [UInt8](repeating: 7, count: 1 << 20)
        for _ in 0..<12 { try journal.append(next: [record]) }
        let attributes = try FileManager.default.attributesOfItem(atPath: folder.bookPath)
        #expect((attributes[.size] as? Int ?? 0) > 8 << 20)
        #expect(try journal.verifyWholeChain() == 12)
    }

    @Test("The stand-in fails once on demand, goes on after a full disk, and stays down after a failed sync")
    func memoryFails() throws {
        let journal = MemoryJournal(bookID: bookID)
        journal.failNextAppend(with: .full(path: "book", detail: "test"))
        #expect(throws: JournalFault.full(path: "book", detail: "test")) { try journal.append(next: [[1]]) }
        try journal.append(next: [[1]])
        let failedSync = JournalFault.syncFailed(path: "book", detail: "test")
        journal.failNextAppend(with: failedSync)
        #expect(throws: failedSync) { try journal.append(next: [[2]]) }
        #expect(throws: failedSync) { try journal.append(next: [[2]]) }
        #expect(try journal.reopened().allBytes() == [[1]])
    }
}
