// The look at a book file before SQLite touches it: SQLite would take an empty file for a new database.

enum BookFile {
    private static let headerByteCount = 100

    /// Refuses a file that is no whole SQLite file of ours. O(1): the first 100 bytes and the size.
    static func checkHeader(_ path: String, in files: any FileSystem) throws(JournalFault) {
        try checkSize(path, try checkKind(path, in: files), in: files)
    }

    /// Refuses a file that is no SQLite file of ours, whole or not. Returns its first bytes.
    @discardableResult
    static func checkKind(_ path: String, in files: any FileSystem) throws(JournalFault) -> [UInt8] {
        let header = try files.readStart(path, byteCountMax: headerByteCount)
        guard header.count == headerByteCount else {
            throw .damage(path, "the file has only \(header.count) bytes")
        }
        guard header.starts(with: Array("SQLite format 3\0".utf8)) else {
            throw .damage(path, "the file does not begin as an SQLite file does")
        }
        guard number(header, at: 68) == BookSchema.applicationID else {
            throw .damage(path, "the file is an SQLite file but not a book")
        }
        return header
    }

    /// How long the file is by its header.
    static func statedByteCount(_ header: [UInt8]) -> UInt64 {
        let pageByteCount = UInt64(header[16]) << 8 | UInt64(header[17])
        return UInt64(number(header, at: 28)) * (pageByteCount == 1 ? 65_536 : pageByteCount)
    }

    /// Without a write-ahead log, the file must be as long as its header says.
    private static func checkSize(
        _ path: String, _ header: [UInt8], in files: any FileSystem
    ) throws(JournalFault) {
        guard try files.byteCount(path + "-wal") == 0 else { return }
        let expected = statedByteCount(header)
        let found = try files.byteCount(path)
        guard found >= expected else { throw .damage(path, "the file ends after \(found) of \(expected) bytes") }
    }

    private static func number(_ header: [UInt8], at offset: Int) -> UInt32 {
        header[offset..<offset + 4].reduce(0) { $0 << 8 | UInt32($1) }
    }
}
