// The tree against published roots, and against RFC 6962's definitions written down as they stand.

import MerkleLog
import Testing

@Suite("Merkle trees")
struct MerkleTreeTests {
    /// The leaves and roots of the reference implementation of Certificate Transparency.
    private static let leaves = [
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    ].map { HexText.bytes($0)! }
    private static let roots = [
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ]

    @Test("published leaves have the published roots")
    func published() {
        var tree = MerkleTree()
        #expect(tree.root.hex == Self.roots[0])
        for (count, leaf) in Self.leaves.enumerated() {
            tree.append(.leaf(leaf))
            #expect(tree.root.hex == Self.roots[count + 1])
        }
    }

    @Test("published proofs are given")
    func publishedProofs() {
        let model = SlowTree(leaves: Self.leaves.map { .leaf($0) })
        var tree = MerkleTree()
        for leaf in model.leaves { tree.append(leaf) }
        let path = tree.inclusionPath(of: 5, size: 8, leaves: model.read).map(\.hex)
        #expect(
            path == [
                "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ])
        let consistency = tree.consistencyPath(from: 6, to: 8, leaves: model.read).map(\.hex)
        #expect(
            consistency == [
                "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
                "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
                "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
            ])
    }

    @Test(
        "roots and proofs are those of the definitions, at every size to 300, of which the first tile ends in the middle"
    )
    func model() {
        let model = SlowTree(count: 300)
        var tree = MerkleTree()
        var roots = [MerkleHash.ofNothing]
        for leaf in model.leaves {
            tree.append(leaf)
            roots.append(tree.root)
        }
        for size in 0...300 {
            let root = model.root(0..<size)
            #expect(roots[size] == root)
            #expect(tree.root(at: UInt64(size), leaves: model.read) == root)
            // Every place of the small sizes; of the larger ones some, other ones for each.
            let step = size < 40 ? 1 : 23
            for index in stride(from: size % step, to: size, by: step) {
                let path = tree.inclusionPath(of: UInt64(index), size: UInt64(size), leaves: model.read)
                #expect(path == model.path(index, 0..<size))
                #expect(
                    MerkleProof.isIncluded(
                        model.leaves[index], index: UInt64(index), size: UInt64(size), path: path, root: root))
            }
            for old in stride(from: size % step, through: size, by: step) {
                let path = tree.consistencyPath(from: UInt64(old), to: UInt64(size), leaves: model.read)
                #expect(path == (old == 0 ? [] : model.consistency(old, 0..<size, true)))
                #expect(
                    MerkleProof.isConsistent(from: UInt64(old), roots[old], to: UInt64(size), root, path: path))
            }
        }
    }

    @Test("proofs over many tiles hold, from the roots of tiles and what is left")
    func tiles() {
        let model = SlowTree(count: 5_000)
        var grown = MerkleTree()
        var tileRoots: [MerkleHash] = []
        for leaf in model.leaves { if let root = grown.append(leaf) { tileRoots.append(root) } }
        var tree = MerkleTree(tileRoots: tileRoots)
        for leaf in model.leaves[4_864...] { tree.append(leaf) }
        #expect(tree == grown && tree.size == 5_000 && tree.root == model.root(0..<5_000))
        #expect(MerkleTree().tileRoots(filledBy: model.leaves) == tileRoots)
        for (index, size) in [(0, 5_000), (255, 256), (256, 257), (4_999, 5_000), (4_863, 4_864), (1_000, 3_333)] {
            let path = tree.inclusionPath(of: UInt64(index), size: UInt64(size), leaves: model.read)
            #expect(path == model.path(index, 0..<size))
        }
        for (old, new) in [(1, 5_000), (256, 5_000), (257, 4_864), (4_864, 5_000), (2_048, 4_096), (3_333, 4_999)] {
            let path = tree.consistencyPath(from: UInt64(old), to: UInt64(new), leaves: model.read)
            #expect(path == model.consistency(old, 0..<new, true))
        }
    }

    @Test("a proof that is changed, cut, longer, or of another place does not hold")
    func wrongProofs() throws {
        let model = SlowTree(count: 70)
        var tree = MerkleTree()
        for leaf in model.leaves { tree.append(leaf) }
        let path = tree.inclusionPath(of: 41, size: 70, leaves: model.read)
        func holds(_ path: [MerkleHash], _ leaf: Int = 41, at index: UInt64 = 41, of size: UInt64 = 70) -> Bool {
            MerkleProof.isIncluded(model.leaves[leaf], index: index, size: size, path: path, root: tree.root)
        }
        #expect(holds(path))
        #expect(!holds(path, 42) && !holds(path, at: 42) && !holds(path, of: 42) && !holds(path, at: 70))
        #expect(!holds(Array(path.dropLast())) && !holds(path + [path[0]]) && !holds([]))
        for place in path.indices {
            var other = path
            other[place] = model.leaves[0]
            #expect(!holds(other))
        }
        let old = model.root(0..<41)
        let steps = tree.consistencyPath(from: 41, to: 70, leaves: model.read)
        #expect(MerkleProof.isConsistent(from: 41, old, to: 70, tree.root, path: steps))
        #expect(!MerkleProof.isConsistent(from: 40, old, to: 70, tree.root, path: steps))
        #expect(!MerkleProof.isConsistent(from: 41, tree.root, to: 70, tree.root, path: steps))
        #expect(!MerkleProof.isConsistent(from: 70, old, to: 41, tree.root, path: steps))
        #expect(!MerkleProof.isConsistent(from: 41, old, to: 41, tree.root, path: []))
        #expect(!MerkleProof.isConsistent(from: 0, old, to: 70, tree.root, path: []))
        for place in steps.indices {
            var other = steps
            other.remove(at: place)
            #expect(!MerkleProof.isConsistent(from: 41, old, to: 70, tree.root, path: other))
            other = steps
            other[place] = model.leaves[0]
            #expect(!MerkleProof.isConsistent(from: 41, old, to: 70, tree.root, path: other))
        }
    }
}

