// Accounts of a book that no daemon has open: a backup, or the file itself.

import Foundation
import Journaling
import Leasing
import Scheduling

/// Checks the accounts of a book's file. The file stays as it is: its chain is verified and a copy is read.
public enum LedgerFile {
    /// - Parameter path: a backup, or the book of a daemon that has stopped.
    /// - Throws: `JournalFault` where it is no sound book, `RecoveryFault` where its facts make none.
    public static func check(_ path: String) throws -> RuleReport {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("berth-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        try SQLiteJournal.restore(from: path, directory: folder.path)
        let journal = try SQLiteJournal.open(
            directory: folder.path, projections: Projections.tables, projectionVersion: Projections.version)
        if journal.projectionsAreStale { try Recovery.rebuildProjections(of: journal) }
        let book = try Recovery.book(from: journal)
        return try LedgerRules(book, journal: journal, now: book.time).check()
    }
}
