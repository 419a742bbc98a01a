// The copy-on-write table against a sorted dictionary.

import Packing
import Testing

@Suite("A radix table behaves as a sorted dictionary whose copies are independent")
struct RadixTableTests {
    private static func key(_ random: inout SeededGenerator) -> UInt64 {
        switch random.pick(0...5) {
        case 0, 1: UInt64(random.pick(0...200))
        case 2: UInt64(random.pick(4_000...5_000))
        case 3: UInt64.max - UInt64(random.pick(0...3))
        case 4: (1 << UInt64(random.pick(0...63))) - UInt64(random.pick(0...1))
        default: random.next()
        }
    }

    private static func entries(_ table: RadixTable<Int>, from key: UInt64 = 0) -> [UInt64: Int] {
        var result: [UInt64: Int] = [:]
        var last: UInt64?
        table.forEach(from: key) { key, value in
            #expect(last.map { $0 < key } ?? true, "keys ascend")
            last = key
            result[key] = value
            return true
        }
        return result
    }

    @Test("random insertions, removals and copies leave every copy as a dictionary would be", arguments: 1...8)
    func likeADictionary(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var copies: [(table: RadixTable<Int>, plain: [UInt64: Int])] = [(RadixTable(), [:])]
        for step in 0..<2_500 {
            let index = random.pick(0...copies.count - 1)
            let known = copies[index].plain.keys.sorted()
            switch random.pick(1...100) {
            case ...50:
                let key = Self.key(&random)
                copies[index].table[key] = step
                copies[index].plain[key] = step
            case ...80 where !known.isEmpty:
                let key = random.pick(from: known)
                copies[index].table[key] = nil
                copies[index].plain[key] = nil
            case ...90:
                let key = Self.key(&random)
                #expect(copies[index].table[key] == copies[index].plain[key])
                let first = copies[index].table.first(from: key)
                #expect(first?.key == known.first { $0 >= key })
                #expect(first?.value == first.flatMap { copies[index].plain[$0.key] })
            case ...93:
                // Mostly a key that is not there.
                let key = Self.key(&random)
                copies[index].table[key] = nil
                copies[index].plain[key] = nil
            default:
                if copies.count < 5 { copies.append(copies[index]) } else { copies[0] = copies[index] }
            }
        }
        for copy in copies {
            #expect(copy.table.count == copy.plain.count)
            #expect(copy.table.isEmpty == copy.plain.isEmpty)
            #expect(Self.entries(copy.table) == copy.plain)
            for key in [0, 63, 64, 4_500, 1 << 40, .max] as [UInt64] {
                #expect(Self.entries(copy.table, from: key) == copy.plain.filter { $0.key >= key })
            }
        }
    }

    @Test("the first and the last key that there can be are keys like others")
    func extremeKeys() {
        var table = RadixTable<String>()
        table[.max] = "last"
        table[0] = "first"
        #expect((table[0], table[.max], table[1], table.count) == ("first", "last", nil, 2))
        #expect(table.first(from: 1)?.key == .max)
        table[.max] = nil
        #expect(table.first(from: 1) == nil)
        table[0] = nil
        #expect(table.isEmpty && table.first() == nil)
    }

    @Test("a walk ends where its body says so")
    func walkEnds() {
        var table = RadixTable<Int>()
        for key in stride(from: UInt64(0), to: 10_000, by: 100) { table[key] = Int(key) }
        var seen: [UInt64] = []
        table.forEach(from: 150) { key, _ in
            seen.append(key)
            return seen.count < 3
        }
        #expect(seen == [200, 300, 400])
    }
}
