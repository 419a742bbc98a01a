// Snapshots that are written in parts, each in a transaction of its own, so that appends get their turn in between.
//
// A snapshot of a large book has ten megabytes and more. Written and synced as one it kept the writer for longer than
// anybody should wait. Whole ones (`SnapshotRow`) are still written where nobody waits, at a stop, and releases that
// know only those read them.
//
// The tables are made when a book is opened and are no migration: a release that does not know them goes on from a
// whole snapshot, or from the first record. Parts count from where their line in `part_snapshots` stands, which is
// written with the last of them. Those of snapshots that are no longer kept, or that were never finished, go one by one
// with the writing of later ones.

import GRDB

/// The end of one record in its journal, which a snapshot taken there is bound to.
public struct JournalPlace: Sendable {
    let position: ChainPosition
}

/// A snapshot on its way into the book. Made on any thread, written by the one that appends.
public struct SnapshotInParts: Sendable {
    let bytes: [UInt8]
    let position: ChainPosition
    let digest: ChainDigest
    /// Bytes of each part but the last.
    let partBytes: Int
    /// The number of its first part, once that is written.
    var firstNumber: UInt64?
    var writtenCount = 0

    /// The record after which it was taken.
    public var sequence: UInt64 { position.sequence }
    /// How many parts it has; at least one.
    public var partCount: Int { max(1, (bytes.count + partBytes - 1) / partBytes) }
    /// Whether it is durable as a whole.
    public var isWritten: Bool { writtenCount == partCount }

    /// The state after a record, as bytes. A precondition holds them to `JournalLimits.snapshotBytesMax`. O(bytes).
    public init(_ bytes: [UInt8], at place: JournalPlace) {
        self.init(bytes, at: place, partBytes: JournalLimits.snapshotPartBytes)
    }

    init(_ bytes: [UInt8], at place: JournalPlace, partBytes: Int) {
        precondition(bytes.count <= JournalLimits.snapshotBytesMax, "a snapshot is bounded")
        let position = place.position
        (self.bytes, self.position, self.partBytes) = (bytes, position, partBytes)
        digest = bytes.withUnsafeBytes {
            FactChain.snapshotDigest(chain: position.chain, sequence: position.sequence, bytes: $0)
        }
    }
}

enum SnapshotParts {
    static let names = ["snapshot_parts", "part_snapshots"]

    static func create(in database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS snapshot_parts (number INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
                CREATE TABLE IF NOT EXISTS part_snapshots (
                    sequence INTEGER PRIMARY KEY, chain BLOB NOT NULL, digest BLOB NOT NULL,
                    first_part INTEGER NOT NULL, part_count INTEGER NOT NULL
                ) STRICT;
                """)
    }

    static func exist(in database: Database) throws -> Bool {
        try names.allSatisfy { try database.tableExists($0) }
    }

    /// The sequence of the newest one that is whole; 0 when there is none.
    static func newestSequence(in database: Database) throws -> UInt64 {
        UInt64(bitPattern: try Int64.fetchOne(database, sql: "SELECT max(sequence) FROM part_snapshots") ?? 0)
    }

    /// Writes the next part, and with the last one the line by which they all count; takes up to two old parts away.
    /// Within a transaction of the caller's.
    static func write(_ snapshot: SnapshotInParts, into database: Database) throws -> SnapshotInParts {
        var next = snapshot
        try removeOldParts(in: database)
        let first = try snapshot.firstNumber ?? freeNumber(in: database)
        let start = snapshot.writtenCount * snapshot.partBytes
        let end = min(snapshot.bytes.count, start + snapshot.partBytes)
        let statement = try database.cachedStatement(sql: "INSERT INTO snapshot_parts (number, bytes) VALUES (?, ?)")
        try snapshot.bytes.withUnsafeBytes { bytes in
            try statement.bind(first + UInt64(snapshot.writtenCount), at: 1)
            try statement.bindInPlace(UnsafeRawBufferPointer(rebasing: bytes[start..<end]), at: 2)
            try statement.run()
        }
        (next.firstNumber, next.writtenCount) = (first, snapshot.writtenCount + 1)
        if next.isWritten { try finish(next, first, in: database) }
        return next
    }

    private static func freeNumber(in database: Database) throws -> UInt64 {
        UInt64(1 + (try Int64.fetchOne(database, sql: "SELECT max(number) FROM snapshot_parts") ?? 0))
    }

    private static func finish(_ snapshot: SnapshotInParts, _ first: UInt64, in database: Database) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO part_snapshots (sequence, chain, digest, first_part, part_count)
                VALUES (?, ?, ?, ?, ?)
                """)
        try snapshot.position.chain.withBytes { chain in
            try snapshot.digest.withBytes { digest in
                try statement.bind(snapshot.sequence, at: 1)
                try statement.bindInPlace(chain, at: 2)
                try statement.bindInPlace(digest, at: 3)
                try statement.bind(first, at: 4)
                try statement.bind(UInt64(snapshot.partCount), at: 5)
                try statement.run()
            }
        }
        try database.execute(
            sql: """
                DELETE FROM part_snapshots WHERE sequence NOT IN (
                    SELECT sequence FROM part_snapshots ORDER BY sequence DESC LIMIT \(JournalLimits.snapshotsKept))
                """)
    }

    /// Takes away the oldest parts that come before those of every snapshot that is kept, at most two, so that space is
    /// free before it is wanted, and never much is done at once.
    private static func removeOldParts(in database: Database) throws {
        let statement = try database.cachedStatement(
            sql: """
                DELETE FROM snapshot_parts WHERE number IN (
                    SELECT number FROM snapshot_parts
                    WHERE number < (SELECT min(first_part) FROM part_snapshots) ORDER BY number LIMIT 2)
                """)
        try statement.run()
    }

    /// The newest one, checked; nil when there is none. O(its bytes).
    static func newest(in database: Database, path: String) throws -> SnapshotRow? {
        guard try exist(in: database) else { return nil }
        let statement = try database.cachedStatement(
            sql: """
                SELECT sequence, chain, digest, first_part, part_count FROM part_snapshots ORDER BY sequence DESC LIMIT 1
                """)
        var line: (sequence: UInt64, chain: ChainDigest?, digest: ChainDigest?, first: UInt64, count: UInt64)?
        try statement.forEachRow { row in
            line = (row.sequence(at: 0), row.digest(at: 1), row.digest(at: 2), row.sequence(at: 3), row.sequence(at: 4))
            return false
        }
        guard let line else { return nil }
        let bytes = try bytes(from: line.first, count: line.count, in: database)
        return try SnapshotRow(
            sequence: line.sequence, chain: line.chain, digest: line.digest, bytes: bytes, path: path)
    }

    /// The bytes of so many parts that follow one another; none where one is missing, which the digest tells.
    private static func bytes(from first: UInt64, count: UInt64, in database: Database) throws -> [UInt8] {
        let statement = try database.cachedStatement(
            sql: "SELECT number, bytes FROM snapshot_parts WHERE number >= ? ORDER BY number LIMIT ?")
        try statement.bind(first, at: 1)
        try statement.bind(count, at: 2)
        var bytes: [UInt8] = []
        var number = first
        try statement.forEachRow { row in
            let part = row.bytes(at: 1)
            guard row.sequence(at: 0) == number, bytes.count + part.count <= JournalLimits.snapshotBytesMax else {
                return false
            }
            bytes.append(contentsOf: part)
            number &+= 1
            return true
        }
        return number &- first == count ? bytes : []
    }
}
