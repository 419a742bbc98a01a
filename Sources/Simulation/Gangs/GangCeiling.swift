// What first come, first served places when everything placed can be moved at any time, for nothing.

public import FleetModel

/// A yardstick for rules that take gangs in the order in which they come: it refuses only what fits in no way.
///
/// Not a bound to the last digit: who refuses a large gang has room for small ones later.
///
/// With free moves a set of gangs fits exactly when enough blocks are left once parts of nodes fill nodes, nodes fill racks and racks
/// fill blocks: each size divides the next, so filling the largest first leaves no gaps that a smaller one could not use. Power is
/// not asked.
public struct GangCeiling: Sendable {
    private let nodesPerRack: Int
    private let racksPerBlock: Int
    private let gpusPerNode: Int
    private let blockCount: Int
    private let nvl72Count: Int
    private var held = Held()

    private struct Held {
        var (gpus, nodes, racks, blocks, nvl72) = (0, 0, 0, 0, 0)

        mutating func add(_ shape: GangShape, _ sign: Int) {
            switch shape {
            case .gpus(let size): gpus += sign * size
            case .nodes(let count): nodes += sign * count
            case .racks(let count): racks += sign * count
            case .blocks(let count): blocks += sign * count
            case .nvl72(let count): nvl72 += sign * count
            }
        }
    }

    /// Nil for a fleet whose servers are not in blocks of one size, for which the argument does not hold.
    public init?(fleet: Fleet) {
        let servers = fleet.racks.filter { !fleet.platforms[$0.platformOffset].isRackScale }
        let blocks = Set(servers.map(\.block))
        guard let first = servers.first, let block = first.block, !blocks.contains(nil) else { return nil }
        let gpus = fleet.platforms[first.platformOffset].gpusPerNode
        nodesPerRack = first.nodes.count
        racksPerBlock = fleet.domains[block.offset].racks.count
        gpusPerNode = gpus
        blockCount = blocks.count
        nvl72Count = fleet.racks.count - servers.count
        let racks = racksPerBlock
        guard
            servers.allSatisfy({
                $0.nodes.count == first.nodes.count && fleet.platforms[$0.platformOffset].gpusPerNode == gpus
            }), blocks.allSatisfy({ $0.map { fleet.domains[$0.offset].racks.count } == racks })
        else { return nil }
    }

    private var fits: Bool {
        func filled(_ count: Int, _ each: Int) -> Int { (count + each - 1) / each }
        let nodes = held.nodes + filled(held.gpus, gpusPerNode)
        let racks = held.racks + filled(nodes, nodesPerRack)
        return held.blocks + filled(racks, racksPerBlock) <= blockCount && held.nvl72 <= nvl72Count
    }

    /// GPUs asked for and placed, and GPU-seconds of the fleet and in use, from the first to the last arrival. Gangs that do not fit
    /// are dropped.
    public consuming func run(_ workload: GangWorkload, on fleet: Fleet) -> GangOutcome {
        var (outcome, endings, live) = (GangOutcome(), EventQueue(), [GangRequest]())
        let last = workload.requests.last?.arrivesAt ?? 0
        for request in workload.requests {
            while let event = endings.removeFirst(until: request.arrivesAt) { held.add(live[event.number].shape, -1) }
            outcome.asked += 1
            outcome.askedGPUs += request.gpus
            held.add(request.shape, 1)
            guard fits else {
                held.add(request.shape, -1)
                continue
            }
            outcome.placed += 1
            outcome.placedGPUs += request.gpus
            outcome.usedGPUSeconds += Int64(request.gpus) * min(request.seconds, last - request.arrivesAt)
            endings.add(live.count, at: request.arrivesAt + request.seconds)
            live.append(request)
        }
        let first = workload.requests.first?.arrivesAt ?? 0
        outcome.capacityGPUSeconds = Int64(fleet.gpuCount) * (last - first)
        return outcome
    }
}
