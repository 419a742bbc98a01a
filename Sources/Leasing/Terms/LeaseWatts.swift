// What a lease draws.

public import FleetModel
public import Packing

/// What a lease draws at the rack: its GPUs at their cap, with their share of what node and rack draw besides.
public enum LeaseWatts {
    /// Watts of some GPUs of one node with their share of the node's overhead, rounded down.
    public static func watts(gpus: Int, of node: Int, cap: PowerCap, in fleet: Fleet) -> Watts {
        let platform = fleet.platform(of: NodeIndex(node))
        return Watts(gpus) * cap.watts(on: platform)
            + platform.power.nodeOverheadWatts * Watts(gpus) / Watts(platform.gpusPerNode)
    }

    /// Watts of a MIG instance: of its GPU's cap and that GPU's share of the node's overhead, the part that its memory
    /// slices are of eight, rounded down.
    public static func watts(of slice: GPUSlice, cap: PowerCap, in fleet: Fleet) -> Watts {
        let platform = fleet.platform(of: NodeIndex(slice.node))
        let (gpus, slices) = (Watts(platform.gpusPerNode), Watts(SliceGeometry.memorySlices))
        let held = Watts(platform.memorySlices(ofProfile: slice.profileID))
        return (gpus * cap.watts(on: platform) + platform.power.nodeOverheadWatts) * held / (gpus * slices)
    }

    /// Watts of a line at the rack by site. The racks' own draw is shared by nodes held, rounded down for each rack.
    public static func add(_ holdings: Holdings, cap: PowerCap, in fleet: Fleet, to sum: inout MeterSum) {
        for segment in fleet.rackSegments(of: holdings.wholeNodes) {
            let rack = fleet.racks[segment.rack.offset]
            let platform = fleet.platforms[rack.platformOffset]
            let nodes = Watts(segment.nodes.count)
            let node = platform.nodeWatts(leasedGPUs: platform.gpusPerNode, capWatts: cap.watts(on: platform))
            let own = platform.power.rackOverheadWatts * nodes / Watts(rack.nodes.count)
            sum.add(nodes * node + own, at: rack.siteOffset)
        }
        for partial in holdings.partialNodes {
            let site = fleet.racks[fleet.rackOfNode[partial.node].offset].siteOffset
            let gpus = partial.moduleMask.nonzeroBitCount
            sum.add(watts(gpus: gpus, of: partial.node, cap: cap, in: fleet), at: site)
        }
        for slice in holdings.slices {
            let site = fleet.racks[fleet.rackOfNode[slice.node].offset].siteOffset
            sum.add(watts(of: slice, cap: cap, in: fleet), at: site)
        }
    }
}
