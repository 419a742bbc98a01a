// The prices of parts of a GPU.

import Testing

@testable import Packing

@Suite("Prices of parts of a GPU")
struct SharingPricesTests {
    @Test("are the optimum of the cutting-stock dual for the sizes of a real mix")
    func openSizes() {
        // The sizes and counts of the openb task list; a linear programming solver gives the same, in twelfths.
        let prices = DevicePrices(demand: [
            (50, 7), (110, 24), (160, 74), (220, 62), (230, 140), (320, 328), (370, 47), (460, 128), (470, 750),
            (550, 72), (590, 75), (650, 253), (810, 1_078),
        ])
        #expect([810, 650, 590, 550].map { prices.price(of: $0) } == [12, 8, 8, 8])
        #expect([470, 460, 370, 320, 230, 50].map { prices.price(of: $0) } == [6, 6, 4, 4, 3, 0])
        #expect(prices.loss(taking: 470, from: 530) == 0)
        #expect(prices.loss(taking: 320, from: 1_000) == 0)
        // 320 from 530 leaves 210, which takes nothing that is worth anything: half a GPU for a third.
        #expect(prices.loss(taking: 320, from: 530) == 2)
    }

    @Test("never make what fits one GPU worth more than it", arguments: 1...40 as ClosedRange<UInt64>)
    func feasibility(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let sizes = Set((0..<random.pick(1...20)).map { _ in random.pick(1...99) * 10 }).sorted()
        let prices = DevicePrices(demand: sizes.map { ($0, random.pick(1...500)) })
        for free in 0...1_000 {
            #expect((0...12).contains(prices.rests[free]))
            for size in sizes where size <= free {
                #expect(prices.rests[free] >= prices.rests[free - size] + Int32(prices.price(of: size)))
            }
        }
        #expect(prices.rests[1_000] == 12)
    }

    @Test("list for each size the rests on which it wastes so much")
    func masks() {
        let prices = DevicePrices(demand: [(300, 5), (400, 2), (500, 9)])
        for size in [300, 400, 500] {
            for free in 1..<1_000 {
                let losses = (0..<DevicePrices.lossCount).filter {
                    prices.word(free >> 6, of: size, loss: $0) >> UInt64(free & 63) & 1 == 1
                }
                #expect(losses == (free < size ? [] : [prices.loss(taking: size, from: free)]))
            }
        }
    }

    @Test("of nothing are nothing")
    func empty() {
        let prices = DevicePrices(demand: [])
        #expect(prices.rests[999] == 0 && prices.rests[1_000] == 12)
    }
}

@Suite("Sets of ranks")
struct RankSetsTests {
    @Test("agree with plain sets, and give memory back", arguments: [1, 64, 70, 5_000])
    func agree(rankCount: Int) {
        var random = SeededGenerator(seed: UInt64(rankCount))
        var sets = RankSets(rankCount: rankCount, setCount: 3)
        var plain = [Set<Int>](repeating: [], count: 3)
        for _ in 0..<3_000 {
            let (set, rank) = (random.pick(0...2), random.pick(0...rankCount - 1))
            if plain[set].insert(rank).inserted {
                sets.insert(rank, into: set)
            } else {
                plain[set].remove(rank)
                sets.remove(rank, from: set)
            }
            let from = random.pick(0...rankCount)
            #expect(sets.next(in: set, from: from) == (plain[set].filter { $0 >= from }.min() ?? -1))
            #expect(sets.count(of: set) == plain[set].count)
        }
    }
}
