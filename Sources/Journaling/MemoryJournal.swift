// A journal in memory, for tests and the simulator: the same checks, no disk, failures on demand.

public import MerkleLog
import Synchronization

/// A `JournalStore` that forgets everything with the process. It can be told to fail.
public final class MemoryJournal: JournalStore {
    private struct State {
        var identity: BookIdentity
        var records: [[UInt8]] = []
        var tree = MerkleTree()
        var heads: [SignedHead] = []
        var snapshots: [JournalSnapshot] = []
        var rows: [String: [[ProjectionValue]: [ProjectionValue]]] = [:]
        var nextAppendFault: (fault: JournalFault, keepsRecords: Bool)?
        var endingFault: JournalFault?
    }

    private let tables: ProjectionTables
    private let state: Mutex<State>

    /// An empty journal. `projections` are the tables that appends may write to.
    public init(bookID: String, epoch: UInt64 = 1, projections: [ProjectionTable] = []) {
        tables = ProjectionTables(projections)
        state = Mutex(State(identity: BookIdentity(bookID: bookID, epoch: epoch)))
    }

    public var identity: BookIdentity { state.withLock(\.identity) }

    public var lastSequence: UInt64 { state.withLock { UInt64($0.records.count) } }

    public var tree: MerkleTree { state.withLock(\.tree) }

    /// Always false: the tables live and die with the facts.
    public var projectionsAreStale: Bool { false }

    /// Makes the next append throw `fault` and write nothing. After a fault that ends the process, every append throws it.
    ///
    /// - Parameter keepsRecords: whether what was to be appended is there when the journal is opened again, as after a failed sync
    ///   whose bytes have reached the disk; only with a fault that ends the process.
    public func failNextAppend(with fault: JournalFault, keepsRecords: Bool = false) {
        precondition(!keepsRecords || fault.endsProcess, "what is refused and goes on has left nothing")
        state.withLock { $0.nextAppendFault = (fault, keepsRecords) }
    }

    /// Raises the epoch, as another leader or a restore would. A precondition refuses one that does not grow.
    public func advanceEpoch(to epoch: UInt64) {
        state.withLock {
            precondition(epoch > $0.identity.epoch, "an epoch only grows")
            $0.identity = BookIdentity(bookID: $0.identity.bookID, epoch: epoch)
        }
    }

    /// The same book as a new start would find it: all durable content, no pending failure.
    public func reopened() -> MemoryJournal {
        let content = state.withLock { $0 }
        let journal = MemoryJournal(
            bookID: content.identity.bookID, epoch: content.identity.epoch, projections: tables.ordered)
        journal.state.withLock {
            $0 = content
            $0.nextAppendFault = nil
            $0.endingFault = nil
        }
        return journal
    }

    /// The rows of one projection table, in no particular order. A precondition refuses an unknown table.
    public func rows(of table: String) -> [[ProjectionValue]] {
        precondition(tables.ordered.contains { $0.name == table }, "no projection table is named \(table)")
        return state.withLock { Array($0.rows[table, default: [:]].values) }
    }

    public func projectionRows(of table: String) throws(JournalFault) -> [[ProjectionValue]] { rows(of: table) }

    public func projectionRows(
        of table: String, columns: [String], after key: UInt64, limit: Int
    ) throws(JournalFault) -> [[ProjectionValue]] {
        let definition = tables.definition(of: table)
        let places = columns.map { name in definition.columns.firstIndex { $0.name == name }! }
        func number(_ row: [ProjectionValue]) -> Int64 {
            guard case .integer(let number) = row[0] else { preconditionFailure("the table's key is an integer") }
            return number
        }
        return rows(of: table).filter { number($0) > Int64(clamping: key) }.sorted { number($0) < number($1) }
            .prefix(limit).map { row in places.map { row[$0] } }
    }

    public func keep(_ head: SignedHead, signedWith key: HeadKey) throws(JournalFault) {
        state.withLock {
            $0.heads.append(head)
            $0.heads.removeFirst(max(0, $0.heads.count - JournalLimits.headsKept))
        }
    }

    public func keptHeads() throws(JournalFault) -> [SignedHead] { state.withLock(\.heads) }

