// What a book keeps of its Merkle tree: the roots of full tiles, signed heads with their keys, and where restores began.
//
// The tables are made when a book is opened and are no migration: a release that does not know them goes on as if they were not
// there, and what it leaves out is made good at the next open by one that does.

import Foundation
import GRDB
import MerkleLog

enum MerkleTables {
    static let names = ["tree_tiles", "tree_heads", "tree_keys", "tree_restores"]

    static func create(in database: Database) throws {
        try database.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS tree_tiles (number INTEGER PRIMARY KEY, root BLOB NOT NULL) STRICT;
                CREATE TABLE IF NOT EXISTS tree_heads (
                    number INTEGER PRIMARY KEY, log TEXT NOT NULL, epoch INTEGER NOT NULL, size INTEGER NOT NULL,
                    root BLOB NOT NULL, signed_at INTEGER NOT NULL, key TEXT NOT NULL, signature BLOB NOT NULL
                ) STRICT;
                CREATE TABLE IF NOT EXISTS tree_keys (id TEXT PRIMARY KEY, key BLOB NOT NULL) STRICT, WITHOUT ROWID;
                CREATE TABLE IF NOT EXISTS tree_restores (epoch INTEGER PRIMARY KEY, size INTEGER NOT NULL) STRICT;
                """)
    }

    static func exist(in database: Database) throws -> Bool {
        try names.allSatisfy { try database.tableExists($0) }
    }

    // MARK: Tiles

    /// The roots of full tiles in their order, as they are stored. O(tiles).
    static func tileRoots(in database: Database, path: String) throws -> [MerkleHash] {
        var roots: [MerkleHash] = []
        let statement = try database.cachedStatement(sql: "SELECT number, root FROM tree_tiles ORDER BY number")
        try statement.forEachRow { row in
            let first = UInt64(roots.count) * MerkleTree.tileWidth + 1
            guard row.sequence(at: 0) == UInt64(roots.count), let root = MerkleHash(row.bytes(at: 1)) else {
                throw JournalFault.damage(
                    path, at: first, "the tile of the log that begins there is not what was written")
            }
            roots.append(root)
            return true
        }
        return roots
    }

    static func insert(_ roots: [MerkleHash], from number: UInt64, into database: Database) throws {
        guard !roots.isEmpty else { return }
        let statement = try database.cachedStatement(sql: "INSERT INTO tree_tiles (number, root) VALUES (?, ?)")
        for (offset, root) in roots.enumerated() {
            try root.bytes.withUnsafeBytes { bytes in
                try statement.bind(number + UInt64(offset), at: 1)
                try statement.bindInPlace(bytes, at: 2)
                try statement.run()
            }
        }
    }

    /// The tree over all records up to `head`: from the stored tiles, and from the records after them. What is not in tiles
    /// yet, because a release without them wrote it, is put there. O(tiles + records after the last one).
    ///
    /// Records before the newest snapshot are hashed as they stand: that they are what was written is for the verification
    /// of the whole chain, and for a read of them, to say.
    static func load(path: String, head: ChainPosition, in database: Database) throws -> MerkleTree {
        let stored = try tileRoots(in: database, path: path)
        let covered = UInt64(stored.count) * MerkleTree.tileWidth
        guard covered <= head.sequence else {
            throw JournalFault.damage(path, at: head.sequence + 1, "the record is missing: the log's tree has it")
        }
        var tree = MerkleTree(tileRoots: stored)
        var made: [MerkleHash] = []
        let statement = try database.cachedStatement(
            sql: "SELECT bytes FROM facts WHERE sequence > ? AND sequence <= ? ORDER BY sequence")
        try statement.bind(covered, at: 1)
        try statement.bind(head.sequence, at: 2)
        try statement.forEachRow { row in
            if let root = tree.append(.leaf(row.bytes(at: 0))) { made.append(root) }
            return true
        }
        guard tree.size == head.sequence else {
            throw JournalFault.damage(
                path, "\(head.sequence - tree.size) records are missing before record \(head.sequence)")
        }
        if !made.isEmpty {
            try database.inTransaction(.immediate) {
                try insert(made, from: UInt64(stored.count), into: database)
                return .commit
            }
        }
        return tree
    }

    // MARK: Heads

    static func insert(_ signed: SignedHead, _ key: HeadKey, into database: Database) throws {
        let head = signed.head
        try database.execute(
            sql: "INSERT OR IGNORE INTO tree_keys (id, key) VALUES (?, ?)",
            arguments: [key.id, blob(key.bytes)])
        try database.execute(
            sql: """
                INSERT INTO tree_heads (log, epoch, size, root, signed_at, key, signature) VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                head.log.description, Int64(head.epoch), Int64(head.size), blob(head.root.bytes), head.signedAt,
                signed.keyID, blob(signed.signature),
            ])
        try thin(in: database)
    }

    /// Takes every second head of the older half away when there are too many: old ones stand further and further apart.
    private static func thin(in database: Database) throws {
        let count = try Int.fetchOne(database, sql: "SELECT count(*) FROM tree_heads") ?? 0
        guard count > JournalLimits.headsKept else { return }
        try database.execute(
            sql: """
                DELETE FROM tree_heads WHERE number IN (
                    SELECT number FROM (SELECT number, row_number() OVER (ORDER BY number) AS place FROM tree_heads)
                    WHERE place % 2 = 0 AND place <= \(JournalLimits.headsKept / 2))
                """)
    }

    /// The heads that are kept, in the order in which they were made.
    static func heads(in database: Database, bookID: String, path: String) throws -> [SignedHead] {
        let rows = try Row.fetchAll(
            database, sql: "SELECT log, epoch, size, root, signed_at, key, signature FROM tree_heads ORDER BY number")
        return try rows.map { row in
            // Read without a trap: a damaged file has values of any kind.
            func value<T: DatabaseValueConvertible>(_ column: Int, _ type: T.Type) -> T? {
                T.fromDatabaseValue(row[column])
            }
            guard let log = value(0, String.self).flatMap({ LogName($0) }),
                let epoch = value(1, Int64.self).flatMap({ UInt64(exactly: $0) }),
                let size = value(2, Int64.self).flatMap({ UInt64(exactly: $0) }),
                let root = value(3, Data.self).flatMap({ MerkleHash(Array($0)) }),
                let signedAt = value(4, Int64.self), let key = value(5, String.self),
                let signature = value(6, Data.self)
            else { throw JournalFault.damage(path, "a kept head of the log is not what was written") }
            return SignedHead(
                head: TreeHead(bookID: bookID, epoch: epoch, log: log, size: size, root: root, signedAt: signedAt),
                keyID: key, signature: Array(signature))
        }
    }

    /// The keys of the heads that are kept.
    static func keys(in database: Database) throws -> [HeadKey] {
        try Data.fetchAll(database, sql: "SELECT key FROM tree_keys ORDER BY id").compactMap { HeadKey(Array($0)) }
    }

    // MARK: Restores

    static func noteRestore(_ identity: BookIdentity, size: UInt64, in database: Database) throws {
        try create(in: database)
        try database.execute(
            sql: "INSERT OR REPLACE INTO tree_restores (epoch, size) VALUES (?, ?)",
            arguments: [Int64(identity.epoch), Int64(size)])
    }

    static func restores(in database: Database) throws -> [BookRestore] {
        try Row.fetchAll(database, sql: "SELECT epoch, size FROM tree_restores ORDER BY epoch").compactMap { row in
            guard let epoch = Int64.fromDatabaseValue(row[0]).flatMap({ UInt64(exactly: $0) }),
                let size = Int64.fromDatabaseValue(row[1]).flatMap({ UInt64(exactly: $0) })
            else { return nil }
            return BookRestore(epoch: epoch, size: size)
        }
    }

    private static func blob(_ bytes: [UInt8]) -> Data { Data(bytes) }
}

/// A restore that a book remembers: what its copy did not have is gone.
public struct BookRestore: Equatable, Sendable {
    /// The epoch that began.
    public let epoch: UInt64
    /// How many records there were.
    public let size: UInt64
}
