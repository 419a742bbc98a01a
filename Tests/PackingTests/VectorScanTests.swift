// Every instruction set gives the same bits.

import Testing

@testable import Packing

@Suite("Scans give the same bits with every instruction set")
struct VectorScanTests {
    private static let available = InstructionSet.allCases.filter(\.isAvailable)

    @Test("the baseline is always there, and the widest is one that is there")
    func baselineIsThere() {
        #expect(Self.available.contains(.baseline))
        #expect(InstructionSet.widest == Self.available.last)
    }

    @Test("stretches of every length, at every offset, with the ends of the range of numbers", arguments: available)
    func sameBits(_ set: InstructionSet) {
        let scan = VectorScan(set)
        var random = SeededGenerator(seed: 64)
        let edges: [Int64] = [.min, .min + 1, -1, 0, 1, 41, 42, 43, .max - 1, .max]
        for length in 0...64 {
            for _ in 0..<200 {
                let offset = random.pick(0...7)
                let values = (0..<offset + length).map { _ in random.pick(from: edges) }
                let threshold = random.pick(from: edges)
                var expected: UInt64 = 0
                for (place, value) in values.dropFirst(offset).enumerated() where value >= threshold {
                    expected |= 1 << UInt64(place)
                }
                let found = values.withUnsafeBufferPointer { buffer in
                    scan.atLeast(threshold, UnsafeBufferPointer(rebasing: buffer[offset...]))
                }
                #expect(found == expected, "\(values.dropFirst(offset)) at least \(threshold)")
            }
        }
    }
}
