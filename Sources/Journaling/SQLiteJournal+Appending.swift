// Appends and snapshots: what the one writer does.

import GRDB
import MerkleLog
import Synchronization

extension SQLiteJournal {
    public func append(
        _ records: [[UInt8]],
        expectedSequence: UInt64,
        epoch: UInt64,
        projecting writes: [ProjectionWrite],
        level: UInt64?
    ) throws(JournalFault) {
        checkBounds(of: records, projecting: writes)
        try write("appending to") { database in
            let (identity, head) = state.withLock { ($0.identity, $0.head) }
            guard epoch == identity.epoch else {
                throw JournalFault.wrongEpoch(expected: epoch, found: identity.epoch)
            }
            guard expectedSequence == head.sequence else {
                throw JournalFault.sequenceMismatch(expected: expectedSequence, found: head.sequence)
            }
            if records.isEmpty { return }
            let leaves = records.map { MerkleHash.leaf($0) }
            let (tileCount, tiles) = state.withLock { ($0.tree.tileCount, $0.tree.tileRoots(filledBy: leaves)) }
            var newHead = head
            var commitBegan = SuspendingClock.now
            try database.inTransaction(.immediate) {
                newHead = try insert(records, after: head, into: database)
                try MerkleTables.insert(tiles, from: tileCount, into: database)
                try project(writes, in: database)
                if let level { try database.setMeta(.formatLevel, Int64(level)) }
                commitBegan = SuspendingClock.now
                return .commit
            }
            let sync = commitBegan.duration(to: SuspendingClock.now)
            state.withLock { state in
                state.head = newHead
                state.lastSyncNanoseconds =
                    sync.components.seconds * 1_000_000_000 + sync.components.attoseconds / 1_000_000_000
                for leaf in leaves { state.tree.append(leaf) }
            }
        }
        try checkpointIfDue()
    }

    private func insert(
        _ records: [[UInt8]], after head: ChainPosition, into database: Database
    ) throws -> ChainPosition {
        let statement = try database.cachedStatement(
            sql: "INSERT INTO facts (sequence, chain, bytes) VALUES (?, ?, ?)")
        var position = head
        for record in records {
            try record.withUnsafeBytes { bytes in
                let sequence = position.sequence + 1
                let chain = FactChain.link(after: position.chain, sequence: sequence, bytes: bytes)
                try chain.withBytes { chainBytes in
                    try statement.bind(sequence, at: 1)
                    try statement.bindInPlace(chainBytes, at: 2)
                    try statement.bindInPlace(bytes, at: 3)
                    try statement.run()
                }
                position = ChainPosition(sequence: sequence, chain: chain)
            }
        }
        let update = try database.cachedStatement(sql: "UPDATE meta SET value = ? WHERE key = 'head'")
        try position.headBytes.withUnsafeBytes { bytes in
            try update.bindInPlace(bytes, at: 1)
            try update.run()
        }
        return position
    }

    /// The append before this is already durable, so only a fault that ends the process comes out of here.
    private func checkpointIfDue() throws(JournalFault) {
        guard gauge.isCheckpointDue else { return }
        do { try checkpoint(.passive) } catch {
            state.withLock { $0.endingFault = error }
            throw error
        }
        gauge.postpone()
    }

    public func probe() throws(JournalFault) {
        try write("probing") { database in
            try database.inTransaction(.immediate) {
                // SQLite writes and syncs nothing where a row stays as it is.
                let statement = try database.cachedStatement(
                    sql: """
                        INSERT INTO meta (key, value) VALUES ('\(MetaKey.probes.rawValue)', 1)
                        ON CONFLICT (key) DO UPDATE SET value = value + 1
                        """)
                try statement.execute()
                return .commit
            }
        }
        try checkpointIfDue()
    }

