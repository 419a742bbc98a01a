// What is measured: the kinds of decision.

import Packing
import SampleFleets

/// One kind of request, and how it is repeated.
struct CoreRow {
    /// What `--rows` and the CSV call it.
    let key: String
    let title: String
    let lines: [PlacementLine]
    /// How many decisions are timed.
    let sampleCount: Int
    /// How many are held at a time: the oldest is released before the next is placed.
    let heldCount: Int
    /// How long the leases last, in days.
    var days: ClosedRange<Int64> = 1...30
    var clock = Stopwatch.passing
    /// Whether a decision in steady state must not allocate; the run fails when one does.
    var mustNotAllocate = false
    var goalP50: Int64?
    var goalP99: Int64?

    static let all: [CoreRow] = {
        let gpu = [OccupiedFleet.line(.gpus(1))]
        let block = [OccupiedFleet.line(.block)]
        return [
            CoreRow(
                key: "gpu-1", title: "1 GPU", lines: gpu, sampleCount: 20_000, heldCount: 500, mustNotAllocate: true,
                goalP50: 1_000, goalP99: 5_000),
            CoreRow(
                key: "gpu-8", title: "8 GPUs of one server", lines: [OccupiedFleet.line(.gpus(8))],
                sampleCount: 10_000, heldCount: 100, mustNotAllocate: true),
            CoreRow(
                key: "node", title: "1 node", lines: [OccupiedFleet.line(.node)], sampleCount: 10_000, heldCount: 100),
            CoreRow(
                key: "block", title: "a block of 512 GPUs", lines: block, sampleCount: 5_000, heldCount: 1,
                mustNotAllocate: true, goalP50: 2_000),
            // These windows reach over the leases of the future, so the search must look beyond what is free now.
            CoreRow(
                key: "gpu-1-long", title: "1 GPU for 100 to 300 days, into the calendar", lines: gpu,
                sampleCount: 5_000, heldCount: 100, days: 100...300),
            CoreRow(
                key: "block-long", title: "a block for 100 to 300 days, into the calendar", lines: block,
                sampleCount: 2_000, heldCount: 1, days: 100...300),
            CoreRow(
                key: "deal-blocks", title: "110,000 GPUs as 214 blocks and 54 nodes",
                lines: [OccupiedFleet.line(.block, 214), OccupiedFleet.line(.node, 54)], sampleCount: 200,
                heldCount: 1, clock: .processor, goalP50: 500_000),
            CoreRow(
                key: "deal-nvl72", title: "110,000 GPUs as 1,527 NVL72 and 14 trays",
                lines: [OccupiedFleet.line(.nvl72, 1_527), OccupiedFleet.line(.node, 14, within: .nvl72)],
                sampleCount: 200, heldCount: 1, clock: .processor, goalP50: 500_000),
        ]
    }()

    static func named(_ keys: String?) throws -> [CoreRow] {
        guard let keys else { return all }
        return try keys.split(separator: ",").map { key in
            guard let row = all.first(where: { $0.key == key }) else {
                throw CoreFault("\(key) is no row; there are \(all.map(\.key).joined(separator: ", "))")
            }
            return row
        }
    }
}
