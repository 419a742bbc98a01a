// What one kind of node is: its GPUs, its power, its legal partitions and its affinity.

/// One set of GPUs that the NVLink fabric can isolate, as the Fabric Manager numbers it.
public struct NVLinkPartition: Equatable, Sendable {
    /// The Fabric Manager's partition id on an HGX board.
    public let id: Int
    /// Bit `m - 1` set for each GPU module id `m` in the partition.
    public let moduleMask: UInt8
    public var gpuCount: Int { moduleMask.nonzeroBitCount }

    public init(id: Int, moduleMask: UInt8) {
        self.id = id
        self.moduleMask = moduleMask
    }
}

/// One MIG profile and where on the memory axis of a GPU it may start.
public struct MIGProfile: Equatable, Sendable {
    public let name: String
    /// NVML's GPU instance profile id; the key, since names and sizes vary with the driver.
    public let profileID: Int
    public let computeSlices: Int
    public let memorySlices: Int
    public let starts: [Int]
    public let instancesMax: Int

    public init(
        name: String, profileID: Int, computeSlices: Int, memorySlices: Int, starts: [Int], instancesMax: Int
    ) {
        self.name = name
        self.profileID = profileID
        self.computeSlices = computeSlices
        self.memorySlices = memorySlices
        self.starts = starts
        self.instancesMax = instancesMax
    }
}

/// One NUMA node of a server: its CPUs and the GPU modules attached to it.
public struct NUMANode: Equatable, Sendable {
    public let number: Int
    /// CPU list as Linux prints it, for example `0-55,112-167`.
    public let cpus: String
    public let moduleMask: UInt8

    public init(number: Int, cpus: String, moduleMask: UInt8) {
        self.number = number
        self.cpus = cpus
        self.moduleMask = moduleMask
    }
}

/// What a node of this platform draws, in watts at the rack.
public struct PlatformPower: Equatable, Sendable {
    /// Everything in the node that is not a GPU, committed with the first GPU leased on it.
    public let nodeOverheadWatts: Watts
    /// Lowest and highest power cap that a GPU accepts.
    public let capWattsMin: Watts
    public let capWattsMax: Watts
    /// One idle GPU in a node of which other GPUs are leased.
    public let gpuIdleWatts: Watts
    /// A powered node of which nothing is leased, its GPUs included.
    public let nodeIdleWatts: Watts
    /// Drawn by the rack itself while it is powered (NVLink switches of an NVL72), else 0.
    public let rackOverheadWatts: Watts

    public init(
        nodeOverheadWatts: Watts, capWattsMin: Watts, capWattsMax: Watts, gpuIdleWatts: Watts,
        nodeIdleWatts: Watts, rackOverheadWatts: Watts
    ) {
        self.nodeOverheadWatts = nodeOverheadWatts
        self.capWattsMin = capWattsMin
        self.capWattsMax = capWattsMax
        self.gpuIdleWatts = gpuIdleWatts
        self.nodeIdleWatts = nodeIdleWatts
        self.rackOverheadWatts = rackOverheadWatts
    }

    /// The cap that `percent` of the model's maximum gives, rounded down to a whole watt.
    public func capWatts(percent: Int) -> Watts { capWattsMax * Watts(percent) / 100 }
}

/// How often nodes of this platform fail and how long a repair takes: the basis of expected shortfall.
public struct PlatformReliability: Equatable, Sendable {
    /// Failures per million node-days.
    public let failuresPerMillionNodeDays: Int64
    public let repairHours: Int64

    public init(failuresPerMillionNodeDays: Int64, repairHours: Int64) {
        self.failuresPerMillionNodeDays = failuresPerMillionNodeDays
        self.repairHours = repairHours
    }
}

/// One platform of the catalogue, for example `hgx-h100` or `gb200-nvl72`.
public struct Platform: Equatable, Sendable {
    public let name: String
    /// The GPU model that requests name, for example `H100`.
    public let gpu: String
    /// The GPU's full product name.
    public let gpuProduct: String
    public let gpuMemoryMiB: Int
    /// GPUs in one node: 8 on an HGX board, 4 in an NVL72 tray. Never more than 8.
    public let gpusPerNode: Int
    /// Nodes in one NVLink domain when it spans the rack (18 for an NVL72), else nil.
    public let traysPerNVLinkDomain: Int?
    public let power: PlatformPower
    public let reliability: PlatformReliability
    /// Legal partitions inside one node, largest first and by id within a size.
    public let partitions: [NVLinkPartition]
    public let numa: [NUMANode]
    /// Compute network devices, one per GPU, in order of module id.
    public let nics: [String]
    public let migProfiles: [MIGProfile]

    public init(
        name: String, gpu: String, gpuProduct: String, gpuMemoryMiB: Int, gpusPerNode: Int,
        traysPerNVLinkDomain: Int?, power: PlatformPower, reliability: PlatformReliability,
        partitions: [NVLinkPartition], numa: [NUMANode], nics: [String], migProfiles: [MIGProfile]
    ) {
        precondition((1...8).contains(gpusPerNode), "a node's modules are held in one byte")
        self.name = name
        self.gpu = gpu
        self.gpuProduct = gpuProduct
        self.gpuMemoryMiB = gpuMemoryMiB
        self.gpusPerNode = gpusPerNode
        self.traysPerNVLinkDomain = traysPerNVLinkDomain
        self.power = power
        self.reliability = reliability
        self.partitions = partitions
        self.numa = numa
        self.nics = nics
        self.migProfiles = migProfiles
    }

    /// True for a platform whose NVLink domain is the rack.
    public var isRackScale: Bool { traysPerNVLinkDomain != nil }

    /// One bit for each GPU module of a node.
    @inlinable public var moduleMask: UInt8 { UInt8(truncatingIfNeeded: (1 << gpusPerNode) - 1) }

    /// Memory slices of an instance of the profile that NVML numbers `id`; 0 when there is no such profile.
    public func memorySlices(ofProfile id: Int) -> Int {
        migProfiles.first { $0.profileID == id }?.memorySlices ?? 0
    }

    /// Watts that a node commits at the rack with `leasedGPUs` of its GPUs leased at `capWatts` each.
    ///
    /// The first leased GPU commits the node's overhead; the GPUs that are not leased stay at their idle draw.
    public func nodeWatts(leasedGPUs: Int, capWatts: Watts) -> Watts {
        guard leasedGPUs > 0 else { return power.nodeIdleWatts }
        let idleGPUs = Watts(gpusPerNode - leasedGPUs)
        return power.nodeOverheadWatts + Watts(leasedGPUs) * capWatts + idleGPUs * power.gpuIdleWatts
    }
}
