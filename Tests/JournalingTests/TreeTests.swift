// The Merkle tree over the records: the same after a restart, whatever was kept of it.

import Foundation
import MerkleLog
import Testing

@testable import Journaling

@Suite("The tree over the records")
struct TreeTests {
    private func records(_ count: Int) -> [[UInt8]] { (0..<count).map { Array("record \($0)".utf8) } }

    private func tree(_ records: [[UInt8]]) -> MerkleTree {
        var tree = MerkleTree()
        for record in records { tree.append(.leaf(record)) }
        return tree
    }

    @Test("the tree is that of the records, in batches of any size, now and after a restart")
    func restart() throws {
        let folder = try StateFolder()
        let all = records(1_500)
        for store in try AppendTests.stores(folder) {
            var start = 0
            for size in [0, 1, 254, 1, 1, 3, 600, 512, 128] {
                try store.append(next: Array(all[start..<start + size]))
                start += size
                #expect(store.tree == tree(Array(all[..<start])))
            }
            #expect(start == all.count)
            try (store as? SQLiteJournal)?.close()
        }
        let reopened = try folder.open()
        #expect(reopened.tree == tree(all))
        #expect(try query(reopened, "SELECT CAST(count(*) AS TEXT) FROM tree_tiles") == ["5"])
    }

    @Test("proofs hold across tiles, at the present size and at earlier ones")
    func proofs() throws {
        let folder = try StateFolder()
        let all = records(900)
        for store in try AppendTests.stores(folder) {
            try store.append(next: all)
            for (sequence, size) in [(1, 900), (256, 256), (257, 900), (900, 900), (300, 777), (513, 600)]
                as [(UInt64, UInt64)]
            {
                let path = try store.inclusionPath(of: sequence, size: size)
                let root = try store.treeRoot(at: size)
                #expect(root == tree(Array(all[..<Int(size)])).root)
                #expect(
                    MerkleProof.isIncluded(
                        .leaf(all[Int(sequence) - 1]), index: sequence - 1, size: size, path: path, root: root))
            }
            for (old, new) in [(1, 900), (255, 257), (512, 900), (600, 601), (900, 900)] as [(UInt64, UInt64)] {
                let path = try store.consistencyPath(from: old, to: new)
                #expect(
                    MerkleProof.isConsistent(
                        from: old, try store.treeRoot(at: old), to: new, try store.treeRoot(at: new), path: path))
            }
        }
    }

    @Test("what is refused or fails leaves the tree as it was")
    func refused() throws {
        let folder = try StateFolder()
        for store in try AppendTests.stores(folder) {
            try store.append(next: records(10))
            let before = store.tree
            #expect(throws: JournalFault.self) {
                try store.append([[1]], expectedSequence: 9, epoch: 1, projecting: [])
            }
            if let memory = store as? MemoryJournal {
                memory.failNextAppend(with: .full(path: "book", detail: "no room"))
                #expect(throws: JournalFault.self) { try memory.append(next: [[1]]) }
            }
            #expect(store.tree == before)
        }
    }

    @Test("tiles that a release without them did not write are made good")
    func olderBook() throws {
        let folder = try StateFolder(holding: records(700))
        try folder.tamper(
            "DROP TABLE tree_tiles; DROP TABLE tree_heads; DROP TABLE tree_keys; DROP TABLE tree_restores")
        let journal = try folder.open()
        #expect(journal.tree == tree(records(700)))
        #expect(try query(journal, "SELECT CAST(count(*) AS TEXT) FROM tree_tiles") == ["2"])
        try journal.close()
        try folder.tamper("DELETE FROM tree_tiles WHERE number = 1")
        #expect(try folder.open().tree == tree(records(700)))
    }

    @Test("tiles of records that are gone, or that are no tiles, are damage")
    func damage() throws {
        for (sql, sequence) in [
            ("INSERT INTO tree_tiles VALUES (2, zeroblob(32))", 701),
            ("UPDATE tree_tiles SET root = x'00' WHERE number = 1", 257),
            ("DELETE FROM tree_tiles WHERE number = 0", 1),
        ] as [(String, UInt64)] {
            let folder = try StateFolder(holding: records(700))
            try folder.tamper(sql)
            #expect(folder.openingFault()?.damagedSequence == sequence)
        }
    }

    @Test("heads are kept with their keys, survive a restart and a backup, and are bounded")
    func heads() throws {
        let folder = try StateFolder(holding: records(300))
        let signer = try #require(HeadSigner(seed: Array(0..<32)))
        let journal = try folder.open()
        func head(_ size: UInt64) throws -> SignedHead {
            signer.sign(
                TreeHead(
                    bookID: bookID, epoch: 1, log: .book, size: size, root: try journal.treeRoot(at: size),
                    signedAt: 1_800_000_000))
        }
        let first = try head(256)
        try journal.keep(first, signedWith: signer.key)
        try journal.keep(try head(300), signedWith: signer.key)
        let copy = folder.root + "/copy.sqlite"
        try journal.backup(to: copy)
        let stored = try #require(try StoredBook(path: copy).storedTree())
        #expect(try stored.heads == journal.keptHeads() && stored.heads.count == 2 && stored.heads[0] == first)
        #expect(stored.keys == [signer.key] && stored.tileRoots.count == 1 && stored.restores.isEmpty)
        for _ in 0..<JournalLimits.headsKept { try journal.keep(first, signedWith: signer.key) }
        let kept = try journal.keptHeads()
        #expect(kept.count <= JournalLimits.headsKept && kept.count > JournalLimits.headsKept / 2)
        #expect(kept[0] == first)
    }

    @Test("a restore remembers where it began")
    func restores() throws {
        let folder = try StateFolder(holding: records(20))
        let journal = try folder.open()
        let copy = folder.root + "/copy.sqlite"
        try journal.backup(to: copy)
        try journal.close()
        let other = folder.root + "/other"
        try SQLiteJournal.restore(from: copy, directory: other)
        let restored = try SQLiteJournal.open(directory: other)
        #expect(restored.tree == tree(records(20)))
        try restored.close()
        #expect(
            try StoredBook(path: other + "/book.sqlite").storedTree()?.restores == [BookRestore(epoch: 2, size: 20)])
    }
}
