// Heads and their signatures.

import MerkleLog
import Testing

@Suite("Tree heads")
struct HeadTests {
    private let signer = HeadSigner(seed: Array(0..<32))!
    private let head = TreeHead(
        bookID: "00112233445566778899aabbccddeeff", epoch: 2, log: .tenant("acme"), size: 7, root: .leaf([1, 2, 3]),
        signedAt: 1_800_000_000)

    @Test("the signed text is the one that was agreed on for ever")
    func text() {
        #expect(
            head.text == """
                berth tree head 1
                book 00112233445566778899aabbccddeeff
                epoch 2
                log tenant:acme
                size 7
                root 054edec1d0211f624fed0cbca9d4f9400b0e491c43742af2c5b0abebf0c990d8
                time 1800000000

                """)
    }

    @Test("a signature holds for its head, by its key, and for nothing else")
    func signatures() throws {
        let signed = signer.sign(head)
        #expect(signer.key.hasSigned(signed))
        let other = try #require(HeadSigner(seed: HeadSigner.newSeed()))
        #expect(!other.key.hasSigned(signed))
        let changes: [(inout TreeHead) -> Void] = [
            { $0.size += 1 }, { $0.epoch += 1 }, { $0.signedAt += 1 }, { $0.root = .ofNothing }, { $0.log = .book },
            { $0.bookID = "ff112233445566778899aabbccddeeff" },
        ]
        for change in changes {
            var wrong = signed
            change(&wrong.head)
            #expect(!signer.key.hasSigned(wrong))
        }
        for bit in 0..<512 {
            var wrong = signed
            wrong.signature[bit / 8] ^= 1 << (bit % 8)
            #expect(!signer.key.hasSigned(wrong))
        }
    }

    @Test("keys and names are read strictly")
    func reading() {
        #expect(HeadSigner(seed: []) == nil && HeadSigner(seed: Array(0..<31)) == nil && HeadKey([1]) == nil)
        #expect(LogName("book") == .book && LogName("tenant:acme") == .tenant("acme"))
        #expect(LogName("tenant:") == nil && LogName("Book") == nil && LogName("") == nil)
        #expect(MerkleHash(hex: "00") == nil && HexText.bytes("0G") == nil && HexText.bytes("AB") == nil)
        #expect(MerkleHash(hex: MerkleHash.ofNothing.hex) == .ofNothing)
    }
}
