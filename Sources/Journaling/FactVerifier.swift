// Walks facts in order and recomputes the chain: the one place that decides whether a row is what was written.

import GRDB

/// A place in the chain.
struct ChainPosition: Sendable, Equatable {
    var sequence: UInt64
    var chain: ChainDigest

    static func origin(bookID: String) -> ChainPosition {
        ChainPosition(sequence: 0, chain: FactChain.origin(bookID: bookID))
    }

    /// The bytes under which the end of the journal stands in `meta`: the sequence, little-endian, then the chain.
    var headBytes: [UInt8] {
        withUnsafeBytes(of: sequence.littleEndian, Array.init) + chain.withBytes(Array.init)
    }

    init(sequence: UInt64, chain: ChainDigest) {
        self.sequence = sequence
        self.chain = chain
    }

    init?(headBytes: UnsafeRawBufferPointer) {
        guard headBytes.count == 8 + ChainDigest.byteCount,
            let chain = ChainDigest(UnsafeRawBufferPointer(rebasing: headBytes[8...]))
        else { return nil }
        self.init(sequence: UInt64(littleEndian: headBytes.loadUnaligned(as: UInt64.self)), chain: chain)
    }
}

struct FactVerifier {
    let path: String
    let bookID: String

    /// The chain at `sequence`, as its row states it; nil when there is no such row.
    func position(at sequence: UInt64, in database: Database) throws -> ChainPosition? {
        if sequence == 0 { return .origin(bookID: bookID) }
        let statement = try database.cachedStatement(sql: "SELECT chain FROM facts WHERE sequence = ?")
        try statement.bind(sequence, at: 1)
        var chain: ChainDigest?
        try statement.forEachRow { row in
            chain = row.digest(at: 0)
            return false
        }
        return chain.map { ChainPosition(sequence: sequence, chain: $0) }
    }

    /// Recomputes the chain after `start` for at most `limit` rows, hands each verified row to `body`, and returns where it
    /// came to. A wrong or missing row is damage; rows that end early are not, only the caller knows where the end should be.
    func verify(
        after start: ChainPosition, limit: UInt64, in database: Database,
        _ body: (UInt64, UnsafeRawBufferPointer) -> Void = { _, _ in }
    ) throws -> ChainPosition {
        let statement = try database.cachedStatement(
            sql: "SELECT sequence, chain, bytes FROM facts WHERE sequence > ? ORDER BY sequence LIMIT ?")
        try statement.bind(start.sequence, at: 1)
        try statement.bind(limit, at: 2)
        var position = start
        try statement.forEachRow { row in
            let sequence = position.sequence + 1
            guard row.sequence(at: 0) == sequence else {
                throw JournalFault.damage(path, at: sequence, "the record is missing")
            }
            let bytes = row.bytes(at: 2)
            let chain = FactChain.link(after: position.chain, sequence: sequence, bytes: bytes)
            guard row.digest(at: 1) == chain else {
                throw JournalFault.damage(path, at: sequence, "the record does not follow from those before it")
            }
            position = ChainPosition(sequence: sequence, chain: chain)
            body(sequence, bytes)
            return true
        }
        return position
    }

    /// The end of the journal as `meta` states it.
    func head(in database: Database) throws -> ChainPosition {
        let statement = try database.cachedStatement(sql: "SELECT value FROM meta WHERE key = 'head'")
        var head: ChainPosition?
        try statement.forEachRow { row in
            head = ChainPosition(headBytes: row.bytes(at: 0))
            return false
        }
        guard let head else { throw JournalFault.damage(path, "the end of the journal is not recorded") }
        return head
    }

    /// Verifies from `start` to the recorded end, and that the end is the recorded one.
    func verifyToHead(after start: ChainPosition, in database: Database) throws -> ChainPosition {
        let head = try head(in: database)
        let end = try verify(after: start, limit: UInt64(Int64.max), in: database)
        guard end.sequence >= head.sequence else {
            throw JournalFault.damage(
                path, at: end.sequence + 1, "the record is missing: the journal ends at \(head.sequence)")
        }
        guard end == head else {
            throw JournalFault.damage(path, at: end.sequence, "the last record is not the recorded end")
        }
        return end
    }
}
