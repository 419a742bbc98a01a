// Reads and verification: for any thread, while the writer goes on.

import GRDB
import MerkleLog
import Synchronization

extension SQLiteJournal {
    private var verifier: FactVerifier { FactVerifier(path: path, bookID: identity.bookID) }

    public func read(after sequence: UInt64, limit: Int) throws(JournalFault) -> [JournalRecord] {
        precondition(limit > 0, "a read has a positive limit")
        let count = UInt64(min(limit, JournalLimits.recordsPerReadMax))
        let last = lastSequence
        guard sequence < last else { return [] }
        let verifier = verifier
        return try readShared("reading") { database in
            guard let start = try verifier.position(at: sequence, in: database) else {
                throw JournalFault.damage(path, at: sequence, "the record is missing")
            }
            var records: [JournalRecord] = []
            records.reserveCapacity(Int(min(count, last - sequence)))
            let end = try verifier.verify(after: start, limit: count, in: database) { sequence, bytes in
                records.append(JournalRecord(sequence: sequence, bytes: Array(bytes)))
            }
            guard end.sequence >= min(last, sequence + count) else {
                throw JournalFault.damage(path, at: end.sequence + 1, "the record is missing")
            }
            return records
        }
    }

    public func latestSnapshot() throws(JournalFault) -> JournalSnapshot? {
        try readShared("reading a snapshot of") { try SnapshotRow.newest(in: $0, path: path)?.snapshot }
    }

    /// Verifies every record from the first to the last one at the time of the call, and the log's tree over them.
    ///
    /// It reads on a connection of its own, in short transactions, so that appends go on beside it.
    /// - Parameter progress: called after each step with the records verified and to verify; false stops the verification.
    /// - Returns: the last record verified.
    /// - Throws: `.damaged` with the first wrong record; `.unreadable`.
    /// - Complexity: O(all bytes).
    @discardableResult
    public func verifyWholeChain(
        progress: (_ verified: UInt64, _ total: UInt64) -> Bool = { _, _ in true }
    ) throws(JournalFault) -> UInt64 {
        let (head, expected) = state.withLock { ($0.head, $0.tree) }
        let verifier = verifier
        let connection = try BookConnection.reader(path)
        defer { try? connection.close() }
        var position = ChainPosition.origin(bookID: verifier.bookID)
        var tree = MerkleTree()
        var wrongTile: UInt64?
        while position.sequence < head.sequence {
            let start = position
            let count = min(JournalLimits.recordsPerVerificationStep, head.sequence - start.sequence)
            position = try BookConnection.perform(on: connection, "verifying", writing: false) { database in
                try database.inReadTransaction { database in
                    try verifier.verify(after: start, limit: count, in: database) { _, bytes in
                        let number = tree.tileCount
                        guard let root = tree.append(.leaf(bytes)), root != expected.tileRoot(number) else { return }
                        wrongTile = wrongTile ?? number
                    }
                }
            }
            if let wrongTile {
                let first = wrongTile * MerkleTree.tileWidth + 1
                throw .damage(path, at: first, "the tile of the log that begins there does not follow from the records")
            }
            guard position.sequence == start.sequence + count else {
                throw .damage(path, at: position.sequence + 1, "the record is missing")
            }
            guard progress(position.sequence, head.sequence) else { return position.sequence }
        }
        guard position == head else {
            throw .damage(path, at: head.sequence, "the last record is not the recorded end")
        }
        return position.sequence
    }
}
