// The copy-on-write array against a plain one.

import Packing
import Testing

@Suite("A paged array behaves as an array whose copies are independent")
struct PagedArrayTests {
    @Test("random writes, appends and copies leave every copy as a plain array would be", arguments: 1...8)
    func likeAnArray(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        // Around the ends of pages of 128.
        let count = random.pick(from: [0, 1, 127, 128, 129, 500])
        var copies: [(paged: PagedArray<Int>, plain: [Int])] = [
            (PagedArray(repeating: 7, count: count), Array(repeating: 7, count: count))
        ]
        for step in 0..<2_000 {
            let index = random.pick(0...copies.count - 1)
            switch random.pick(1...100) {
            case ...70 where copies[index].plain.count > 0:
                let place = random.pick(0...copies[index].plain.count - 1)
                copies[index].paged[place] = step
                copies[index].plain[place] = step
            case ...95:
                copies[index].paged.append(step)
                copies[index].plain.append(step)
            default:
                if copies.count < 6 { copies.append(copies[index]) } else { copies[0] = copies[index] }
            }
        }
        for copy in copies {
            #expect(copy.paged.count == copy.plain.count)
            #expect(copy.plain.indices.allSatisfy { copy.paged[$0] == copy.plain[$0] })
        }
    }

    @Test("a write in place does not reach a copy that shares the page")
    func copiesAreIndependent() {
        var array = PagedArray(repeating: 1, count: 300)
        let copy = array
        array[0] = 2
        array[299] += 5
        array.append(9)
        #expect((copy[0], copy[299], copy.count) == (1, 1, 300))
        #expect((array[0], array[1], array[299], array[300], array.count) == (2, 1, 6, 9, 301))
    }
}
