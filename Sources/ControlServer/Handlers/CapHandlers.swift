// What caps give and cost, for each model of the fleet and for one lease.

import ControlAPI
import FleetModel
import Hummingbird
import Leasing
import Packing
import Scheduling

enum CapHandlers {
    static func table(_ exchange: Exchange) async throws -> Response {
        let view = exchange.scheduler.view
        let fleet = view.book.fleet
        let present = Set(fleet.racks.map(\.platformOffset))
        let platforms = fleet.platforms.indices.filter { present.contains($0) }.map { caps(of: fleet.platforms[$0]) }
        return exchange.answer(CapTable(platforms: platforms), view: view)
    }

    private static let percents = [100, 90, 80, 70, 60, 50, 40, 30, 25]

    private static func caps(of platform: Platform) -> PlatformCaps {
        let highest = nodeWatts(platform, platform.power.capWattsMax)
        let rows = percents.filter { PowerCap.percent($0).isLegal(on: platform) }.map { percent in
            let capWatts = platform.power.capWatts(percent: percent)
            let node = nodeWatts(platform, capWatts)
            let throughput = CapThroughput { workload in
                ThroughputCurves.builtIn.permille(
                    of: workload, capWatts: capWatts, highestWatts: platform.power.capWattsMax)
            }
            let perWatt = CapThroughput { workload in
                ThroughputCurves.builtIn.permille(
                    of: workload, capWatts: capWatts, highestWatts: platform.power.capWattsMax
                ).map { $0 * highest / node }
            }
            return CapRow(
                capPercent: percent, capWattsPerGpu: Int(capWatts), nodeWatts: Int(node), throughput: throughput,
                throughputPerWatt: perWatt)
        }
        return PlatformCaps(platform: platform.name, gpu: platform.gpu, caps: rows)
    }

    private static func nodeWatts(_ platform: Platform, _ capWatts: Watts) -> Watts {
        platform.nodeWatts(leasedGPUs: platform.gpusPerNode, capWatts: capWatts)
    }
}

extension CapThroughput {
    init(_ permille: (WorkloadClass) -> Int64?) {
        self.init(
            pretrain: permille(.pretrain).map { Int($0) }, finetune: permille(.finetune).map { Int($0) },
            inference: permille(.inference).map { Int($0) })
    }

    /// The mean over a lease's GPUs, of a MIG instance its share of one; nil for a lease without hardware.
    init?(of lease: WholeLease, in fleet: Fleet) {
        // Eighths of GPUs by platform: what an instance holds is counted in them.
        var eighths = [Int64](repeating: 0, count: fleet.platforms.count)
        for line in lease.lines {
            for segment in fleet.rackSegments(of: line.holdings.wholeNodes) {
                let platform = fleet.racks[segment.rack.offset].platformOffset
                eighths[platform] += Int64(8 * segment.nodes.count * fleet.platforms[platform].gpusPerNode)
            }
            for partial in line.holdings.partialNodes {
                eighths[fleet.racks[fleet.rackOfNode[partial.node].offset].platformOffset] +=
                    Int64(8 * partial.moduleMask.nonzeroBitCount)
            }
            for slice in line.holdings.slices {
                let platform = fleet.racks[fleet.rackOfNode[slice.node].offset].platformOffset
                eighths[platform] += Int64(fleet.platforms[platform].memorySlices(ofProfile: slice.profileID))
            }
        }
        let all = eighths.reduce(0, +)
        guard all > 0 else { return nil }
        self.init { workload in
            var sum: Int64 = 0
            for (offset, platform) in fleet.platforms.enumerated() where eighths[offset] > 0 {
                guard
                    let here = ThroughputCurves.builtIn.permille(
                        of: workload, capWatts: lease.cap.watts(on: platform),
                        highestWatts: platform.power.capWattsMax)
                else { return nil }
                sum += here * eighths[offset]
            }
            return sum / all
        }
    }
}
