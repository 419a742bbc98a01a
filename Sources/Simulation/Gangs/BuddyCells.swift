// Buddy cells after HiveD: GPU, pair, quad, node, rack, block.

import FleetModel
import Packing

/// Chooses cells for one gang: of each level the free cell that is left over from the smallest split, so that whole
/// cells of the level above stay whole; of equals the lowest.
///
/// A gang of nodes takes whole blocks and racks first where it is large enough, as a request for that many cells would.
struct BuddyCells {
    private let ground: GangGround
    private let request: GangRequest
    private var freeNodes: [Int]
    private var freeNodesOfGroup: [Int]
    private var taken: [Range<Int>] = []
    /// Nodes taken so far of racks that are not taken whole.
    private var takenNodes: Set<Int> = []

    init(ground: GangGround, request: GangRequest) {
        self.ground = ground
        self.request = request
        freeNodes = ground.freeNodes
        freeNodesOfGroup = ground.freeNodesOfGroup
    }

    /// Ranges of nodes for the whole gang, or nil.
    consuming func choose() -> [Range<Int>]? {
        var missing = request.shape.count
        switch request.shape {
        case .blocks:
            while missing > 0, takeGroup(nodesMax: .max) != nil { missing -= 1 }
        case .racks, .nvl72:
            while missing > 0, takeRack(nodesMax: .max) != nil { missing -= 1 }
        case .nodes, .gpus:
            while missing > 0, let nodes = takeGroup(nodesMax: missing) { missing -= nodes }
            while missing > 0, let nodes = takeRack(nodesMax: missing) { missing -= nodes }
            while missing > 0, takeNode() { missing -= 1 }
        }
        return missing == 0 ? taken : nil
    }

    private mutating func takeGroup(nodesMax: Int) -> Int? {
        let fleet = ground.fleet
        for group in freeNodesOfGroup.indices {
            let (nodes, racks) = (ground.nodesOfGroup[group], ground.racksOfGroup[group])
            guard freeNodesOfGroup[group] == nodes, nodes <= nodesMax, fleet.racks[racks[0]].block != nil,
                racks.allSatisfy({ ground.accepts($0, request) })
            else { continue }
            for rack in racks {
                taken.append(fleet.racks[rack].nodes)
                freeNodes[rack] = 0
            }
            freeNodesOfGroup[group] = 0
            return nodes
        }
        return nil
    }

    private mutating func takeRack(nodesMax: Int) -> Int? {
        var best: (rack: Int, isSplit: Bool)?
        for (rack, place) in ground.fleet.racks.enumerated() where ground.accepts(rack, request) {
            let group = ground.groupOfRack[rack]
            guard freeNodes[rack] == place.nodes.count, place.nodes.count <= nodesMax else { continue }
            let isSplit = freeNodesOfGroup[group] < ground.nodesOfGroup[group]
            if best == nil || (isSplit && !best!.isSplit) { best = (rack, isSplit) }
            if isSplit { break }
        }
        guard let best else { return nil }
        let nodes = ground.fleet.racks[best.rack].nodes
        taken.append(nodes)
        freeNodes[best.rack] = 0
        freeNodesOfGroup[ground.groupOfRack[best.rack]] -= nodes.count
        return nodes.count
    }

    private mutating func takeNode() -> Bool {
        var best: (rack: Int, level: Int)?
        for (rack, place) in ground.fleet.racks.enumerated() where freeNodes[rack] > 0 && ground.accepts(rack, request)
        {
            let group = ground.groupOfRack[rack]
            let level =
                freeNodes[rack] < place.nodes.count
                ? 1 : freeNodesOfGroup[group] < ground.nodesOfGroup[group] ? 2 : 3
            if level < best?.level ?? .max { best = (rack, level) }
            if level == 1 { break }
        }
        guard let best,
            let node = ground.fleet.racks[best.rack].nodes.first(where: {
                ground.isFree($0) && !takenNodes.contains($0)
            })
        else { return false }
        takenNodes.insert(node)
        taken.append(node..<node + 1)
        freeNodes[best.rack] -= 1
        freeNodesOfGroup[ground.groupOfRack[best.rack]] -= 1
        return true
    }

    /// The level of the largest free cell around a free node of a rack: 1 a node, 2 a rack, 3 a block.
    static func level(of rack: Int, on ground: GangGround) -> Int {
        guard ground.isWhole(rack: rack) else { return 1 }
        return ground.isWhole(group: ground.groupOfRack[rack]) ? 3 : 2
    }

    /// GPUs of the largest free partition of a node around one of its partitions.
    static func cellGPUs(around partition: NVLinkPartition, free: UInt8, _ platform: Platform) -> Int {
        platform.partitions.reduce(partition.gpuCount) {
            let isAround = $1.moduleMask & partition.moduleMask == partition.moduleMask && $1.moduleMask & ~free == 0
            return isAround ? max($0, $1.gpuCount) : $0
        }
    }
}
