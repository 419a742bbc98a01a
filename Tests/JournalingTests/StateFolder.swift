// A state directory for one test, gone with it, and the ways to damage what lies in it.

import Foundation
import GRDB
import Testing

@testable import Journaling

let bookID = "00112233445566778899aabbccddeeff"
let otherBookID = "ffeeddccbbaa99887766554433221100"

let leases = ProjectionTable(
    name: "leases",
    columns: [
        .init("id", .integer), .init("tenant", .text, indexed: true), .init("order", .real), .init("raw", .blob),
    ],
    primaryKeyColumnCount: 1)

/// A fresh folder under the temporary directory.
final class StateFolder {
    let root: String
    var directory: String { root + "/state" }
    var identityFile: String { root + "/book.id" }
    var bookPath: String { directory + "/book.sqlite" }

    init() throws {
        root = NSTemporaryDirectory() + "journaling-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: root, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: root) }

    /// A folder with a book that holds `records`, closed.
    convenience init(holding records: [[UInt8]]) throws {
        try self.init()
        try SQLiteJournal.initialise(directory: directory, bookID: bookID)
        let journal = try open()
        if !records.isEmpty { try journal.append(next: records) }
        try journal.close()
    }

    func open(_ projections: [ProjectionTable] = [], version: Int = 1) throws(JournalFault) -> SQLiteJournal {
        try SQLiteJournal.open(directory: directory, projections: projections, projectionVersion: version)
    }

    /// Runs SQL on the closed book, as somebody with `sqlite3` would.
    func tamper(_ sql: String) throws {
        let queue = try DatabaseQueue(path: bookPath)
        try queue.writeWithoutTransaction { try $0.execute(sql: sql) }
        try queue.close()
    }

    func overwrite(_ bytes: [UInt8], at offset: UInt64) throws {
        let file = try #require(FileHandle(forUpdatingAtPath: bookPath))
        try file.seek(toOffset: offset)
        try file.write(contentsOf: Data(bytes))
        try file.close()
    }

    /// The fault of opening, or nil when the book opens.
    func openingFault() -> JournalFault? {
        do throws(JournalFault) {
            try open().close()
            return nil
        } catch { return error }
    }
}

extension JournalStore {
    /// Appends after whatever is there.
    func append(next records: [[UInt8]], projecting writes: [ProjectionWrite] = []) throws(JournalFault) {
        try append(records, expectedSequence: lastSequence, epoch: identity.epoch, projecting: writes)
    }

    func allBytes() throws(JournalFault) -> [[UInt8]] {
        try read(after: 0, limit: JournalLimits.recordsPerReadMax).map(\.bytes)
    }
}

/// Ten records of different lengths, the empty one among them.
let tenRecords = (0..<10).map { [UInt8](repeating: UInt8($0), count: $0 * 7) }

/// Rows of a query on the open journal, as text.
func query(_ journal: SQLiteJournal, _ sql: String) throws -> [String] {
    try journal.readShared("querying") { try String.fetchAll($0, sql: sql) }
}

extension JournalFault {
    var damagedSequence: UInt64? {
        if case .damaged(_, let sequence, _, _) = self { sequence } else { nil }
    }

    var isDamage: Bool {
        if case .damaged = self { true } else { false }
    }
}
