// The tree over a log that only grows, kept so that a leaf costs O(1) and old leaves need not stay in memory.
//
// Leaves stand in tiles of 256. Of a full tile only its root is kept, and the roots of all complete subtrees above; of the last,
// unfinished tile its leaves. Whoever wants a proof that goes into an older tile gives that tile's leaves again.

/// The state of an RFC 6962 tree. A value: a copy is the tree at that moment.
public struct MerkleTree: Sendable, Equatable {
    /// Leaves in one tile.
    public static let tileWidth: UInt64 = 256

    /// `levels[h][i]` is the root over tiles `i << h` to `(i + 1) << h`.
    private var levels: [[MerkleHash]] = [[]]

    /// The leaves of the last tile, fewer than a tile has.
    public private(set) var tail: [MerkleHash] = []

    /// A tree without leaves.
    public init() {}

    /// A tree of full tiles, by their roots, without leaves after them. O(tiles).
    public init(tileRoots: some Sequence<MerkleHash>) {
        for root in tileRoots { addTile(root) }
    }

    /// Full tiles.
    public var tileCount: UInt64 { UInt64(levels[0].count) }

    /// Leaves.
    public var size: UInt64 { tileCount * Self.tileWidth + UInt64(tail.count) }

    /// The root of a full tile.
    public func tileRoot(_ number: UInt64) -> MerkleHash { levels[0][Int(number)] }

    /// Adds a leaf. Returns the root of the tile that it fills, if it does. O(1) amortised.
    @discardableResult
    public mutating func append(_ leaf: MerkleHash) -> MerkleHash? {
        tail.append(leaf)
        guard tail.count == Int(Self.tileWidth) else { return nil }
        let root = Self.root(of: tail[...])
        tail.removeAll(keepingCapacity: true)
        addTile(root)
        return root
    }

    /// The roots of the tiles that these leaves would fill, without adding them: to be written before they count.
    public func tileRoots(filledBy leaves: [MerkleHash]) -> [MerkleHash] {
        let width = Int(Self.tileWidth)
        guard tail.count + leaves.count >= width else { return [] }
        let all = tail + leaves
        return (0..<all.count / width).map { Self.root(of: all[$0 * width..<($0 + 1) * width]) }
    }

    private mutating func addTile(_ root: MerkleHash) {
        var (root, height) = (root, 0)
        while true {
            if height == levels.count { levels.append([]) }
            levels[height].append(root)
            let count = levels[height].count
            guard count.isMultiple(of: 2) else { return }
            root = .node(levels[height][count - 2], levels[height][count - 1])
            height += 1
        }
    }

    /// The root over all leaves. O(256).
    public var root: MerkleHash {
        var root = tail.isEmpty ? nil : Self.root(of: tail[...])
        // What stands alone on its level is the right part of everything above it.
        for level in levels where !level.count.isMultiple(of: 2) {
            root = root.map { .node(level[level.count - 1], $0) } ?? level[level.count - 1]
        }
        return root ?? .ofNothing
    }

    /// The root of a complete subtree of full tiles, if `range` is one.
    func completeRoot(_ range: Range<UInt64>) -> MerkleHash? {
        let count = range.upperBound - range.lowerBound
        guard count >= Self.tileWidth, count & (count - 1) == 0, range.lowerBound.isMultiple(of: count) else {
            return nil
        }
        let height = (count / Self.tileWidth).trailingZeroBitCount
        let index = Int(range.lowerBound / count)
        guard height < levels.count, index < levels[height].count else { return nil }
        return levels[height][index]
    }

    /// MTH of RFC 6962 over leaf hashes. O(leaves).
    public static func root(of leaves: ArraySlice<MerkleHash>) -> MerkleHash {
        guard leaves.count > 1 else { return leaves.first ?? .ofNothing }
        let middle = leaves.startIndex + Int(split(UInt64(leaves.count)))
        return .node(root(of: leaves[..<middle]), root(of: leaves[middle...]))
    }

    /// The largest power of two below `count`, which is over 1.
    static func split(_ count: UInt64) -> UInt64 { 1 << UInt64(63 - (count - 1).leadingZeroBitCount) }
}
