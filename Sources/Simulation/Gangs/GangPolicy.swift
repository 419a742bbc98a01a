// The rules that are compared on gangs.

import FleetModel
import Packing

/// A rule for where a gang goes. Only `ours` asks about power; the others are refused when their choice has none.
public enum GangPolicy: String, CaseIterable, Sendable {
    /// Berth's placement search.
    case ours
    /// HiveD's buddy cells (Zhao et al., OSDI'20): the lowest free cell is split, cells merge when all of them is free.
    case buddy
    /// Slurm's topology/block: the block with fewest free nodes that fits, else as few blocks as do.
    case bestFitBlocks = "best-fit-blocks"
    /// The rack, or for parts of nodes the node, with least free that fits.
    case bestFitNodes = "best-fit-nodes"
    case firstFit = "first-fit"
    case random
}

/// A free unit of what a gang asks for.
struct GangUnit: Equatable {
    let nodes: Range<Int>
    let rack: Int
    let group: Int
}

/// One of the simple rules at work.
struct GangRule {
    let policy: GangPolicy
    var random: SimulationRandom

    /// Hardware for a gang, or nil when it does not fit. O(racks + nodes of racks with free nodes).
    mutating func choose(_ request: GangRequest, on ground: GangGround) -> LinePlacement? {
        if case .gpus(let size) = request.shape {
            return choosePartition(of: size, request, on: ground).map { LinePlacement(partialNodes: [$0]) }
        }
        if policy == .buddy {
            return BuddyCells(ground: ground, request: request).choose().map {
                LinePlacement(wholeNodes: $0.coalesced())
            }
        }
        let units = ground.units(for: request)
        guard units.count >= request.shape.count else { return nil }
        return LinePlacement(wholeNodes: pick(request.shape.count, of: units, on: ground).map(\.nodes).coalesced())
    }

    private mutating func pick(_ count: Int, of units: [GangUnit], on ground: GangGround) -> [GangUnit] {
        switch policy {
        case .random:
            var units = units
            for offset in 0..<count { units.swapAt(offset, offset + random.below(units.count - offset)) }
            return Array(units.prefix(count))
        case .bestFitBlocks:
            return tightest(count, units, by: \.group) { ground.freeNodesOfGroup[$0] }
        case .bestFitNodes:
            return tightest(count, units, by: \.rack) { ground.freeNodes[$0] }
        default:
            return Array(units.prefix(count))
        }
    }

    /// All from the domain with fewest free nodes that has enough units; else from the largest, and so on.
    private func tightest(
        _ count: Int, _ units: [GangUnit], by domain: (GangUnit) -> Int, freeNodes: (Int) -> Int
    ) -> [GangUnit] {
        // Units come in topology order, so those of one domain follow each other.
        var domains: [(free: Int, units: ArraySlice<GangUnit>)] = []
        var start = units.startIndex
        while start < units.endIndex {
            let here = domain(units[start])
            let end = units[start...].firstIndex { domain($0) != here } ?? units.endIndex
            domains.append((freeNodes(here), units[start..<end]))
            start = end
        }
        domains.sort {
            $0.free != $1.free ? $0.free < $1.free : $0.units.startIndex < $1.units.startIndex
        }
        var taken: [GangUnit] = []
        while taken.count < count {
            let missing = count - taken.count
            let next = domains.firstIndex { $0.units.count >= missing } ?? domains.endIndex - 1
            taken.append(contentsOf: domains.remove(at: next).units.prefix(missing))
        }
        return taken
    }

    // MARK: Parts of a node

    private mutating func choosePartition(
        of size: Int, _ request: GangRequest, on ground: GangGround
    ) -> PartialNode? {
        var best: (node: Int, partition: NVLinkPartition, cost: Int)?
        var seen = 0
        for rack in ground.fleet.racks.indices where ground.freeGPUs[rack] >= size && ground.accepts(rack, request) {
            let platform = ground.fleet.platform(of: RackIndex(rack))
            for node in ground.fleet.racks[rack].nodes where ground.free[node].nonzeroBitCount >= size {
                guard let (partition, cost) = partition(of: size, on: node, platform, rack, ground) else { continue }
                seen += 1
                let isBetter = policy == .random ? random.below(seen) == 0 : cost < best?.cost ?? .max
                if isBetter { best = (node, partition, cost) }
                if policy == .firstFit { break }
            }
            if policy == .firstFit, best != nil { break }
        }
        return best.map {
            PartialNode(node: $0.node, moduleMask: $0.partition.moduleMask, partitionID: $0.partition.id)
        }
    }

    /// The partition that a rule takes on a node, and what the rule wants least of.
    private func partition(
        of size: Int, on node: Int, _ platform: Platform, _ rack: Int, _ ground: GangGround
    ) -> (NVLinkPartition, Int)? {
        let free = ground.free[node]
        let legal = platform.partitions.filter { $0.gpuCount == size && $0.moduleMask & ~free == 0 }
        guard let first = legal.first else { return nil }
        switch policy {
        case .bestFitBlocks: return (first, ground.freeGPUsOfGroup[ground.groupOfRack[rack]])
        case .bestFitNodes: return (first, free.nonzeroBitCount)
        case .buddy:
            let cells = legal.map { BuddyCells.cellGPUs(around: $0, free: free, platform) }
            let least = cells.indices.min { cells[$0] < cells[$1] }!
            let level = ground.isFree(node) ? BuddyCells.level(of: rack, on: ground) : 0
            return (legal[least], level * 16 + cells[least])
        default: return (first, 0)
        }
    }
}

extension GangGround {
    func accepts(_ rack: Int, _ request: GangRequest) -> Bool {
        request.platformMask >> UInt64(fleet.racks[rack].platformOffset) & 1 == 1
    }

    /// The free units of a gang's shape, in topology order.
    func units(for request: GangRequest) -> [GangUnit] {
        var units: [GangUnit] = []
        for rack in fleet.racks.indices where freeNodes[rack] > 0 && accepts(rack, request) {
            let nodes = fleet.racks[rack].nodes
            let group = groupOfRack[rack]
            switch request.shape {
            case .nodes, .gpus:
                for node in nodes where isFree(node) {
                    units.append(GangUnit(nodes: node..<node + 1, rack: rack, group: group))
                }
            case .racks, .nvl72:
                if isWhole(rack: rack) { units.append(GangUnit(nodes: nodes, rack: rack, group: group)) }
            case .blocks:
                guard racksOfGroup[group].first == rack, isWhole(group: group), fleet.racks[rack].block != nil,
                    let last = racksOfGroup[group].last
                else { continue }
                let all = nodes.lowerBound..<fleet.racks[last].nodes.upperBound
                units.append(GangUnit(nodes: all, rack: rack, group: group))
            }
        }
        return units
    }
}
