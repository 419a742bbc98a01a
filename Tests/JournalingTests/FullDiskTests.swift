// A full disk undoes the batch, says so, and lets the journal go on when there is room again.

import Foundation
import GRDB
import Glibc
import Testing

@testable import Journaling

/// A small volume in memory, for as long as it lives; nil where this process may not mount one.
final class SmallVolume {
    let path: String

    init?(byteCount: Int) {
        path = NSTemporaryDirectory() + "journaling-volume-" + UUID().uuidString
        guard mkdir(path, 0o700) == 0 else { return nil }
        guard mount("tmpfs", path, "tmpfs", 0, "size=\(byteCount)") == 0 else {
            rmdir(path)
            return nil
        }
    }

    deinit {
        umount2(path, Int32(MNT_DETACH))
        rmdir(path)
    }

    static let isPossible = SmallVolume(byteCount: 65_536) != nil
}

@Suite("Full disk")
struct FullDiskTests {
    let record = [UInt8](repeating: 3, count: 30_000)
    let write = ProjectionWrite.upsert(table: "leases", values: [.integer(1), .text("a"), .integer(0), .null])

    /// Appends until the disk is full; the records that went in.
    func fill(_ journal: SQLiteJournal) throws -> UInt64 {
        for _ in 0..<1_000 {
            do throws(JournalFault) {
                try journal.append(next: [[1], record, [2]], projecting: [write])
            } catch {
                guard case .full(let path, _) = error else { throw error }
                #expect(path == journal.path)
                #expect(error.isRetryable && !error.endsProcess)
                return journal.lastSequence
            }
        }
        Issue.record("the disk never became full")
        return 0
    }

    func expectWhole(_ journal: SQLiteJournal, last: UInt64) throws {
        #expect(journal.lastSequence == last)
        #expect(try query(journal, "SELECT count(*) FROM facts") == ["\(last)"])
        #expect(try journal.verifyWholeChain() == last)
    }

    @Test("With a bound on the book's pages, the batch is rolled back whole and a later one succeeds")
    func pageLimit() throws {
        let folder = try StateFolder(holding: [])
        let journal = try folder.open([leases])
        try journal.writer.inDatabase { try $0.execute(sql: "PRAGMA max_page_count = 60") }
        let last = try fill(journal)
        try expectWhole(journal, last: last)
        #expect(throws: JournalFault.self) { try journal.append(next: [record]) }
        try journal.writer.inDatabase { try $0.execute(sql: "PRAGMA max_page_count = 100000") }
        try journal.append(next: [record], projecting: [write])
        try expectWhole(journal, last: last + 1)
        try journal.close()
        try expectWhole(try folder.open([leases]), last: last + 1)
    }

    @Test("On a volume that is really full, likewise", .enabled(if: SmallVolume.isPossible))
    func fullVolume() throws {
        let volume = try #require(SmallVolume(byteCount: 1 << 20))
        let directory = volume.path + "/state"
        let ballast = volume.path + "/ballast"
        try Data(count: 300_000).write(to: URL(fileURLWithPath: ballast))
        try SQLiteJournal.initialise(directory: directory, bookID: bookID)
        let journal = try SQLiteJournal.open(directory: directory, projections: [leases])
        let last = try fill(journal)
        try expectWhole(journal, last: last)
        try FileManager.default.removeItem(atPath: ballast)
        try journal.append(next: [record], projecting: [write])
        try expectWhole(journal, last: last + 1)
        try journal.close()
        let reopened = try SQLiteJournal.open(directory: directory, projections: [leases])
        try expectWhole(reopened, last: last + 1)
        try reopened.close()
    }

    @Test("A process that dies on a full volume finds its book again", .enabled(if: SmallVolume.isPossible))
    func reopensOnFullVolume() throws {
        let volume = try #require(SmallVolume(byteCount: 1 << 20))
        let directory = volume.path + "/state"
        try SQLiteJournal.initialise(directory: directory, bookID: bookID)
        let journal = try SQLiteJournal.open(directory: directory, projections: [leases])
        let last = try fill(journal)
        let copy = try StateFolder()
        try Process.run(URL(fileURLWithPath: "/bin/cp"), arguments: ["-r", directory, copy.directory])
            .waitUntilExit()
        try journal.close()
        try expectWhole(try copy.open([leases]), last: last)
    }

    @Test(
        "A backup onto a full volume fails, leaves nothing behind and does not stop the journal",
        .enabled(if: SmallVolume.isPossible))
    func backupOntoFullVolume() throws {
        let volume = try #require(SmallVolume(byteCount: 200_000))
        let folder = try StateFolder(holding: Array(repeating: record, count: 20))
        let journal = try folder.open()
        let fault = #expect(throws: JournalFault.self) { try journal.backup(to: volume.path + "/copy") }
        guard case .full? = fault else {
            Issue.record("a full volume is reported as full, not as \(String(describing: fault))")
            return
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: volume.path).isEmpty)
        try journal.append(next: [record])
    }

    @Test("SQLite's words become the right fault: a failed sync is never a full disk")
    func maps() {
        func fault(_ code: ResultCode, errno: Int32 = 0) -> JournalFault {
            JournalFault(
                DatabaseError(resultCode: code), operation: "appending to", path: "p", writing: true, systemErrno: errno
            )
        }
        guard case .full = fault(.SQLITE_FULL), case .full = fault(.SQLITE_IOERR_WRITE, errno: EDQUOT),
            case .full = fault(.SQLITE_IOERR_SHMSIZE, errno: ENOSPC)
        else {
            Issue.record("no room is .full")
            return
        }
        guard case .syncFailed = fault(.SQLITE_IOERR_FSYNC, errno: ENOSPC),
            case .syncFailed = fault(.SQLITE_IOERR_DIR_FSYNC)
        else {
            Issue.record("a failed sync is .syncFailed")
            return
        }
        #expect(fault(.SQLITE_CORRUPT).isDamage && fault(.SQLITE_NOTADB).isDamage)
        let failed = fault(.SQLITE_IOERR_WRITE, errno: EIO)
        #expect(failed.endsProcess)
        #expect(failed.description.contains("errno 5") && failed.description.contains("appending to p"))
    }
}