    public func append(
        _ records: [[UInt8]],
        expectedSequence: UInt64,
        epoch: UInt64,
        projecting writes: [ProjectionWrite],
        level: UInt64?
    ) throws(JournalFault) {
        checkBounds(of: records, projecting: writes)
        try state.withLock { (state: inout State) throws(JournalFault) in
            if let fault = state.endingFault { throw fault }
            guard epoch == state.identity.epoch else {
                throw .wrongEpoch(expected: epoch, found: state.identity.epoch)
            }
            guard expectedSequence == UInt64(state.records.count) else {
                throw .sequenceMismatch(expected: expectedSequence, found: UInt64(state.records.count))
            }
            let failure = state.nextAppendFault
            if let failure {
                state.nextAppendFault = nil
                if failure.fault.endsProcess { state.endingFault = failure.fault }
                guard failure.keepsRecords else { throw failure.fault }
            }
            state.records.append(contentsOf: records)
            for record in records { state.tree.append(.leaf(record)) }
            for write in writes { apply(write, to: &state) }
            if let failure { throw failure.fault }
        }
    }

    public func probe() throws(JournalFault) {
        try append([], expectedSequence: lastSequence, epoch: identity.epoch, projecting: [])
    }

    public func read(after sequence: UInt64, limit: Int) throws(JournalFault) -> [JournalRecord] {
        precondition(limit > 0, "a read has a positive limit")
        return state.withLock { state in
            let start = Int(min(sequence, UInt64(state.records.count)))
            let end = min(state.records.count, start + min(limit, JournalLimits.recordsPerReadMax))
            return (start..<end).map { JournalRecord(sequence: UInt64($0) + 1, bytes: state.records[$0]) }
        }
    }

    public func latestSnapshot() throws(JournalFault) -> JournalSnapshot? { state.withLock(\.snapshots.last) }

    public func snapshot(_ bytes: [UInt8], at sequence: UInt64) throws(JournalFault) {
        precondition(bytes.count <= JournalLimits.snapshotBytesMax, "a snapshot is bounded")
        try state.withLock { (state: inout State) throws(JournalFault) in
            if let fault = state.endingFault { throw fault }
            let last = UInt64(state.records.count)
            let earliest = state.snapshots.last?.sequence ?? 0
            guard sequence <= last, sequence >= earliest else {
                throw .sequenceMismatch(expected: sequence, found: last)
            }
            state.snapshots.removeAll { $0.sequence == sequence }
            state.snapshots.append(JournalSnapshot(sequence: sequence, bytes: bytes))
            state.snapshots.removeFirst(max(0, state.snapshots.count - JournalLimits.snapshotsKept))
        }
    }

    public func place(of sequence: UInt64) throws(JournalFault) -> JournalPlace {
        let (last, bookID) = state.withLock { (UInt64($0.records.count), $0.identity.bookID) }
        guard sequence <= last else { throw .sequenceMismatch(expected: sequence, found: last) }
        // Nobody checks the chain of what is only in memory.
        return JournalPlace(position: ChainPosition(sequence: sequence, chain: FactChain.origin(bookID: bookID)))
    }

    public func writePart(of snapshot: inout SnapshotInParts) throws(JournalFault) {
        precondition(!snapshot.isWritten, "there is a part left")
        let (fault, newest) = state.withLock { ($0.endingFault, $0.snapshots.last?.sequence ?? 0) }
        if let fault { throw fault }
        guard snapshot.sequence >= newest else {
            throw .sequenceMismatch(expected: snapshot.sequence, found: newest)
        }
        var next = snapshot
        next.writtenCount += 1
        if next.isWritten { try self.snapshot(snapshot.bytes, at: snapshot.sequence) }
        snapshot = next
    }

    public func rebuildProjections(_ writes: some Sequence<ProjectionWrite>) throws(JournalFault) {
        let writes = Array(writes)
        state.withLock { state in
            state.rows.removeAll()
            for write in writes { apply(write, to: &state) }
        }
    }

    private func apply(_ write: ProjectionWrite, to state: inout State) {
        let table = tables.table(for: write)
        switch write {
        case .upsert(_, let values):
            state.rows[table.name, default: [:]][Array(values.prefix(table.primaryKeyColumnCount))] = values
        case .delete(_, let key):
            state.rows[table.name]?[key] = nil
        }
    }
}

/// The bounds on one append, the same for every store. Crossing one is a bug of the caller.
func checkBounds(of records: [[UInt8]], projecting writes: [ProjectionWrite]) {
    precondition(records.count <= JournalLimits.recordsPerAppendMax, "an append has a bounded number of records")
    precondition(
        records.allSatisfy { $0.count <= JournalLimits.recordBytesMax }, "a record has a bounded number of bytes")
    precondition(!records.isEmpty || writes.isEmpty, "projections change only with a record")
}
