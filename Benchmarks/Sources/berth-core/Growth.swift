// How the cost of a decision grows with the fleet and with its calendar.

import FleetModel
import Foundation
import Packing
import SampleFleets

/// One measured point.
struct GrowthPoint {
    let gpus: Int
    let future: Int
    let work: String
    let placeP50: Int64
    let decideP50: Int64
    let decideP99: Int64
    let bytesPerGPU: Double

    static let heading = "gpus,future_leases,work,place_p50_ns,decide_p50_ns,decide_p99_ns,bytes_per_gpu"

    var csv: String {
        "\(gpus),\(future),\(work),\(placeP50),\(decideP50),\(decideP99),\(String(format: "%.1f", bytesPerGPU))"
    }

    init(_ measurement: Measurement, of state: PackingState, future: Int, bytes: Int) {
        gpus = state.fleet.gpuCount
        self.future = future
        work = measurement.row.key
        (placeP50, decideP50, decideP99) = (measurement.place.p50, measurement.decide.p50, measurement.decide.p99)
        bytesPerGPU = Double(bytes) / Double(gpus)
    }

    /// Reads a line that `csv` wrote, or gives nil.
    init?(_ line: Substring) {
        let cells = line.split(separator: ",", omittingEmptySubsequences: false)
        guard cells.count == 7, let gpus = Int(cells[0]), let future = Int(cells[1]), let place = Int64(cells[3]),
            let decide = Int64(cells[4]), let slow = Int64(cells[5]), let bytes = Double(cells[6])
        else { return nil }
        (self.gpus, self.future, work) = (gpus, future, String(cells[2]))
        (placeP50, decideP50, decideP99, bytesPerGPU) = (place, decide, slow, bytes)
    }
}

struct Growth {
    private let arguments: Arguments
    private let csvPath: String
    private let gpus: [Int]
    private let futures: [Int]

    /// How full the fleets are; a third of the fleet at once is asked of an empty one.
    private static let percent = 90

    init(_ arguments: Arguments) throws {
        self.arguments = arguments
        guard let csvPath = arguments.optional("csv") else { throw CoreFault("growth wants --csv FILE") }
        self.csvPath = csvPath
        gpus = try arguments.numbers("gpus", [10_000, 100_000, 336_128, 1_000_000, 4_000_000])
        futures = try arguments.numbers("future", [0, 1_000, 10_000, 100_000]).sorted()
    }

    func run() throws {
        var lines = [GrowthPoint.heading]
        say(lines[0])
        for gpus in gpus {
            let fleet = SampleFleets.scaled(gpus: gpus)
            for (percent, rows) in [(Self.percent, try Self.smallRows()), (0, Self.largeRows(of: fleet))] {
                for point in measure(fleet, percent, rows) {
                    lines.append(point.csv)
                    say(point.csv)
                }
            }
        }
        try write(lines.joined(separator: "\n") + "\n", to: csvPath)
        if arguments.optional("svg") != nil { try GrowthPlot.draw(arguments) }
    }

    private static func smallRows() throws -> [CoreRow] { try CoreRow.named("gpu-1,node,block") }

    /// Every third NVL72 rack and block, which is work in proportion to the fleet.
    private static func largeRows(of fleet: Fleet) -> [CoreRow] {
        let blocks = fleet.domains.count { $0.level == .block }
        let racks = fleet.racks.count { fleet.platforms[$0.platformOffset].isRackScale }
        let lines = [OccupiedFleet.line(.block, blocks / 3), OccupiedFleet.line(.nvl72, racks / 3)]
        return [
            CoreRow(
                key: "third", title: "a third of the fleet", lines: lines, sampleCount: 60, heldCount: 1,
                clock: .processor)
        ]
    }

    private func measure(_ fleet: Fleet, _ percent: Int, _ rows: [CoreRow]) -> [GrowthPoint] {
        var occupied = OccupiedFleet(fleet, percent: percent)
        var points: [GrowthPoint] = []
        for future in futures {
            occupied.bookTheFuture(upTo: future)
            let bytes = occupied.state.ownedBytes
            points += occupied.withState { state in
                rows.compactMap { row in
                    let measurement = Measurement(row, on: &state, evictor: nil)
                    return measurement.fits ? GrowthPoint(measurement, of: state, future: future, bytes: bytes) : nil
                }
            }
        }
        return points
    }
}
