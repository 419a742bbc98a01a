// Every node of a lease, for whoever provisions it.

/// How an allocation is written.
public enum AllocationFormat: String, WireEnumeration {
    /// Every node with its GPUs.
    case json
    /// One compact list of node names.
    case hostlist
    /// A node name on each line.
    case plain
    /// Lines for Slurm's configuration.
    case slurm
    /// Node labels for Kubernetes.
    case kubernetes
    /// An inventory in Ansible's INI form, a group for each domain.
    case ansible
}

/// One GPU of a node.
public struct AllocatedGPU: Codable, Sendable, Equatable {
    /// The module id, which is not the PCI order.
    public var module: Int
    /// The GPU's UUID; null on the wire when it is not known.
    public var uuid: String?

    /// A GPU by module id.
    public init(module: Int, uuid: String? = nil) {
        self.module = module
        self.uuid = uuid
    }

    /// Writes the UUID as null when it is not known, rather than leaving it out.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(module, forKey: .module)
        try container.encode(uuid, forKey: .uuid)
    }
}

/// How the GPUs are joined: one of the two.
public struct NvlinkBinding: Codable, Sendable, Equatable {
    /// In an NVL72 rack: the path of the NVLink domain.
    public var domain: String?
    /// On an HGX board: the Fabric Manager partition.
    public var partition: Int?

    /// Every field; those left out are absent.
    public init(domain: String? = nil, partition: Int? = nil) {
        self.domain = domain
        self.partition = partition
    }
}

/// One MIG instance.
public struct MigInstance: Codable, Sendable, Equatable {
    /// The module id of its GPU.
    public var module: Int
    /// The profile's name, such as `1g.10gb`.
    public var profile: String
    /// The profile's id, as the driver counts.
    public var profileId: Int
    /// The first memory slice.
    public var start: Int

    /// Every field; those left out are absent.
    public init(module: Int, profile: String, profileId: Int, start: Int) {
        self.module = module
        self.profile = profile
        self.profileId = profileId
        self.start = start
    }
}

/// One node of a lease.
public struct AllocatedNode: Codable, Sendable, Equatable {
    /// Its name.
    public var node: String
    /// The path of the domain it stands in.
    public var domain: String
    /// Its platform.
    public var platform: String
    /// The GPUs that the lease holds there; where `mig` lists instances, the GPUs that those lie on, of which nothing
    /// else is held.
    public var gpus: [AllocatedGPU]
    /// How they are joined; absent: not at all.
    public var nvlink: NvlinkBinding?
    /// The MIG instances that the lease holds there.
    public var mig: [MigInstance]
    /// NUMA nodes near those GPUs.
    public var numa: [Int]
    /// CPUs near those GPUs, as ranges.
    public var cpus: [String]
    /// Network devices near those GPUs.
    public var nics: [String]
    /// Power cap of each GPU in watts.
    public var capWattsPerGpu: Int
    /// What those GPUs may draw at their cap; of an instance the part that its memory slices are of the GPU's eight.
    public var capWatts: Int

    /// Every field; those left out are absent.
    public init(
        node: String, domain: String, platform: String, gpus: [AllocatedGPU], nvlink: NvlinkBinding? = nil,
        mig: [MigInstance], numa: [Int], cpus: [String], nics: [String], capWattsPerGpu: Int, capWatts: Int
    ) {
        self.node = node
        self.domain = domain
        self.platform = platform
        self.gpus = gpus
        self.nvlink = nvlink
        self.mig = mig
        self.numa = numa
        self.cpus = cpus
        self.nics = nics
        self.capWattsPerGpu = capWattsPerGpu
        self.capWatts = capWatts
    }
}

/// Every node of a lease, sorted by name.
public struct AllocationAnswer: Codable, Sendable, Equatable {
    /// The lease.
    public var id: String
    /// The number of the last change to it.
    public var revision: Int
    /// The nodes.
    public var nodes: [AllocatedNode]

    /// Every field; those left out are absent.
    public init(id: String, revision: Int, nodes: [AllocatedNode]) {
        self.id = id
        self.revision = revision
        self.nodes = nodes
    }
}
