// The rows of the core at several occupancies, as one table.

import FleetModel
import Foundation
import Packing
import Probes
import SampleFleets

struct CoreTable {
    private let rows: [CoreRow]
    private let percents: [Int]
    private let future: Int
    private let fleetPath: String
    private let csvPath: String?
    private let usesValgrind: Bool
    private let instructionSet: InstructionSet
    private let measuresStarts: Bool

    init(_ arguments: Arguments) throws {
        rows = try CoreRow.named(arguments.optional("rows"))
        percents = try arguments.numbers("occupancy", [0, 50, 90, 99])
        future = try arguments.number("future", 10_000)
        fleetPath = arguments.fleetPath
        csvPath = arguments.optional("csv")
        instructionSet = try arguments.instructionSet()
        usesValgrind = arguments.optional("valgrind") != "no"
        measuresStarts = arguments.optional("rows") == nil
    }

    func run() throws {
        try Self.checkCounter()
        let evictor = Evictor(megabytes: 256)
        let before = evictor.bytesPerSecond()
        let fleet = SampleFleets.load(fleetPath)
        introduce(fleet)
        var reports: [OccupancyReport] = []
        var text = CoreReport.decisionsHeading
        say(text.joined(separator: "\n"))
        for percent in percents {
            let report = measure(fleet, percent, evictor)
            let lines =
                report.measurements.map { CoreReport.decisionLine($0, percent: percent) }
                + (report.starts.map { [CoreReport.startsLine($0, percent: percent)] } ?? [])
            say(lines.joined(separator: "\n"))
            text += lines
            reports.append(report)
        }
        say("\n" + reports.map(CoreReport.memoryLine).reduce(CoreReport.memoryHeading) { $0 + "\n" + $1 } + "\n")
        // Others share the memory: the better of two times, a minute apart, is nearer to what the machine can do.
        let bandwidth = max(before, evictor.bytesPerSecond())
        if usesValgrind { try count(&reports, bandwidth: bandwidth) }
        if let csvPath { try write(CoreReport.csv(reports, bandwidth: bandwidth), to: csvPath) }
        try checkAllocations(reports)
    }

    /// A counter that counts nothing would find no allocation either.
    private static func checkCounter() throws {
        let before = probe_heap_calls()
        probe_heap_set_counting(true)
        let array = [Int](repeating: before == 0 ? 1 : 2, count: 1_000)
        probe_heap_set_counting(false)
        guard probe_heap_calls() > before, array.count == 1_000 else {
            throw CoreFault("allocations are not counted on this system")
        }
    }

    private func introduce(_ fleet: Fleet) {
        say(
            """
            \(fleet.name): \(fleet.gpuCount) GPUs, \(fleet.nodeCount) nodes, \(fleet.budgets.count) budgets; \(future) \
            leases in the future. Microseconds, p50 / p99 / longest; the clock's own \(Stopwatch.passing.costNanoseconds) ns a \
            look are taken off. Rows of 110,000 GPUs and earliest starts are processor time. "Cold": with the caches \
            emptied before each, place and commit.

            """)
    }

    private func measure(_ fleet: Fleet, _ percent: Int, _ evictor: Evictor) -> OccupancyReport {
        var occupied = OccupiedFleet(fleet, percent: percent, instructionSet: instructionSet)
        occupied.bookTheFuture(upTo: future)
        let measurements = occupied.withState { state in
            rows.map { Measurement($0, on: &state, evictor: evictor) }
        }
        return OccupancyReport(
            percent: percent, measurements: measurements,
            starts: measuresStarts ? EarliestStarts(on: occupied.state) : nil,
            memory: MemoryUse(occupied))
    }

    private func count(_ reports: inout [OccupancyReport], bandwidth: Double) throws {
        if let obstacle = InstructionCounts.obstacle() {
            say("No instructions and no floor: \(obstacle).")
            return
        }
        say(CoreReport.floorHeading(bandwidth: bandwidth))
        for index in reports.indices {
            reports[index].counts = try InstructionCounts.measured(
                rows: rows, fleetPath: fleetPath, percent: reports[index].percent, future: future)
            for line in CoreReport.floorLines(reports[index], bandwidth: bandwidth) { say(line) }
        }
    }

    private func checkAllocations(_ reports: [OccupancyReport]) throws {
        for report in reports {
            for measurement in report.measurements where measurement.row.mustNotAllocate && measurement.fits {
                guard measurement.allocationsPerDecision > 0 else { continue }
                throw CoreFault(
                    "\(measurement.row.title), \(report.percent) % full: \(measurement.allocationsPerDecision) "
                        + "allocations a decision; none are allowed")
            }
        }
    }
}

/// Everything measured at one occupancy.
struct OccupancyReport {
    let percent: Int
    let measurements: [Measurement]
    let starts: EarliestStarts?
    let memory: MemoryUse
    var counts: [String: InstructionCounts] = [:]
}

/// Bytes of the state, and how long it takes to make it again.
struct MemoryUse {
    let gpuCount: Int
    let liveCount: Int
    let gpusHeld: Int
    /// Pages of the state; the fleet's own tables, which all states share, are not among them.
    let ownedBytes: Int
    let calendarBytes: Int
    let makeNanoseconds: Int64
    let rebuildNanoseconds: Int64

    init(_ occupied: OccupiedFleet) {
        gpuCount = occupied.state.fleet.gpuCount
        liveCount = occupied.liveCount
        gpusHeld = occupied.gpusHeld
        ownedBytes = occupied.state.ownedBytes
        calendarBytes = occupied.state.calendarBytes
        let began = Stopwatch.nanoseconds()
        let empty = PackingState(fleet: occupied.state.fleet)
        makeNanoseconds = Stopwatch.nanoseconds() - began
        precondition(empty.fleet.gpuCount == gpuCount, "the state is of the same fleet")
        let rebuilding = Stopwatch.nanoseconds()
        let rebuilt = occupied.rebuilt()
        rebuildNanoseconds = Stopwatch.nanoseconds() - rebuilding
        precondition(rebuilt.fleet.gpuCount == gpuCount, "the state is of the same fleet")
    }

    func bytesPerGPU(_ bytes: Int) -> String { String(format: "%.1f", Double(bytes) / Double(gpuCount)) }
}
