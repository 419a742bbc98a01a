// What is free on a fleet now, for rules that know no more than that.

import FleetModel
import Packing

/// Free GPUs by node, and counts of free nodes above them.
///
/// A group is a block, or a rack that belongs to none: what Slurm's block topology calls a block.
struct GangGround {
    let fleet: Fleet
    /// The group of each rack.
    let groupOfRack: [Int]
    let nodesOfGroup: [Int]
    /// Racks by group, ascending.
    let racksOfGroup: [[Int]]
    private(set) var free: [UInt8]
    private(set) var freeNodes: [Int]
    private(set) var freeNodesOfGroup: [Int]
    private(set) var freeGPUs: [Int]
    private(set) var freeGPUsOfGroup: [Int]
    /// By platform.
    private(set) var freeGPUsOfPlatform: [Int]

    init(fleet: Fleet) {
        self.fleet = fleet
        free = fleet.moduleMasks
        var groupOfDomain: [Int: Int] = [:]
        var groupOfRack: [Int] = []
        var racksOfGroup: [[Int]] = []
        for (offset, rack) in fleet.racks.enumerated() {
            let domain = (rack.block ?? rack.domain).offset
            let group = groupOfDomain[domain] ?? racksOfGroup.count
            if group == racksOfGroup.count { racksOfGroup.append([]) }
            groupOfDomain[domain] = group
            groupOfRack.append(group)
            racksOfGroup[group].append(offset)
        }
        self.groupOfRack = groupOfRack
        self.racksOfGroup = racksOfGroup
        freeNodes = fleet.racks.map(\.nodes.count)
        nodesOfGroup = racksOfGroup.map { $0.reduce(0) { $0 + fleet.racks[$1].nodes.count } }
        freeNodesOfGroup = nodesOfGroup
        freeGPUs = fleet.racks.map { $0.nodes.count * fleet.platforms[$0.platformOffset].gpusPerNode }
        freeGPUsOfGroup = Array(repeating: 0, count: racksOfGroup.count)
        freeGPUsOfPlatform = Array(repeating: 0, count: fleet.platforms.count)
        for (offset, rack) in fleet.racks.enumerated() {
            freeGPUsOfGroup[groupOfRack[offset]] += freeGPUs[offset]
            freeGPUsOfPlatform[rack.platformOffset] += freeGPUs[offset]
        }
    }

    /// Takes or gives back the hardware of a placement.
    mutating func apply(_ placement: LinePlacement, isTaken: Bool) {
        for range in placement.wholeNodes {
            for node in range { set(node, isTaken ? 0 : fleet.moduleMasks[node]) }
        }
        for part in placement.partialNodes {
            set(part.node, isTaken ? free[part.node] & ~part.moduleMask : free[part.node] | part.moduleMask)
        }
    }

    private mutating func set(_ node: Int, _ mask: UInt8) {
        let rack = fleet.rackOfNode[node].offset
        let group = groupOfRack[rack]
        let full = fleet.moduleMasks[node]
        let nodes = (mask == full ? 1 : 0) - (free[node] == full ? 1 : 0)
        let gpus = mask.nonzeroBitCount - free[node].nonzeroBitCount
        freeNodes[rack] += nodes
        freeNodesOfGroup[group] += nodes
        freeGPUs[rack] += gpus
        freeGPUsOfGroup[group] += gpus
        freeGPUsOfPlatform[fleet.racks[rack].platformOffset] += gpus
        free[node] = mask
    }

    func isFree(_ node: Int) -> Bool { free[node] == fleet.moduleMasks[node] }
    func isWhole(rack: Int) -> Bool { freeNodes[rack] == fleet.racks[rack].nodes.count }
    func isWhole(group: Int) -> Bool { freeNodesOfGroup[group] == nodesOfGroup[group] }

    /// Free GPUs on platforms that may serve a request.
    func freeGPUs(for request: GangRequest) -> Int {
        freeGPUsOfPlatform.indices.reduce(0) {
            $0 + (request.platformMask >> UInt64($1) & 1 == 1 ? freeGPUsOfPlatform[$1] : 0)
        }
    }

    /// GPUs per thousand of those free that lie on nodes of which others are taken.
    var brokenPermille: Int {
        let (all, whole) = fleet.racks.indices.reduce(into: (0, 0)) { sums, rack in
            sums.0 += freeGPUs[rack]
            sums.1 += freeNodes[rack] * fleet.platform(of: RackIndex(rack)).gpusPerNode
        }
        return all == 0 ? 0 : (all - whole) * 1_000 / all
    }
}
