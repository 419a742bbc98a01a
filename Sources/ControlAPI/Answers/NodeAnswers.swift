// Nodes and what is done to them.

/// What a node is in the middle of.
public enum NodeState: String, WireEnumeration {
    /// Free to lease.
    case free
    /// Held: a spare, or for a lease about to start.
    case held
    /// Leased, in whole or in part.
    case assigned
    /// Closed to new allocations.
    case cordoned
    /// Closed, and its holders are leaving.
    case draining
    /// Closed, and empty.
    case drained
    /// Being cleaned after a holder.
    case cleaning
    /// Being tested before the next.
    case validating
    /// Kept free of leases for maintenance that runs.
    case maintenance
    /// Failed.
    case faulty
    /// Under repair.
    case repair
}

/// One node.
public struct NodeAnswer: Codable, Sendable, Equatable {
    /// Its name.
    public var name: String
    /// The path of the domain it stands in.
    public var domain: String
    /// Its platform.
    public var platform: String
    /// What it is in the middle of.
    public var state: NodeState
    /// GPUs free to lease.
    public var gpusFree: Int
    /// The lease that holds it, where there is one and you may see it.
    public var holder: String?
    /// The leases, where there are several.
    public var holders: [String]?
    /// Why it is in this state.
    public var reason: String?
    /// Since when.
    public var since: Timestamp?
    /// Until when.
    public var until: Timestamp?
    /// Who put it there.
    public var by: String?
    /// When it failed, while it is not back in service.
    public var outSince: Timestamp?
    /// Its GPUs, where the UUIDs of some are known.
    public var gpus: [AllocatedGPU]?

    /// Every field; those left out are absent.
    public init(
        name: String, domain: String, platform: String, state: NodeState, gpusFree: Int, holder: String? = nil,
        holders: [String]? = nil, reason: String? = nil, since: Timestamp? = nil, until: Timestamp? = nil,
        by: String? = nil, outSince: Timestamp? = nil, gpus: [AllocatedGPU]? = nil
    ) {
        self.name = name
        self.domain = domain
        self.platform = platform
        self.state = state
        self.gpusFree = gpusFree
        self.holder = holder
        self.holders = holders
        self.reason = reason
        self.since = since
        self.until = until
        self.by = by
        self.outSince = outSince
        self.gpus = gpus
    }
}

/// A page of nodes.
public struct NodeList: Codable, Sendable, Equatable {
    /// In the order of the tree.
    public var nodes: [NodeAnswer]
    /// Where the next page begins; absent: this is the last.
    public var cursor: String?

    /// Every field; those left out are absent.
    public init(nodes: [NodeAnswer], cursor: String? = nil) {
        self.nodes = nodes
        self.cursor = cursor
    }
}

/// A failed node and the one that took its place.
public struct NodeReplacement: Codable, Sendable, Equatable {
    /// The lease.
    public var lease: String
    /// The node that left.
    public var from: String
    /// The node that came.
    public var to: String

    /// Every field; those left out are absent.
    public init(lease: String, from: String, to: String) {
        self.lease = lease
        self.from = from
        self.to = to
    }
}

/// What a verb did.
public struct NodeVerbAnswer: Codable, Sendable, Equatable {
    /// Nodes that were named.
    public var nodes: Int
    /// GPUs on them.
    public var gpus: Int?
    /// The number of the change; of a plan, of the book that it was tried on.
    public var revision: Int
    /// Nodes that were replaced in leases.
    public var replaced: [NodeReplacement]?
    /// Leases that now have less than promised.
    public var degraded: [String]?

    /// Every field; those left out are absent.
    public init(
        nodes: Int, gpus: Int? = nil, revision: Int, replaced: [NodeReplacement]? = nil, degraded: [String]? = nil
    ) {
        self.nodes = nodes
        self.gpus = gpus
        self.revision = revision
        self.replaced = replaced
        self.degraded = degraded
    }
}