/// RFC 6962 section 2.1, word for word.
struct SlowTree {
    let leaves: [MerkleHash]

    init(leaves: [MerkleHash]) { self.leaves = leaves }

    init(count: Int) {
        leaves = (0..<count).map { number in .leaf(withUnsafeBytes(of: number, Array.init)) }
    }

    func read(_ range: Range<UInt64>) -> [MerkleHash] {
        Array(leaves[Int(range.lowerBound)..<Int(range.upperBound)])
    }

    private func split(_ count: Int) -> Int {
        var half = 1
        while half * 2 < count { half *= 2 }
        return half
    }

    func root(_ range: Range<Int>) -> MerkleHash {
        if range.isEmpty { return .ofNothing }
        if range.count == 1 { return leaves[range.lowerBound] }
        let middle = range.lowerBound + split(range.count)
        return .node(root(range.lowerBound..<middle), root(middle..<range.upperBound))
    }

    func path(_ index: Int, _ range: Range<Int>) -> [MerkleHash] {
        if range.count == 1 { return [] }
        let middle = range.lowerBound + split(range.count)
        return index < middle
            ? path(index, range.lowerBound..<middle) + [root(middle..<range.upperBound)]
            : path(index, middle..<range.upperBound) + [root(range.lowerBound..<middle)]
    }

    func consistency(_ old: Int, _ range: Range<Int>, _ isWhole: Bool) -> [MerkleHash] {
        if old == range.upperBound { return isWhole ? [] : [root(range)] }
        let middle = range.lowerBound + split(range.count)
        return old <= middle
            ? consistency(old, range.lowerBound..<middle, isWhole) + [root(middle..<range.upperBound)]
            : consistency(old, middle..<range.upperBound, false) + [root(range.lowerBound..<middle)]
    }
}
