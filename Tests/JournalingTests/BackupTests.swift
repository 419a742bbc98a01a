// A backup is a whole, verified book, taken while the writer goes on, and comes back under a new epoch.

import Foundation
import Synchronization
import Testing

@testable import Journaling

@Suite("Backup and restore")
struct BackupTests {
    @Test("A backup taken while appends go on is a whole book of some instant in between")
    func whileAppending() throws {
        let folder = try StateFolder(holding: (0..<2_000).map { [UInt8](repeating: UInt8($0 % 251), count: 200) })
        let journal = try folder.open()
        let backup = folder.root + "/copy.sqlite"
        let isDone = Atomic<Bool>(false)
        let outcome = Mutex<JournalFault?>(nil)
        let thread = Thread {
            do throws(JournalFault) { try journal.backup(to: backup) } catch { outcome.withLock { $0 = error } }
            isDone.store(true, ordering: .releasing)
        }
        thread.start()
        while !isDone.load(ordering: .acquiring) { try journal.append(next: [[1, 2, 3]]) }
        #expect(outcome.withLock { $0 } == nil)
        let last = journal.lastSequence
        #expect(try journal.verifyWholeChain() == last)

        let elsewhere = try StateFolder()
        let identity = try SQLiteJournal.restore(from: backup, directory: elsewhere.directory)
        #expect(identity == BookIdentity(bookID: bookID, epoch: 2))
        let restored = try elsewhere.open()
        #expect((2_000...last).contains(restored.lastSequence))
        #expect(try restored.verifyWholeChain() == restored.lastSequence)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.root).sorted() == ["copy.sqlite", "state"])
    }

    @Test("A backup never overwrites a file, and is private")
    func overwritesNothing() throws {
        let folder = try StateFolder(holding: tenRecords)
        let journal = try folder.open()
        let backup = folder.root + "/copy.sqlite"
        try journal.backup(to: backup)
        let attributes = try FileManager.default.attributesOfItem(atPath: backup)
        #expect(attributes[.posixPermissions] as? Int == 0o600)
        let bytes = try Data(contentsOf: URL(fileURLWithPath: backup))
        #expect(throws: JournalFault.alreadyInitialised(path: backup)) { try journal.backup(to: backup) }
        #expect(try Data(contentsOf: URL(fileURLWithPath: backup)) == bytes)
    }

    @Test("A backup that cannot be written says so of the copy, and the book goes on")
    func unwritable() throws {
        let folder = try StateFolder(holding: tenRecords)
        let journal = try folder.open()
        let backup = folder.root + "/nowhere/copy.sqlite"
        let fault = #expect(throws: JournalFault.self) { try journal.backup(to: backup) }
        guard case .notCopied(backup, _) = fault else {
            Issue.record("\(String(describing: fault))")
            return
        }
        #expect(fault?.endsProcess == false)
        try journal.append(next: [[1]])
        try journal.backup(to: folder.root + "/copy.sqlite")
    }

    @Test("A backup of a damaged book fails")
    func refusesDamage() throws {
        let folder = try StateFolder(holding: tenRecords)
        let first = try folder.open()
        try first.snapshot([1], at: 9)
        try first.close()
        try folder.tamper("UPDATE facts SET bytes = x'FF' WHERE sequence = 3")
        let journal = try folder.open()
        let fault = #expect(throws: JournalFault.self) { try journal.backup(to: folder.root + "/copy.sqlite") }
        #expect(fault?.damagedSequence == 3)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.root) == ["state"])
    }

