// Reading and checking a stored snapshot.

import GRDB

/// A snapshot whose digest was checked, with the chain that it claims at its sequence.
struct SnapshotRow {
    let snapshot: JournalSnapshot
    let position: ChainPosition

    /// The newest snapshot, whole or in parts, checked; nil when there is none. O(their bytes).
    static func newest(in database: Database, path: String) throws -> SnapshotRow? {
        let whole = try newestWhole(in: database, path: path)
        let inParts = try SnapshotParts.newest(in: database, path: path)
        guard let whole, let inParts else { return whole ?? inParts }
        return inParts.position.sequence >= whole.position.sequence ? inParts : whole
    }

    private static func newestWhole(in database: Database, path: String) throws -> SnapshotRow? {
        let statement = try database.cachedStatement(
            sql: "SELECT sequence, chain, digest, bytes FROM snapshots ORDER BY sequence DESC LIMIT 1")
        var newest: SnapshotRow?
        try statement.forEachRow { row in
            newest = try SnapshotRow(checking: row, path: path)
            return false
        }
        return newest
    }

    /// The sequence of the newest snapshot, whole or in parts; 0 when there is none.
    static func newestSequence(in database: Database) throws -> UInt64 {
        let whole = UInt64(bitPattern: try Int64.fetchOne(database, sql: "SELECT max(sequence) FROM snapshots") ?? 0)
        return max(whole, try SnapshotParts.newestSequence(in: database))
    }

    private init(checking row: RowBytes, path: String) throws {
        try self.init(
            sequence: row.sequence(at: 0), chain: row.digest(at: 1), digest: row.digest(at: 2),
            bytes: Array(row.bytes(at: 3)), path: path)
    }

    /// What a row or several state, which is damage where the digest is another.
    init(sequence: UInt64, chain: ChainDigest?, digest: ChainDigest?, bytes: [UInt8], path: String) throws {
        let found = chain.map { chain in
            bytes.withUnsafeBytes { FactChain.snapshotDigest(chain: chain, sequence: sequence, bytes: $0) }
        }
        guard let chain, found == digest else {
            throw JournalFault.damage(path, at: sequence, "the snapshot taken there is not what was written")
        }
        snapshot = JournalSnapshot(sequence: sequence, bytes: bytes)
        position = ChainPosition(sequence: sequence, chain: chain)
    }
}
