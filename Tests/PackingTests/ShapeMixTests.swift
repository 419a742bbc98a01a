// The mix of sizes that fragmentation is measured over.

import Testing

@testable import Packing

@Suite("Shape mix")
struct ShapeMixTests {
    @Test("weights are known again without a division, and no others are taken for them")
    func hasWeights() {
        var random = SeededGenerator(seed: 17)
        for _ in 0..<1_000 {
            var mix = ShapeMix()
            for size in 0..<4 {
                mix.add(Int64(random.pick(0...random.pick(from: [0, 3, 50, 100_000]))), sizeIndex: size)
            }
            let weights = mix.weights
            #expect(mix.hasWeights(weights))
            for size in 0..<4 {
                for weight in [weights[size] - 1, weights[size] + 1] where weight >= 1 {
                    var others = weights
                    others[size] = weight
                    #expect(!mix.hasWeights(others), "\(weights), \(others)")
                }
            }
        }
    }

    @Test("a size's weight is its share in sixteenths, rounded, each counted once more than booked")
    func weights() {
        var mix = ShapeMix()
        #expect(mix.weights == SIMD4(4, 4, 4, 4))
        // 10, 1, 1 and 1 of 13: 12.3, 1.2, 1.2 and 1.2 sixteenths.
        mix.add(9, sizeIndex: 0)
        #expect(mix.weights == SIMD4(12, 1, 1, 1))
        // 10, 1, 1 and 20 of 32: 5, 0.5, 0.5 and 10 sixteenths; a half is one, and less is one, too.
        mix.add(19, sizeIndex: 3)
        #expect(mix.weights == SIMD4(5, 1, 1, 10))
        mix.add(1_000, sizeIndex: 3)
        #expect(mix.weights == SIMD4(1, 1, 1, 16))
    }
}
