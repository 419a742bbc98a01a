// Parts of one node as facts name them: partitions and MIG instances.

import FleetModel
import Packing

/// One partition of a node.
public struct NodePartition: Equatable, Sendable, FieldCoded {
    public var moduleMask: UInt8
    public var partitionID: Int

    static var blank: NodePartition { NodePartition(moduleMask: 0, partitionID: 0) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&moduleMask)
        try coder.code(&partitionID)
    }
}

/// One MIG instance of a node.
public struct NodeSlice: Equatable, Sendable, FieldCoded {
    /// The bit of the GPU's module.
    public var moduleMask: UInt8
    /// NVML's number of the profile.
    public var profileID: Int
    /// The first memory slice.
    public var start: Int

    static var blank: NodeSlice { NodeSlice(GPUSlice(node: 0, moduleMask: 1, profileID: 0, start: 0)) }

    init(_ slice: GPUSlice) {
        (moduleMask, profileID, start) = (slice.moduleMask, slice.profileID, slice.start)
    }

    func onNode(_ node: Int) -> GPUSlice {
        GPUSlice(node: node, moduleMask: moduleMask, profileID: profileID, start: start)
    }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&moduleMask)
        try coder.code(&profileID)
        try coder.code(&start)
        guard moduleMask.nonzeroBitCount == 1, (0..<SliceGeometry.memorySlices).contains(start) else {
            throw coder.fault("instance that is not on one GPU")
        }
    }
}

/// What one unit holds of one node.
public struct NodeParts: Equatable, Sendable, FieldCoded {
    public var partitions: [NodePartition] = []
    public var slices: [NodeSlice] = []

    static var blank: NodeParts { NodeParts() }

    init(partitions: [NodePartition] = [], slices: [NodeSlice] = []) {
        self.partitions = partitions
        self.slices = slices
    }

    /// What of a unit's hardware lies on its node.
    init(_ partials: [PartialNode], _ slices: [GPUSlice]) {
        partitions = partials.map { NodePartition(moduleMask: $0.moduleMask, partitionID: $0.partitionID) }
        self.slices = slices.map { NodeSlice($0) }
    }

    func partialNodes(on node: Int) -> [PartialNode] {
        partitions.map { PartialNode(node: node, moduleMask: $0.moduleMask, partitionID: $0.partitionID) }
    }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&partitions)
        try coder.code(&slices)
    }
}
