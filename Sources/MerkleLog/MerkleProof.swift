// Checking proofs, as RFC 9162 sections 2.1.3.2 and 2.1.4.2 say: with hashes alone, no tree at hand.

/// Checks of proofs. All are O(length of the path), and none trusts anything that it is given.
public enum MerkleProof {
    /// The longest path that a proof over 64-bit sizes has.
    public static let pathCountMax = 64

    /// The root that a leaf and its path lead to, or nil when the path has not the length that index and size ask for.
    public static func root(
        leaf: MerkleHash, index: UInt64, size: UInt64, path: [MerkleHash]
    ) -> MerkleHash? {
        guard index < size else { return nil }
        var (number, last, root) = (index, size - 1, leaf)
        for hash in path {
            guard last > 0 else { return nil }
            if !number.isMultiple(of: 2) || number == last {
                root = .node(hash, root)
                while number.isMultiple(of: 2), number > 0 {
                    number >>= 1
                    last >>= 1
                }
            } else {
                root = .node(root, hash)
            }
            number >>= 1
            last >>= 1
        }
        return last == 0 ? root : nil
    }

    /// Whether a leaf is the one at `index` in the tree of `size` leaves with this root.
    public static func isIncluded(
        _ leaf: MerkleHash, index: UInt64, size: UInt64, path: [MerkleHash], root: MerkleHash
    ) -> Bool {
        self.root(leaf: leaf, index: index, size: size, path: path) == root
    }

    /// Whether the tree of `old` leaves is the beginning of the tree of `new` leaves.
    public static func isConsistent(
        from old: UInt64, _ oldRoot: MerkleHash, to new: UInt64, _ newRoot: MerkleHash, path: [MerkleHash]
    ) -> Bool {
        guard old <= new else { return false }
        if old == new { return path.isEmpty && oldRoot == newRoot }
        if old == 0 { return path.isEmpty && oldRoot == .ofNothing }
        // The root of a whole number of halves is left out of the proof.
        var path = path[...]
        let isPower = old & (old - 1) == 0
        guard let first = isPower ? oldRoot : path.popFirst() else { return false }
        var (number, last) = (old - 1, new - 1)
        while !number.isMultiple(of: 2) {
            number >>= 1
            last >>= 1
        }
        var (foundOld, foundNew) = (first, first)
        for hash in path {
            guard last > 0 else { return false }
            if !number.isMultiple(of: 2) || number == last {
                foundOld = .node(hash, foundOld)
                foundNew = .node(hash, foundNew)
                while number.isMultiple(of: 2), number > 0 {
                    number >>= 1
                    last >>= 1
                }
            } else {
                foundNew = .node(foundNew, hash)
            }
            number >>= 1
            last >>= 1
        }
        return last == 0 && foundOld == oldRoot && foundNew == newRoot
    }
}
