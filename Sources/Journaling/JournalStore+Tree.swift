// Roots and proofs over the records of any store.

public import MerkleLog

extension JournalStore {
    /// The root over the first `size` records. A precondition holds `size` to the records there are.
    ///
    /// - Throws: `.damaged`, `.unreadable`.
    /// - Complexity: O(log size), and at most 256 records are read.
    public func treeRoot(at size: UInt64) throws(JournalFault) -> MerkleHash {
        try tree.root(at: size) { (range) throws(JournalFault) in try leaves(range) }
    }

    /// The path that proves a record within the first `size`. A precondition holds `sequence` to `1...size`, and `size` to
    /// the records there are.
    ///
    /// - Throws: `.damaged`, `.unreadable`.
    /// - Complexity: O(log size), and at most 512 records are read.
    public func inclusionPath(of sequence: UInt64, size: UInt64) throws(JournalFault) -> [MerkleHash] {
        try tree.inclusionPath(of: sequence - 1, size: size) { (range) throws(JournalFault) in try leaves(range) }
    }

    /// What proves that the first `old` records begin the first `new`. A precondition holds both to the records there are.
    ///
    /// - Throws: `.damaged`, `.unreadable`.
    /// - Complexity: O(log new), and at most 512 records are read.
    public func consistencyPath(from old: UInt64, to new: UInt64) throws(JournalFault) -> [MerkleHash] {
        try tree.consistencyPath(from: old, to: new) { (range) throws(JournalFault) in try leaves(range) }
    }

    /// Reads the records after the last full tile again, each against the chain, and compares them with the tree: once after
    /// an open, which takes records before the newest snapshot as they stand.
    ///
    /// - Throws: `.damaged` with the first that is wrong; `.unreadable`.
    /// - Complexity: O(256 records).
    public func verifyTreeTail() throws(JournalFault) {
        let tree = tree
        guard !tree.tail.isEmpty else { return }
        let range = tree.tileCount * MerkleTree.tileWidth..<tree.size
        for (offset, leaf) in try leaves(range).enumerated() where leaf != tree.tail[offset] {
            throw .damage("the log", at: range.lowerBound + UInt64(offset) + 1, "the record is not the one in the tree")
        }
    }

    private func leaves(_ range: Range<UInt64>) throws(JournalFault) -> [MerkleHash] {
        try read(after: range.lowerBound, limit: range.count).map { .leaf($0.bytes) }
    }
}
