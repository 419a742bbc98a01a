// The hardware of one line.

public import FleetModel
public import Packing

extension GPUSlice {
    /// The memory slices that the instance occupies, bit `s` for slice `s`.
    public func memoryMask(on platform: Platform) -> UInt8 {
        let width = platform.memorySlices(ofProfile: profileID)
        return UInt8(truncatingIfNeeded: ((1 << width) - 1) << start)
    }
}

/// The hardware of one line, in dense indexes of the fleet in force.
public struct Holdings: Equatable, Sendable {
    /// Whole nodes in use, ascending, not touching.
    public var wholeNodes: [Range<Int>]
    /// Partitions of nodes; a unit that is made of several stands together.
    public var partialNodes: [PartialNode]
    /// MIG instances.
    public var slices: [GPUSlice]
    /// Whole nodes booked and powered for replacement, ascending; not in `wholeNodes`.
    public var spareNodes: [Int]

    public init(
        wholeNodes: [Range<Int>] = [], partialNodes: [PartialNode] = [], slices: [GPUSlice] = [],
        spareNodes: [Int] = []
    ) {
        self.wholeNodes = wholeNodes
        self.partialNodes = partialNodes
        self.slices = slices
        self.spareNodes = spareNodes
    }

    /// Whole nodes in use and spare, ascending.
    public var bookedNodes: [Range<Int>] {
        spareNodes.isEmpty ? wholeNodes : (wholeNodes + spareNodes.map { $0..<$0 + 1 }).coalesced()
    }

    /// What a search found for a line, none of it spare.
    init(_ placement: LinePlacement) {
        self.init(
            wholeNodes: placement.wholeNodes, partialNodes: placement.partialNodes, slices: placement.slices)
    }

    /// The same as a placement, spares left out.
    package var placement: LinePlacement {
        LinePlacement(wholeNodes: wholeNodes, partialNodes: partialNodes, slices: slices)
    }

    /// Nodes of which only parts are held, one for each partition and instance.
    public var sharedNodes: [Int] { partialNodes.map(\.node) + slices.map(\.node) }

    /// The same with the modules of each, as a whole or for an instance.
    var sharedModules: [(node: Int, modules: UInt8)] {
        partialNodes.map { ($0.node, $0.moduleMask) } + slices.map { ($0.node, $0.moduleMask) }
    }

    /// Whether a node is in use for this line. O(ranges + parts).
    public func uses(_ node: Int) -> Bool {
        wholeNodes.contains { $0.contains(node) } || partialNodes.contains { $0.node == node }
            || slices.contains { $0.node == node }
    }

    /// Those of some nodes that are in use for this line, as ascending ranges. O(ranges + parts × log).
    func inUse(among nodes: [Range<Int>]) -> [Range<Int>] {
        (wholeNodes + sharedNodes.map { $0..<$0 + 1 }).united().intersecting(nodes)
    }

    /// What is in use on a node, instances apart from whole GPUs. Each part's watts are rounded down by themselves, as
    /// in the promise. O(ranges + parts).
    public func capacity(on node: Int, cap: PowerCap, in fleet: Fleet) -> Capacity {
        if wholeNodes.contains(where: { $0.contains(node) }) {
            let gpus = fleet.moduleMasks[node].nonzeroBitCount
            return Capacity(gpus: gpus, watts: LeaseWatts.watts(gpus: gpus, of: node, cap: cap, in: fleet))
        }
        var sum = Capacity()
        for partial in partialNodes where partial.node == node {
            let gpus = partial.moduleMask.nonzeroBitCount
            sum.gpus += gpus
            sum.watts += LeaseWatts.watts(gpus: gpus, of: node, cap: cap, in: fleet)
        }
        for slice in slices where slice.node == node {
            sum.migInstances += 1
            sum.watts += LeaseWatts.watts(of: slice, cap: cap, in: fleet)
        }
        return sum
    }

    /// GPU modules of a node that are in use, as a whole or for an instance. O(ranges + parts).
    func modules(on node: Int, in fleet: Fleet) -> UInt8 {
        if wholeNodes.contains(where: { $0.contains(node) }) { return fleet.moduleMasks[node] }
        let whole = partialNodes.reduce(0) { $0 | ($1.node == node ? $1.moduleMask : 0) }
        return slices.reduce(whole) { $0 | ($1.node == node ? $1.moduleMask : 0) }
    }

    /// GPUs that the instances come to in a quota: their memory slices, eight to a GPU, rounded up.
    public func quotaGPUs(ofInstancesIn fleet: Fleet) -> Int {
        guard !slices.isEmpty else { return 0 }
        let held = slices.reduce(0) {
            $0 + fleet.platform(of: NodeIndex($1.node)).memorySlices(ofProfile: $1.profileID)
        }
        return (held + SliceGeometry.memorySlices - 1) / SliceGeometry.memorySlices
    }
}
