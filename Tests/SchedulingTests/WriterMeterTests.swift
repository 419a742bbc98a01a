// The writer's figures: each command once, under its shape and outcome.

import Journaling
import Leasing
import Packing
import Testing

@testable import Scheduling

@Suite("The writer's figures")
struct WriterMeterTests {
    @Test("a histogram counts each figure under the first bound that is not less")
    func histogram() {
        var histogram = Histogram(bounds: [10, 20, 30])
        for figure in [0, 10, 11, 20, 30, 31, 1_000] as [Int64] { histogram.record(figure) }
        #expect(histogram.counts == [2, 2, 1, 2])
        #expect(histogram.sum == 1_102 && histogram.count == 7)
        #expect(histogram.apart() == histogram)
    }

    @Test("commands are counted by kind and outcome, decisions by shape, commits by batch")
    func counts() async throws {
        let bench = try Bench()
        _ = await bench.putTenant("acme")
        for _ in 0..<3 { _ = await bench.submit(bench.request("acme")) }
        _ = await bench.submit(bench.request("nobody"))
        bench.journal.failNextAppend(with: .full(path: "book.sqlite", detail: "no room"))
        _ = await bench.submit(bench.request("acme"))
        let figures = bench.scheduler.figures
        let gpu = RequestShape.gpu.rawValue
        #expect(figures.granted[gpu].count == 4 && figures.refused[gpu].count == 1)
        #expect(figures.accepted[CommandKind.requestLeases.rawValue] == 4)
        #expect(figures.declined[CommandKind.requestLeases.rawValue] == 1)
        #expect(figures.accepted[CommandKind.putTenant.rawValue] == 1)
        #expect(figures.batchSizes.count == 6 && figures.batchSizes.sum == 6 && figures.queueWaits.count == 6)
        // The refused one wrote nothing, and a journal in memory syncs nothing.
        #expect(figures.commits.count == 5 && figures.syncs.count == 0 && figures.failedCommits == 1)
        #expect(figures.facts >= 4 && figures.queueLength == 0 && figures.oldestWaitNanoseconds == 0)
        bench.scheduler.stop()
    }

    @Test("a request over several shapes is mixed")
    func shapes() {
        func order(_ shapes: PlacementShape...) -> LeaseOrder {
            LeaseOrder(
                tenant: "acme", contract: nil, label: nil, leaseClass: .standard,
                lines: shapes.map { LeaseLine(name: "", shape: $0, count: 1, models: [], within: nil) }, sites: [],
                start: nil, end: 1, cap: .percent(100), sparesPerDomain: 0)
        }
        #expect(RequestShape([order(.nvl72), order(.nvl72, .nvl72)]) == .nvl72)
        #expect(RequestShape([order(.nvl72, .node)]) == .mixed)
        #expect(RequestShape([order(.gpus(1), .gpus(4))]) == .gpu)
        #expect(RequestShape([order(.power(meterWatts: 5, wholeSites: false))]) == .watts)
    }

    @Test("names of commands are words joined by dashes, each its own")
    func names() {
        let names = CommandKind.allCases.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(names.contains("request-leases") && names.contains("identify-gpus") && names.contains("advance"))
        #expect(names.allSatisfy { $0.allSatisfy { $0.isLowercase || $0 == "-" } })
    }
}
