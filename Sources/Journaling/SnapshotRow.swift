// Reading and checking a stored snapshot.

import GRDB

/// A snapshot whose digest was checked, with the chain that it claims at its sequence.
struct SnapshotRow {
    let snapshot: JournalSnapshot
    let position: ChainPosition

    /// The newest snapshot, checked; nil when there is none. O(its bytes).
    static func newest(in database: Database, path: String) throws -> SnapshotRow? {
        let statement = try database.cachedStatement(
            sql: "SELECT sequence, chain, digest, bytes FROM snapshots ORDER BY sequence DESC LIMIT 1")
        var newest: SnapshotRow?
        try statement.forEachRow { row in
            newest = try SnapshotRow(checking: row, path: path)
            return false
        }
        return newest
    }

    /// The sequence of the newest snapshot; 0 when there is none.
    static func newestSequence(in database: Database) throws -> UInt64 {
        UInt64(bitPattern: try Int64.fetchOne(database, sql: "SELECT max(sequence) FROM snapshots") ?? 0)
    }

    private init(checking row: RowBytes, path: String) throws {
        let sequence = row.sequence(at: 0)
        let bytes = row.bytes(at: 3)
        guard let chain = row.digest(at: 1),
            row.digest(at: 2) == FactChain.snapshotDigest(chain: chain, sequence: sequence, bytes: bytes)
        else {
            throw JournalFault.damage(path, at: sequence, "the snapshot taken there is not what was written")
        }
        snapshot = JournalSnapshot(sequence: sequence, bytes: Array(bytes))
        position = ChainPosition(sequence: sequence, chain: chain)
    }
}
