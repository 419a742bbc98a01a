// A file that is written over itself: what it holds stays, and what is not there is not made.

import Foundation
import Testing

@testable import Journaling

@Suite("Rewriting")
struct RewriteTests {
    private let folder: StateFolder
    private let path: String

    init() throws {
        folder = try StateFolder()
        path = folder.root + "/file"
    }

    @Test("a file of any length holds the same afterwards", arguments: [0, 1, 4_096, 1 << 20, (1 << 20) * 2 + 77])
    func same(count: Int) throws {
        let bytes = Data((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 ^ $0 >> 8) })
        try bytes.write(to: URL(fileURLWithPath: path))
        let longAgo = Date(timeIntervalSince1970: 1_000_000_000)
        try FileManager.default.setAttributes([.modificationDate: longAgo], ofItemAtPath: path)
        try DurableFile.rewrite(path)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == bytes)
        // It has been written; an empty file has nothing to write.
        let modified = try FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
        #expect(count == 0 || modified != longAgo)
    }

    @Test("a file that is not there is not made, and a link is not followed")
    func missing() throws {
        try DurableFile.rewrite(path)
        #expect(!DurableFile.isNamed(path))
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: "/dev/null")
        #expect(throws: JournalFault.self) { try DurableFile.rewrite(path) }
    }

    @Test("a book whose log was left by a process that was killed opens as it was")
    func left() throws {
        try SQLiteJournal.initialise(directory: folder.directory, bookID: bookID)
        let log = URL(fileURLWithPath: folder.bookPath + "-wal")
        let journal = try folder.open()
        try journal.append(next: tenRecords)
        let (book, left) = (try Data(contentsOf: URL(fileURLWithPath: folder.bookPath)), try Data(contentsOf: log))
        try journal.close()
        // As it lay on the disk before the orderly end.
        try book.write(to: URL(fileURLWithPath: folder.bookPath))
        try left.write(to: log)
        let again = try folder.open()
        #expect(try again.allBytes() == tenRecords)
        try again.close()
    }
}
