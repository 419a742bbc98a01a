// The columns that all views and forks share, against plain arrays.

import Synchronization
import Testing

@testable import Packing

@Suite("A column of shared pages is an array whose copies are independent")
struct PagedColumnTests {
    /// Counts the pages that are out, so that none is lost.
    private final class CountingPages: PageAllocator {
        let out = Atomic<Int>(0)

        func allocate(byteCount: Int) -> UnsafeMutableRawPointer {
            out.add(1, ordering: .relaxed)
            return HeapPages().allocate(byteCount: byteCount)
        }

        func deallocate(_ page: UnsafeMutableRawPointer, byteCount: Int) {
            out.subtract(1, ordering: .relaxed)
            HeapPages().deallocate(page, byteCount: byteCount)
        }
    }

    @Test(
        "random writes, appends, fills and copies leave every copy as its array is",
        arguments: 1...6 as ClosedRange<UInt64>)
    func likeArrays(seed: UInt64) {
        let pages = CountingPages()
        do {
            var random = SeededGenerator(seed: seed)
            // Some begin with more pages than a group has, all of them one page.
            let count = random.pick(from: [0, 1, 127, 128, 9_000, 20_000])
            var copies = [
                (
                    column: PagedColumn<Int64>(repeating: 7, count: count, allocator: pages),
                    array: [Int64](repeating: 7, count: count)
                )
            ]
            for step in 0..<3_000 {
                let place = random.pick(0...copies.count - 1)
                switch random.pick(1...10) {
                case 1 where copies.count < 6: copies.append(copies[place])
                case 2 where copies.count > 1: copies.remove(at: place)
                case 3...5:
                    copies[place].column.append(Int64(step))
                    copies[place].array.append(Int64(step))
                case 6 where !copies[place].array.isEmpty:
                    let lower = random.pick(0...copies[place].array.count - 1)
                    let upper = min(copies[place].array.count, lower + random.pick(0...400))
                    copies[place].column.fill(lower..<upper, with: Int64(step))
                    for index in lower..<upper { copies[place].array[index] = Int64(step) }
                default:
                    guard !copies[place].array.isEmpty else { continue }
                    let index = random.pick(0...copies[place].array.count - 1)
                    copies[place].column[index] &+= Int64(step)
                    copies[place].array[index] &+= Int64(step)
                }
            }
            for copy in copies {
                #expect(copy.column.count == copy.array.count)
                #expect(copy.array.indices.allSatisfy { copy.column[$0] == copy.array[$0] })
            }
        }
        #expect(pages.out.load(ordering: .relaxed) == 0, "every page is given back")
    }

    @Test("a copy costs the pages that are written after it")
    func copyOnWrite() {
        let pages = CountingPages()
        var column = PagedColumn<Int64>(repeating: 0, count: 128 * 200, allocator: pages)
        for index in 0..<column.count { column[index] = 1 }
        let before = pages.out.load(ordering: .relaxed)
        let copy = column
        #expect(pages.out.load(ordering: .relaxed) == before)
        column[5] = 2
        // One group and one page.
        #expect(pages.out.load(ordering: .relaxed) == before + 2)
        column[6] = 2
        #expect(pages.out.load(ordering: .relaxed) == before + 2)
        #expect(copy[5] == 1 && column[5] == 2)
    }
}
