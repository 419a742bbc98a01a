// What is asked for in a simulation of gangs.

import FleetModel
import Packing

/// What a gang is made of.
public enum GangShape: Equatable, Sendable {
    /// One partition of that many GPUs on one node: 1, 2 or 4.
    case gpus(Int)
    case nodes(Int)
    /// Whole racks of servers.
    case racks(Int)
    /// Whole racks that are one NVLink domain.
    case nvl72(Int)
    case blocks(Int)

    /// A gang of so many GPUs on servers with `gpusPerNode`: a partition, or whole nodes.
    ///
    /// A count that is no legal size is rounded up to the next.
    public static func holding(gpus: Int, gpusPerNode: Int) -> GangShape {
        precondition(gpus > 0, "a gang has GPUs")
        guard gpus < gpusPerNode else { return .nodes((gpus + gpusPerNode - 1) / gpusPerNode) }
        var size = 1
        while size < gpus { size *= 2 }
        return size < gpusPerNode ? .gpus(size) : .nodes(1)
    }

    var count: Int {
        switch self {
        case .gpus: 1
        case .nodes(let count), .racks(let count), .nvl72(let count), .blocks(let count): count
        }
    }

    var placementShape: PlacementShape {
        switch self {
        case .gpus(let size): .gpus(size)
        case .nodes: .node
        case .racks: .rack
        case .nvl72: .nvl72
        case .blocks: .block
        }
    }
}

/// One gang: all of it is placed, or nothing.
public struct GangRequest: Equatable, Sendable {
    public let shape: GangShape
    /// GPUs that the gang holds once it is placed.
    public let gpus: Int
    /// Bit `n` for each platform of the fleet that may serve it.
    public let platformMask: UInt64
    /// Seconds.
    public let arrivesAt: Int64
    public let seconds: Int64

    public init(shape: GangShape, gpus: Int, platformMask: UInt64, arrivesAt: Int64, seconds: Int64) {
        precondition(gpus > 0 && seconds > 0, "a gang holds GPUs for some time")
        self.shape = shape
        self.gpus = gpus
        self.platformMask = platformMask
        self.arrivesAt = arrivesAt
        self.seconds = seconds
    }
}

extension Fleet {
    /// Bit `n` for each platform with or without an NVLink domain that spans the rack.
    func platformMask(rackScale: Bool) -> UInt64 {
        var mask: UInt64 = 0
        for (offset, platform) in platforms.enumerated() where platform.isRackScale == rackScale {
            mask |= 1 << UInt64(offset)
        }
        return mask
    }
}
