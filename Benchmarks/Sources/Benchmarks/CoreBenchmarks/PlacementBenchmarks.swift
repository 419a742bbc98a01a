// Place and commit below the rules of leasing, by occupancy.

import Benchmark
import Packing
import SampleBooks

/// A state that one benchmark changes and puts back.
private final class Scratch {
    var state: PackingState
    init(_ state: PackingState) { self.state = state }
}

func placementBenchmarks() {
    for percent in [0, 50, 90] {
        place("1 GPU", [OccupiedFleet.line(.gpus(1))], at: percent)
        place("1 node", [OccupiedFleet.line(.node)], at: percent)
        place("a block of 512 GPUs", [OccupiedFleet.line(.block)], at: percent)
    }
    let deal = [OccupiedFleet.line(.nvl72, 1_527), OccupiedFleet.line(.node, 14, within: .nvl72)]
    place("110,000 GPUs as 1,527 NVL72 and 14 trays", deal, at: 0)
    place(
        "110,000 GPUs as 214 blocks and 54 nodes", [OccupiedFleet.line(.block, 214), OccupiedFleet.line(.node, 54)],
        at: 0)
}

private func place(_ what: String, _ lines: [PlacementLine], at percent: Int) {
    Benchmark("place and commit \(what), \(percent) % full") { (benchmark: Benchmark, scratch: Scratch) in
        let request = OccupiedFleet.request(lines)
        benchmark.startMeasurement()
        let outcome = scratch.state.place(request)
        if outcome.isComplete { scratch.state.book(outcome.lines, as: request.terms) }
        benchmark.stopMeasurement()
        guard outcome.isComplete else { return benchmark.error("it does not fit") }
        scratch.state.unbook(outcome.lines, as: request.terms)
    } setup: {
        Scratch(OccupiedFleet(percent: percent).state)
    }
}
