// The protocol between the one writer and whatever keeps its facts: a file today, a replicated store later.

public import MerkleLog

/// A durable, append-only sequence of bytes with snapshots and projections.
///
/// One thread appends; any thread may read. An append that returns is durable; one that throws has written nothing that a
/// later read returns, unless `JournalFault.endsProcess`: then only a new start can tell.
public protocol JournalStore: AnyObject, Sendable {
    /// Which book this is, and the epoch under which it takes appends.
    var identity: BookIdentity { get }

    /// The sequence of the last durable record; 0 when there is none. O(1).
    var lastSequence: UInt64 { get }

    /// The Merkle tree over the records, each a leaf as RFC 6962 hashes it, as it is now. O(1).
    var tree: MerkleTree { get }

    /// What making the last append durable took, from its COMMIT on, in nanoseconds; nil where the store cannot tell.
    var lastSyncNanoseconds: Int64? { get }

    /// Whether the projections no longer follow from the facts and must be rebuilt before they are read.
    var projectionsAreStale: Bool { get }

    /// Appends `records` as one atomic, durable step, with the projection writes that follow from them.
    ///
    /// - Parameters:
    ///   - records: the bytes of each record; they take the places after `expectedSequence`. None at all is a check of
    ///     sequence and epoch that writes nothing, and then `writes` must be empty as well.
    ///   - expectedSequence: the last sequence that the caller believes in.
    ///   - epoch: the epoch under which the caller writes.
    ///   - writes: changes to the projection tables, applied in order. One that does not fit its table is a bug.
    ///   - level: the format level that whoever opens the store has to read from these records on; nil: as it was.
    /// - Throws: `.sequenceMismatch`, `.wrongEpoch`, `.full`, `.locked`: nothing was written, and the journal goes on.
    ///   `.syncFailed`, `.unwritable`, `.damaged`: the process must end, and every later append throws the same.
    /// - Complexity: O(bytes), and one sync of the disk.
    func append(
        _ records: [[UInt8]],
        expectedSequence: UInt64,
        epoch: UInt64,
        projecting writes: [ProjectionWrite],
        level: UInt64?
    ) throws(JournalFault)

    /// Goes the way of an append to the disk and back, and appends nothing: no record, no projection, no change of the chain.
    ///
    /// - Throws: as `append`.
    /// - Complexity: O(1), and one sync of the disk.
    func probe() throws(JournalFault)

    /// The records after `sequence`, in order, at most `limit` and at most `JournalLimits.recordsPerReadMax`.
    ///
    /// - Throws: `.damaged` at the first record that is not what was appended; `.unreadable`.
    /// - Complexity: O(bytes returned).
    func read(after sequence: UInt64, limit: Int) throws(JournalFault) -> [JournalRecord]

    /// The newest snapshot, or nil when none was ever taken.
    ///
    /// - Throws: `.damaged` when it is not what was given to `snapshot`; `.unreadable`.
    func latestSnapshot() throws(JournalFault) -> JournalSnapshot?

    /// Keeps `bytes` as the state after `sequence`, durably, as one, and drops such snapshots beyond the newest two.
    ///
    /// A precondition holds `bytes` to `JournalLimits.snapshotBytesMax`.
    /// - Throws: `.sequenceMismatch` when `sequence` is after the last record or before the newest snapshot; otherwise as
    ///   `append`.
    func snapshot(_ bytes: [UInt8], at sequence: UInt64) throws(JournalFault)

    /// The place after the record `sequence`, for a `SnapshotInParts` of the state there.
    ///
    /// - Throws: `.sequenceMismatch` when `sequence` is after the last record; `.damaged`, `.unreadable`.
    func place(of sequence: UInt64) throws(JournalFault) -> JournalPlace

    /// Writes the next part of a snapshot, durably; from the thread that appends, which may append between two parts.
    /// With the last part it counts as if `snapshot` had been called, and of those in parts all beyond the newest two
    /// go.
    ///
    /// A precondition holds that a part is left.
    /// - Throws: `.sequenceMismatch` when there is a newer snapshot; otherwise as `append`, and the part is still to be
    /// written.
    /// - Complexity: O(bytes of a part), and one sync of the disk.
    func writePart(of snapshot: inout SnapshotInParts) throws(JournalFault)

    /// Empties every projection table and fills it from `writes`, in one step; afterwards they are not stale.
    ///
    /// The caller derives `writes` from all facts up to `lastSequence`, and appends nothing in between.
    /// - Throws: as `append`.
    /// - Complexity: O(rows before + writes).
    func rebuildProjections(_ writes: some Sequence<ProjectionWrite>) throws(JournalFault)

    /// Every row of a projection table, in order of its key: for comparing the table with the facts it follows from.
    ///
    /// A precondition holds `table` to the tables given at open.
    /// - Throws: `.unreadable`.
    /// - Complexity: O(rows).
    func projectionRows(of table: String) throws(JournalFault) -> [[ProjectionValue]]

    /// Some columns of the rows whose key, one integer, comes after `key`, in its order, at most `limit`.
    ///
    /// A precondition holds `table` and `columns` to those given at open.
    /// - Throws: `.unreadable`.
    /// - Complexity: O(rows returned).
    func projectionRows(
        of table: String, columns: [String], after key: UInt64, limit: Int
    ) throws(JournalFault) -> [[ProjectionValue]]

    /// Keeps a signed head, with the key that it was signed with; from the thread that appends. Every second one of the
    /// older half goes when there are more than `JournalLimits.headsKept`.
    ///
    /// - Throws: as `append`.
    func keep(_ head: SignedHead, signedWith key: HeadKey) throws(JournalFault)

    /// The heads that are kept, in the order in which they were made.
    ///
    /// - Throws: `.damaged`, `.unreadable`.
    func keptHeads() throws(JournalFault) -> [SignedHead]
}

extension JournalStore {
    /// Appends records that whoever read those before them can read.
    public func append(
        _ records: [[UInt8]], expectedSequence: UInt64, epoch: UInt64, projecting writes: [ProjectionWrite]
    ) throws(JournalFault) {
        try append(records, expectedSequence: expectedSequence, epoch: epoch, projecting: writes, level: nil)
    }

    /// Nil: a store in memory syncs nothing.
    public var lastSyncNanoseconds: Int64? { nil }
}
