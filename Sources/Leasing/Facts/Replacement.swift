// One unit of a lease in another one's place.

import FleetModel
import Packing

/// A lease's node was replaced by one of its spares, or by a free one.
public struct Replacement: Equatable, Sendable, FieldCoded {
    public var lease: UInt64
    public var line: Int
    public var old: UInt32
    public var new: UInt32
    /// Modules given up and taken by a unit that is one partition; 0 for the whole node.
    public var oldModuleMask: UInt8 = 0
    public var newModuleMask: UInt8 = 0
    public var newPartitionID: Int = 0
    public var wasSpare: Bool
    /// What a unit gives up and takes that is a MIG instance, or several partitions; the masks are then 0.
    public var parts: PartExchange?

    static var blank: Replacement { Replacement(lease: 0, line: 0, old: 0, new: 0, wasSpare: false) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&lease)
        try coder.code(&line)
        try coder.code(&old)
        try coder.code(&new)
        if parts != nil {
            try coder.code(&parts!)
            return
        }
        try coder.code(&oldModuleMask)
        try coder.code(&newModuleMask)
        try coder.code(&newPartitionID)
        try coder.code(&wasSpare)
    }
}

/// What a unit gives up on one node and takes on another.
public struct PartExchange: Equatable, Sendable, FieldCoded {
    public var given = NodeParts()
    public var taken = NodeParts()

    static var blank: PartExchange { PartExchange() }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&given)
        try coder.code(&taken)
    }
}
