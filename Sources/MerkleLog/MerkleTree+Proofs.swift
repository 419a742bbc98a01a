// Roots of earlier sizes and proofs, as RFC 6962 section 2.1 defines them.

extension MerkleTree {
    /// Gives the hashes of the leaves in a range that lies in one tile.
    public typealias LeafReader<Failure: Error> = (Range<UInt64>) throws(Failure) -> [MerkleHash]

    /// The root that the tree had at an earlier size. O(log size), and one tile of leaves.
    ///
    /// A precondition holds `size` to the tree's.
    public func root<Failure: Error>(
        at size: UInt64, leaves: LeafReader<Failure>
    ) throws(Failure) -> MerkleHash {
        precondition(size <= self.size, "a root is of leaves that are there")
        return size == 0 ? .ofNothing : try root(of: 0..<size, leaves)
    }

    /// The path that proves the leaf with this index within the first `size` leaves, from the leaf up.
    ///
    /// Preconditions: `index < size`, and `size` at most the tree's. O(log size), and up to two tiles of leaves.
    public func inclusionPath<Failure: Error>(
        of index: UInt64, size: UInt64, leaves: LeafReader<Failure>
    ) throws(Failure) -> [MerkleHash] {
        precondition(index < size && size <= self.size, "a proof is of a leaf that is there")
        var path: [MerkleHash] = []
        var range = 0..<size
        while range.count > 1 {
            let middle = range.lowerBound + Self.split(UInt64(range.count))
            if index < middle {
                path.append(try root(of: middle..<range.upperBound, leaves))
                range = range.lowerBound..<middle
            } else {
                path.append(try root(of: range.lowerBound..<middle, leaves))
                range = middle..<range.upperBound
            }
        }
        return path.reversed()
    }

    /// What proves that the first `old` leaves are the beginning of the first `new` ones. Empty for none and for all.
    ///
    /// A precondition holds `old` to `new` and `new` to the tree's size. O(log size), and up to two tiles of leaves.
    public func consistencyPath<Failure: Error>(
        from old: UInt64, to new: UInt64, leaves: LeafReader<Failure>
    ) throws(Failure) -> [MerkleHash] {
        precondition(old <= new && new <= size, "a proof is of sizes that the tree had")
        guard old > 0, old < new else { return [] }
        var path: [MerkleHash] = []
        var range = 0..<new
        // Whether the range begins where the tree does: its own old root is then known to whoever checks.
        var isWhole = true
        while range.upperBound > old {
            let middle = range.lowerBound + Self.split(UInt64(range.count))
            if old <= middle {
                path.append(try root(of: middle..<range.upperBound, leaves))
                range = range.lowerBound..<middle
            } else {
                path.append(try root(of: range.lowerBound..<middle, leaves))
                range = middle..<range.upperBound
                isWhole = false
            }
        }
        if !isWhole { path.append(try root(of: range, leaves)) }
        return path.reversed()
    }

    private func root<Failure: Error>(
        of range: Range<UInt64>, _ leaves: LeafReader<Failure>
    ) throws(Failure) -> MerkleHash {
        if let known = completeRoot(range) { return known }
        let count = UInt64(range.count)
        guard count > Self.tileWidth else { return Self.root(of: try self.leaves(range, leaves)[...]) }
        let middle = range.lowerBound + Self.split(count)
        return .node(
            try root(of: range.lowerBound..<middle, leaves), try root(of: middle..<range.upperBound, leaves))
    }

    /// Leaf hashes: from the unfinished tile where they lie there.
    private func leaves<Failure: Error>(
        _ range: Range<UInt64>, _ read: LeafReader<Failure>
    ) throws(Failure) -> [MerkleHash] {
        let start = tileCount * Self.tileWidth
        if range.lowerBound >= start {
            return Array(tail[Int(range.lowerBound - start)..<Int(range.upperBound - start)])
        }
        let hashes = try read(range)
        precondition(hashes.count == range.count, "a reader gives the leaves that it is asked for")
        return hashes
    }
}
