// Sets of nodes as ranges, against plain sets.

import Packing
import Testing

@testable import Leasing

@Suite struct NodeRangesTests {
    @Test("Ranges subtract, unite and intersect as sets do")
    func againstSets() {
        var random = SeededGenerator(seed: 9)
        for _ in 0..<2_000 {
            let (one, other) = (ranges(&random), ranges(&random))
            #expect(set(one.subtracting(other)) == set(one).subtracting(set(other)))
            #expect(set(one.intersecting(other)) == set(one).intersection(set(other)))
            let united = (one + other).united()
            #expect(set(united) == set(one).union(set(other)))
            #expect(zip(united, united.dropFirst()).allSatisfy { $0.upperBound < $1.lowerBound })
            let node = Int.random(in: 0..<40, using: &random)
            #expect(set(one.removing(node)) == set(one).subtracting([node]))
        }
    }

    /// Ascending ranges that do not overlap and may touch.
    private func ranges(_ random: inout SeededGenerator) -> [Range<Int>] {
        var result: [Range<Int>] = []
        var next = 0
        while next < 40 {
            let low = next + Int.random(in: 0..<6, using: &random)
            next = low + Int.random(in: 1..<6, using: &random)
            result.append(low..<next)
        }
        return result
    }

    private func set(_ ranges: [Range<Int>]) -> Set<Int> { Set(ranges.flatMap { Array($0) }) }

    @Test("The nodes in use among some are those of them that are used, in whole or in part")
    func inUse() {
        var random = SeededGenerator(seed: 10)
        for _ in 0..<500 {
            let partial = (0..<3).map { _ in
                PartialNode(node: Int.random(in: 0..<40, using: &random), moduleMask: 1, partitionID: 0)
            }
            let slice = GPUSlice(node: Int.random(in: 0..<40, using: &random), moduleMask: 1, profileID: 19, start: 0)
            let holdings = Holdings(wholeNodes: ranges(&random), partialNodes: partial, slices: [slice])
            let asked = ranges(&random)
            let found = holdings.inUse(among: asked.united()).flatMap { Array($0) }
            #expect(found == asked.flatMap { Array($0) }.filter { holdings.uses($0) })
        }
    }
}
