// Lease ids: a permutation that gives nothing away.

import Leasing
import Testing

@Suite struct LeaseNamingTests {
    private let naming = LeaseNaming(key: Array("one key".utf8))

    @Test("Every number comes back from its id, and ids are all different")
    func bothWays() {
        var random = SeededGenerator(seed: 1)
        var numbers: Set<UInt64> = [0, 1, 2, .max, .max - 1, 1 << 32, 1 << 32 - 1]
        for _ in 0..<2_000 { numbers.insert(random.next()) }
        var ids: Set<String> = []
        for number in numbers {
            let id = naming.id(of: number)
            #expect(id.utf8.count == 15 && id.hasPrefix("l-"))
            #expect(naming.number(of: id) == number)
            ids.insert(id)
        }
        #expect(ids.count == numbers.count)
    }

    @Test("Every id that is well spelt is the id of the number it gives")
    func onto() {
        var random = SeededGenerator(seed: 2)
        let alphabet = Array("0123456789abcdefghjkmnpqrstvwxyz")
        for _ in 0..<500 {
            // The first digit carries four bits only.
            let first = alphabet[Int.random(in: 0..<16, using: &random)]
            let rest = (0..<12).map { _ in alphabet.randomElement(using: &random)! }
            let id = "l-" + String([first] + rest)
            let number = naming.number(of: id)
            #expect(number.map { naming.id(of: $0) } == id)
        }
    }

    @Test("Ids of neighbours share no more digits than chance gives")
    func neighbours() {
        var equal = 0
        for number in UInt64(1)...500 {
            let (one, next) = (Array(naming.id(of: number).utf8), Array(naming.id(of: number + 1).utf8))
            let same = zip(one, next).dropFirst(2).count { $0 == $1 }
            #expect(same < 8, "\(number)")
            equal += same
        }
        // 6,500 pairs of digits of 32 agree about 210 times by chance.
        #expect(equal < 400)
    }

    @Test("Another key gives other ids")
    func keyed() {
        let other = LeaseNaming(key: Array("another".utf8))
        #expect((0..<100).allSatisfy { naming.id(of: $0) != other.id(of: $0) })
    }

    @Test(
        "What is not spelt like an id gives nil",
        arguments: [
            "", "l", "l-", "l-0", "l-000000000000", "l-00000000000000", "x-0000000000000", "l_0000000000000",
            "l-000000000000i", "l-000000000000o", "l-00000000000OO", "L-0000000000000", "l-g000000000000",
            "l-zzzzzzzzzzzzz", "l-00000000000é", " l-000000000000", "l-0000000000000 ",
        ])
    func malformed(id: String) {
        #expect(naming.number(of: id) == nil)
    }
}