    public func snapshot(_ bytes: [UInt8], at sequence: UInt64) throws(JournalFault) {
        precondition(bytes.count <= JournalLimits.snapshotBytesMax, "a snapshot is bounded")
        try write("writing a snapshot to") { database in
            let (identity, head) = state.withLock { ($0.identity, $0.head) }
            let newest = try SnapshotRow.newestSequence(in: database)
            guard sequence <= head.sequence, sequence >= newest else {
                throw JournalFault.sequenceMismatch(expected: sequence, found: head.sequence)
            }
            let verifier = FactVerifier(path: path, bookID: identity.bookID)
            guard let position = try verifier.position(at: sequence, in: database) else {
                throw JournalFault.damage(path, at: sequence, "the record is missing")
            }
            try database.inTransaction(.immediate) {
                try store(bytes, at: position, in: database)
                return .commit
            }
        }
        try checkpointIfDue()
    }

    public func place(of sequence: UInt64) throws(JournalFault) -> JournalPlace {
        let verifier = FactVerifier(path: path, bookID: identity.bookID)
        let last = lastSequence
        guard sequence <= last else { throw .sequenceMismatch(expected: sequence, found: last) }
        let position = try readShared("looking at") { try verifier.position(at: sequence, in: $0) }
        guard let position else { throw .damage(path, at: sequence, "the record is missing") }
        return JournalPlace(position: position)
    }

    public func writePart(of snapshot: inout SnapshotInParts) throws(JournalFault) {
        precondition(!snapshot.isWritten, "there is a part left")
        var next = snapshot
        try write("writing a part of a snapshot to") { database in
            let newest = try SnapshotRow.newestSequence(in: database)
            guard snapshot.sequence >= newest else {
                throw JournalFault.sequenceMismatch(expected: snapshot.sequence, found: newest)
            }
            try database.inTransaction(.immediate) {
                next = try SnapshotParts.write(snapshot, into: database)
                return .commit
            }
        }
        snapshot = next
        try checkpointIfDue()
    }

    private func store(_ bytes: [UInt8], at position: ChainPosition, in database: Database) throws {
        let statement = try database.cachedStatement(
            sql: "INSERT OR REPLACE INTO snapshots (sequence, chain, digest, bytes) VALUES (?, ?, ?, ?)")
        try bytes.withUnsafeBytes { bytes in
            let digest = FactChain.snapshotDigest(chain: position.chain, sequence: position.sequence, bytes: bytes)
            try position.chain.withBytes { chainBytes in
                try digest.withBytes { digestBytes in
                    try statement.bind(position.sequence, at: 1)
                    try statement.bindInPlace(chainBytes, at: 2)
                    try statement.bindInPlace(digestBytes, at: 3)
                    try statement.bindInPlace(bytes, at: 4)
                    try statement.run()
                }
            }
        }
        try database.execute(
            sql: """
                DELETE FROM snapshots WHERE sequence NOT IN (
                    SELECT sequence FROM snapshots ORDER BY sequence DESC LIMIT \(JournalLimits.snapshotsKept))
                """)
    }

    /// Raises the epoch, as a new leader does: appends under the old one are refused from now on.
    ///
    /// A precondition refuses an epoch that does not grow.
    /// - Throws: `.full`, `.locked`: the epoch is as before. `.syncFailed`, `.unwritable`: the process must end.
    public func advanceEpoch(to epoch: UInt64) throws(JournalFault) {
        let current = identity
        precondition(epoch > current.epoch, "an epoch only grows")
        let next = BookIdentity(bookID: current.bookID, epoch: epoch)
        try write("raising the epoch of") { database in
            try database.inTransaction(.immediate) {
                try database.setMeta(.epoch, Int64(epoch))
                return .commit
            }
            state.withLock { $0.identity = next }
        }
        // Should this fail, the next open brings the file up to the book. It is no failure that leaves everything as it was.
        do throws(JournalFault) { try identityFile?.write(next) } catch {
            let fault =
                error.isRetryable
                ? JournalFault.unwritable(
                    operation: "writing the epoch to", path: identityFile?.path ?? path, detail: "\(error)")
                : error
            state.withLock { $0.endingFault = fault }
            throw fault
        }
    }
}
