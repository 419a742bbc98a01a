// Which book belongs here: initialising, the lock, the identity file, restoring.

import Foundation
import GRDB
import Testing

@testable import Journaling

@Suite("Identity and lock")
struct BookIdentityTests {
    func initialise(_ folder: StateFolder) throws(JournalFault) {
        try SQLiteJournal.initialise(
            directory: folder.directory, bookID: bookID, identityFile: folder.identityFile)
    }

    func open(_ folder: StateFolder) throws(JournalFault) -> SQLiteJournal {
        try SQLiteJournal.open(directory: folder.directory, identityFile: folder.identityFile)
    }

    @Test("A new book lies in a folder of mode 0700, in files of mode 0600")
    func modes() throws {
        let folder = try StateFolder()
        try initialise(folder)
        let journal = try open(folder)
        try journal.append(next: tenRecords)
        let manager = FileManager.default
        let mode = { try manager.attributesOfItem(atPath: $0)[.posixPermissions] as? Int }
        #expect(try mode(folder.directory) == 0o700)
        for name in try manager.contentsOfDirectory(atPath: folder.directory) {
            #expect(try mode(folder.directory + "/" + name) == 0o600, "\(name)")
        }
        #expect(!journal.adoptedIdentity)
    }

    @Test("A second initialisation is refused, with and without the identity file")
    func initialisesOnce() throws {
        let folder = try StateFolder()
        try initialise(folder)
        #expect(throws: JournalFault.alreadyInitialised(path: folder.identityFile)) { try initialise(folder) }
        try FileManager.default.removeItem(atPath: folder.identityFile)
        #expect(throws: JournalFault.alreadyInitialised(path: folder.bookPath)) { try initialise(folder) }
    }

    @Test("What an interrupted initialisation left does not stand in the way of the next")
    func initialisesAfterInterruption() throws {
        let folder = try StateFolder()
        try FileManager.default.createDirectory(atPath: folder.directory, withIntermediateDirectories: true)
        try Data("half".utf8).write(to: URL(fileURLWithPath: folder.bookPath + ".new"))
        try initialise(folder)
        #expect(try open(folder).identity.bookID == bookID)
    }

    @Test("Opening makes nothing: no folder, no book")
    func opensNothing() throws {
        let folder = try StateFolder()
        #expect(throws: JournalFault.self) { try folder.open() }
        #expect(!FileManager.default.fileExists(atPath: folder.directory))
        try FileManager.default.createDirectory(atPath: folder.directory, withIntermediateDirectories: true)
        #expect(throws: JournalFault.self) { try folder.open() }
        #expect(!FileManager.default.fileExists(atPath: folder.bookPath))
    }

    @Test("A missing book whose identity file is there is refused by name, and not initialised either")
    func refusesUnmountedVolume() throws {
        let folder = try StateFolder()
        try initialise(folder)
        try FileManager.default.removeItem(atPath: folder.directory)
        try FileManager.default.createDirectory(atPath: folder.directory, withIntermediateDirectories: true)
        let fault = #expect(throws: JournalFault.self) { try open(folder) }
        guard case .missing? = fault else {
            Issue.record("a missing book is reported as missing")
            return
        }
        #expect(fault?.description.contains(bookID) == true)
        #expect(throws: JournalFault.alreadyInitialised(path: folder.identityFile)) { try initialise(folder) }
    }

    @Test("Another book than the identity file names is refused")
    func refusesOtherBook() throws {
        let folder = try StateFolder()
        try SQLiteJournal.initialise(directory: folder.directory, bookID: otherBookID)
        try IdentityFile(path: folder.identityFile, files: RealFileSystem()).write(
            BookIdentity(bookID: bookID, epoch: 1))
        #expect(throws: JournalFault.wrongBook(path: folder.bookPath, expected: bookID, found: otherBookID)) {
            try open(folder)
        }
    }

    @Test("A book without an identity file is adopted once")
    func adopts() throws {
        let folder = try StateFolder(holding: tenRecords)
        let first = try open(folder)
        #expect(first.adoptedIdentity)
        try first.close()
        #expect(try !open(folder).adoptedIdentity)
        #expect(
            try IdentityFile(path: folder.identityFile, files: RealFileSystem()).read()
                == BookIdentity(bookID: bookID, epoch: 1))
    }

    @Test("A damaged book is not adopted")
    func adoptsNoDamage() throws {
        let folder = try StateFolder(holding: tenRecords)
        try folder.tamper("DELETE FROM facts WHERE sequence = 4")
        #expect(throws: JournalFault.self) { try open(folder) }
        #expect(!FileManager.default.fileExists(atPath: folder.identityFile))
    }

    @Test("An identity file that says nothing is refused", arguments: ["", "book \(bookID)", "book x epoch 1"])
    func refusesBrokenIdentityFile(content: String) throws {
        let folder = try StateFolder(holding: tenRecords)
        try Data(content.utf8).write(to: URL(fileURLWithPath: folder.identityFile))
        let fault = #expect(throws: JournalFault.self) { try open(folder) }
        #expect(fault?.isDamage == true)
    }

    @Test("A second opener is refused and told the process; after a close it gets in")
    func locks() throws {
        let folder = try StateFolder(holding: tenRecords)
        let first = try folder.open()
        #expect(
            throws: JournalFault.locked(path: folder.directory + "/lock", byWhom: "process \(getpid())")
        ) { try folder.open() }
        try first.close()
        #expect(try folder.open().lastSequence == 10)
    }

    @Test("A raised epoch is kept, in the book and beside the configuration, and refuses appends under the old one")
    func raisesEpoch() throws {
        let folder = try StateFolder()
        try initialise(folder)
        let journal = try open(folder)
        try journal.advanceEpoch(to: 5)
        #expect(throws: JournalFault.wrongEpoch(expected: 1, found: 5)) {
            try journal.append([[1]], expectedSequence: 0, epoch: 1, projecting: [])
        }
        try journal.close()
        #expect(try open(folder).identity.epoch == 5)
        #expect(try IdentityFile(path: folder.identityFile, files: RealFileSystem()).read()?.epoch == 5)
    }

    @Test("The write-ahead log is on and every commit is synced, which GRDB alone would not do")
    func syncsFully() throws {
        let folder = try StateFolder(holding: [])
        let journal = try folder.open()
        let settings = try journal.write("asking") { database in
            try ["synchronous", "journal_mode", "locking_mode"].map {
                try String.fetchOne(database, sql: "PRAGMA \($0)")
            }
        }
        #expect(settings == ["2", "wal", "normal"])
    }
}