    @Test("A restore of the same backup twice gives two epochs, and an old copy put back by hand is refused")
    func restoresUnderNewEpochs() throws {
        let folder = try StateFolder(holding: tenRecords)
        let backup = folder.root + "/copy.sqlite"
        let journal = try folder.open()
        try journal.backup(to: backup)
        try journal.close()
        for epoch: UInt64 in [2, 3] {
            try FileManager.default.removeItem(atPath: folder.bookPath)
            let identity = try SQLiteJournal.restore(
                from: backup, directory: folder.directory, identityFile: folder.identityFile)
            #expect(identity.epoch == epoch)
        }
        try FileManager.default.removeItem(atPath: folder.bookPath)
        try FileManager.default.copyItem(atPath: backup, toPath: folder.bookPath)
        #expect(throws: JournalFault.wrongEpoch(expected: 3, found: 1)) {
            try SQLiteJournal.open(directory: folder.directory, identityFile: folder.identityFile)
        }
    }

    @Test("A restore refuses a book that is there, another book's backup, a damaged and a missing backup")
    func refusesRestore() throws {
        let folder = try StateFolder(holding: tenRecords)
        let backup = folder.root + "/copy.sqlite"
        let journal = try folder.open()
        try journal.backup(to: backup)
        try journal.close()
        #expect(throws: JournalFault.alreadyInitialised(path: folder.bookPath)) {
            try SQLiteJournal.restore(from: backup, directory: folder.directory)
        }
        let other = try StateFolder()
        try IdentityFile(path: other.identityFile, files: RealFileSystem()).write(
            BookIdentity(bookID: otherBookID, epoch: 1))
        #expect(throws: JournalFault.wrongBook(path: backup, expected: otherBookID, found: bookID)) {
            try SQLiteJournal.restore(from: backup, directory: other.directory, identityFile: other.identityFile)
        }
        #expect(throws: JournalFault.self) {
            try SQLiteJournal.restore(from: backup + ".none", directory: other.directory)
        }
        try Data("frames".utf8).write(to: URL(fileURLWithPath: backup + "-wal"))
        #expect(throws: JournalFault.self) { try SQLiteJournal.restore(from: backup, directory: other.directory) }
        try FileManager.default.removeItem(atPath: backup + "-wal")
        try Data("pages".utf8).write(to: URL(fileURLWithPath: backup + "-journal"))
        #expect(throws: JournalFault.self) { try SQLiteJournal.restore(from: backup, directory: other.directory) }
        try FileManager.default.removeItem(atPath: backup + "-journal")
        #expect(truncate(backup, 4096) == 0)
        #expect(throws: JournalFault.self) { try SQLiteJournal.restore(from: backup, directory: other.directory) }
        #expect(try FileManager.default.contentsOfDirectory(atPath: other.directory) == ["lock"])
    }

    @Test("A backup into the state directory is refused, by whatever name that has, and leaves the book as it is")
    func refusesStateDirectory() throws {
        let folder = try StateFolder(holding: tenRecords)
        let journal = try folder.open()
        let files = FileManager.default
        try files.createDirectory(atPath: folder.directory + "/within", withIntermediateDirectories: false)
        try files.createSymbolicLink(atPath: folder.root + "/link", withDestinationPath: folder.directory)
        try files.createSymbolicLink(atPath: folder.root + "/deep", withDestinationPath: folder.directory + "/within")
        for place in [
            "state/book.sqlite-journal", "state/copy", "state/within/copy", "link/book.sqlite-journal", "deep/copy",
            "link/../state/copy", "state/within/../copy",
        ] {
            let path = folder.root + "/" + place
            for body in [journal.checkBackup, journal.backup] {
                #expect(throws: JournalFault.amongBookFiles(path: path, directory: folder.directory), "\(place)") {
                    try body(path)
                }
            }
        }
        // A link to nothing is something.
        let dangling = folder.root + "/dangling"
        try files.createSymbolicLink(atPath: dangling, withDestinationPath: folder.directory + "/book.sqlite-journal")
        #expect(throws: JournalFault.alreadyInitialised(path: dangling)) { try journal.checkBackup(to: dangling) }
        try files.removeItem(atPath: dangling)
        try journal.append(next: [[1]])
        try journal.backup(to: folder.root + "/link/../copy.sqlite")
        try journal.close()
        #expect(folder.openingFault() == nil)
    }
}
