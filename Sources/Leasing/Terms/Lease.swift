// What one tenant holds for one window, line by line.

public import FleetModel
public import Packing

/// The hardware of one line, in dense indexes of the fleet in force.
public struct Holdings: Equatable, Sendable {
    /// Whole nodes in use, ascending, not touching.
    public var wholeNodes: [Range<Int>]
    public var partialNodes: [PartialNode]
    /// Whole nodes booked and powered for replacement, ascending; not in `wholeNodes`.
    public var spareNodes: [Int]

    public init(wholeNodes: [Range<Int>] = [], partialNodes: [PartialNode] = [], spareNodes: [Int] = []) {
        self.wholeNodes = wholeNodes
        self.partialNodes = partialNodes
        self.spareNodes = spareNodes
    }

    /// Whole nodes in use and spare, ascending.
    public var bookedNodes: [Range<Int>] {
        spareNodes.isEmpty ? wholeNodes : (wholeNodes + spareNodes.map { $0..<$0 + 1 }).coalesced()
    }

    /// Whether a node is in use for this line. O(ranges).
    public func uses(_ node: Int) -> Bool {
        wholeNodes.contains { $0.contains(node) } || partialNodes.contains { $0.node == node }
    }

    /// GPUs in use on a node. O(ranges).
    public func gpuCount(on node: Int, in fleet: Fleet) -> Int { modules(on: node, in: fleet).nonzeroBitCount }

    /// GPU modules in use on a node. O(ranges).
    func modules(on node: Int, in fleet: Fleet) -> UInt8 {
        if wholeNodes.contains(where: { $0.contains(node) }) { return fleet.moduleMasks[node] }
        return partialNodes.reduce(0) { $0 | ($1.node == node ? $1.moduleMask : 0) }
    }

    /// Watts in use on a node, each partition rounded down by itself as in the promise. O(ranges).
    func watts(on node: Int, cap: PowerCap, in fleet: Fleet) -> Watts {
        if wholeNodes.contains(where: { $0.contains(node) }) {
            return LeaseWatts.watts(gpus: fleet.moduleMasks[node].nonzeroBitCount, of: node, cap: cap, in: fleet)
        }
        return partialNodes.reduce(0) { sum, partial in
            guard partial.node == node else { return sum }
            return sum + LeaseWatts.watts(gpus: partial.moduleMask.nonzeroBitCount, of: node, cap: cap, in: fleet)
        }
    }
}

/// One line of a lease: shape × count, with what it may be made of and what it is made of.
public struct LeaseLine: Equatable, Sendable {
    public var name: String
    public var shape: PlacementShape
    public var count: Int
    /// GPU models accepted; empty for any.
    public var models: [String]
    public var within: WithinLevel?
    public var holdings = Holdings()

    public init(name: String, shape: PlacementShape, count: Int, models: [String], within: WithinLevel?) {
        self.name = name
        self.shape = shape
        self.count = count
        self.models = models
        self.within = within
    }

    /// The level inside one domain of which a replacement must lie.
    public var domainLevel: Level {
        switch shape {
        case .block: .block
        case .rack, .nvl72, .power: .rack
        case .node, .gpus, .mig: within?.level ?? .rack
        }
    }
}

/// GPUs and watts at the rack.
public struct Capacity: Equatable, Sendable {
    public var gpus: Int
    public var watts: Watts

    public init(gpus: Int = 0, watts: Watts = 0) {
        self.gpus = gpus
        self.watts = watts
    }
}

/// What was asked for, and has not changed since.
public struct LeaseOrder: Equatable, Sendable {
    public var tenant: String
    public var contract: String?
    /// The requester's own name for the lease.
    public var label: String?
    public var leaseClass: LeaseClass
    public var lines: [LeaseLine]
    /// Names of accepted sites; empty for all.
    public var sites: [String]
    /// Nil for now.
    public var start: Int64?
    public var end: Int64
    /// Seconds from the start, when the window was asked for by its length; `end` then follows from it.
    public var durationSeconds: Int64?
    public var cap: PowerCap
    /// Nodes of each domain held for replacement.
    public var sparesPerDomain: Int

    public init(
        tenant: String, contract: String?, label: String?, leaseClass: LeaseClass, lines: [LeaseLine],
        sites: [String], start: Int64?, end: Int64, durationSeconds: Int64? = nil, cap: PowerCap,
        sparesPerDomain: Int
    ) {
        self.tenant = tenant
        self.contract = contract
        self.label = label
        self.leaseClass = leaseClass
        self.lines = lines
        self.sites = sites
        self.start = start
        self.end = end
        self.durationSeconds = durationSeconds
        self.cap = cap
        self.sparesPerDomain = sparesPerDomain
    }
}

/// A lease as it stands.
public struct Lease: Equatable, Sendable {
    public let number: UInt64
    public let tenant: String
    public let contract: String?
    public let label: String?
    public let leaseClass: LeaseClass
    public let sites: [String]
    public let cap: PowerCap
    public let sparesPerDomain: Int
    public var lines: [LeaseLine]
    public let start: Int64
    /// When the window ends or ended; brought forward by a release.
    public var end: Int64
    public let turnRoundSeconds: Int64
    public var state: LeaseState
    public var conditions: [Condition] = []
    public let promised: Capacity
    /// The promised watts at the meters of their sites.
    public let meterWatts: Watts
    /// Nodes in use that are down, ascending.
    public var downNodes: [Int] = []
    /// Nodes of an ending lease that have come back, ascending ranges.
    public var returnedNodes: [Range<Int>] = []
    /// The revision of its last change.
    public var revision: UInt64 = 0
    /// Its tenant's index at its last change: the revision that the tenant is shown, which others do not move.
    public var tenantIndex: UInt64 = 0

    public var until: Int64 { end + turnRoundSeconds }

    /// What its bookings have in common.
    public var bookingTerms: BookingTerms {
        BookingTerms(lease: number, start: start, end: end, until: until, cap: cap)
    }

    /// GPU modules in use on a node.
    func modules(on node: Int, in fleet: Fleet) -> UInt8 {
        lines.reduce(0) { $0 | $1.holdings.modules(on: node, in: fleet) }
    }

    /// When the lease next changes by itself, or nil.
    public var nextChangeAt: Int64? {
        switch state {
        case .scheduled: start
        case .starting, .active: end
        case .ending: until
        case .expired, .cancelled, .failed: nil
        }
    }

    /// What is delivered now: the promise less the nodes that are down, and nothing outside the window.
    public func delivered(in fleet: Fleet) -> Capacity {
        guard state == .active || state == .starting else { return Capacity() }
        var delivered = promised
        for node in downNodes {
            for line in lines {
                delivered.gpus -= line.holdings.gpuCount(on: node, in: fleet)
                delivered.watts -= line.holdings.watts(on: node, cap: cap, in: fleet)
            }
        }
        return delivered
    }
}

/// What a lease draws at the rack: its GPUs at their cap, with their share of what node and rack draw besides.
public enum LeaseWatts {
    /// Watts of some GPUs of one node with their share of the node's overhead, rounded down.
    public static func watts(gpus: Int, of node: Int, cap: PowerCap, in fleet: Fleet) -> Watts {
        let platform = fleet.platform(of: NodeIndex(node))
        return Watts(gpus) * cap.watts(on: platform)
            + platform.power.nodeOverheadWatts * Watts(gpus) / Watts(platform.gpusPerNode)
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
    }
}
