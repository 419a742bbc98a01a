// The table of spares, against figures that were worked out elsewhere.

import Testing

@testable import ControlServer

@Suite("Spares and availability")
struct SpareNeedTests {
    /// Failures for each 1,000 node-days, days of a repair, the share of time that a node is down in percent, spares of 64 nodes for
    /// 99 % and 99.9 %, and how likely 18, at least 17 and at least 16 of 18 trays are up.
    private static let table: [(rate: Double, days: Double, down: Double, spares: (Int, Int), trays: [Double])] = [
        (3.79, 1, 0.38, (2, 3), [0.934, 0.998, 0.99996]), (3.79, 3, 1.12, (3, 4), [0.816, 0.983, 0.9990]),
        (6.50, 1, 0.65, (2, 3), [0.890, 0.994, 0.9998]), (6.50, 3, 1.91, (4, 6), [0.706, 0.954, 0.9954]),
        (6.50, 7, 4.35, (7, 9), [0.449, 0.817, 0.959]),
    ]

    @Test("the published table comes out")
    func published() {
        for row in Self.table {
            let array = SpareNeed(nodes: 64, failuresPerNodeDay: row.rate / 1_000, repairDays: row.days)
            #expect(abs(array.down * 100 - row.down) < 0.005, "\(row)")
            #expect(array.sparesForAllUp(0.99) == row.spares.0 && array.sparesForAllUp(0.999) == row.spares.1, "\(row)")
            let rack = SpareNeed(nodes: 18, failuresPerNodeDay: row.rate / 1_000, repairDays: row.days).rows
            for (spares, chance) in row.trays.enumerated() {
                let places = chance > 0.9995 ? 0.00005 : chance > 0.995 ? 0.0005 : 0.001
                #expect(abs(rack[spares].allUp - chance) < places, "\(row), \(spares) spares: \(rack[spares])")
            }
        }
    }

    @Test("what is delivered on average is what the chances add up to, and more spares never deliver less")
    func delivered() {
        let need = SpareNeed(nodes: 3, failuresPerNodeDay: 1, repairDays: 0.25)
        #expect(abs(need.down - 0.2) < 1e-12)
        let rows = need.rows
        #expect(rows.count == 3)
        // Without spares every node is up for four fifths of the time.
        #expect(abs(rows[0].delivered - 0.8) < 1e-12 && abs(rows[0].allUp - 0.512) < 1e-12)
        // Two promised of three: 1 - (3 × 0.04 × 0.8 × 1 + 0.008 × 2) / 2.
        #expect(abs(rows[1].delivered - (1 - (0.096 + 0.016) / 2)) < 1e-12)
        for nodes in [1, 18, 64, 1_250, 10_000] {
            let rows = SpareNeed(nodes: nodes, failuresPerNodeDay: 0.0065, repairDays: 7).rows
            #expect(rows.count == nodes && rows.allSatisfy { $0.allUp.isFinite && $0.delivered.isFinite })
            #expect(
                zip(rows, rows.dropFirst()).allSatisfy { $0.allUp <= $1.allUp && $0.delivered <= $1.delivered + 1e-12 })
        }
        // 1,250 nodes pooled, as the same source has it.
        #expect(SpareNeed(nodes: 1_250, failuresPerNodeDay: 0.0065, repairDays: 1).sparesForAllUp(0.999) == 18)
        #expect(SpareNeed(nodes: 1_250, failuresPerNodeDay: 0.0065, repairDays: 7).sparesForAllUp(0.999) == 78)
    }

    @Test("nodes that never fail need none, and those that never come back have none that suffice")
    func extremes() {
        #expect(SpareNeed(nodes: 64, failuresPerNodeDay: 0, repairDays: 1).sparesForAllUp(0.99999) == 0)
        #expect(SpareNeed(nodes: 4, failuresPerNodeDay: 1, repairDays: 1_000).sparesForAllUp(0.99) == nil)
    }
}
