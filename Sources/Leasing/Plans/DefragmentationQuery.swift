// What a plan of moves is asked for, and what it answers.

public import FleetModel
public import Packing

/// Whole domains that are wanted free by a time.
public struct DefragmentationQuery: Equatable, Sendable {
    /// `.block`, `.rack` or `.nvl72`.
    public var shape: PlacementShape
    public var count: Int
    /// From when on they are free.
    public var by: Int64
    /// For how long, in seconds.
    public var seconds: Int64
    /// Names of accepted sites; empty for all.
    public var sites: [String]
    /// GPU models accepted; empty for any.
    public var models: [String]

    public init(
        shape: PlacementShape, count: Int, by: Int64, seconds: Int64, sites: [String] = [], models: [String] = []
    ) {
        self.shape = shape
        self.count = count
        self.by = by
        self.seconds = seconds
        self.sites = sites
        self.models = models
    }
}

/// One unit of a lease that goes to another node.
public struct PlannedMove: Equatable, Sendable {
    public var lease: UInt64
    public var from: Int
    public var to: Int
    /// GPUs of the unit; those of an instance count as one.
    public var gpus: Int
    /// When it can be moved: from the first, and not after the second, so that its node is turned round in time.
    public var window: ClosedRange<Int64>
    /// Whether the lease has begun by then; one that has not is only planned otherwise.
    public var isRunning: Bool
    /// How long its old node is turned round, in seconds.
    public var turnRoundSeconds: Int64
}

/// Why domains could not be freed.
public struct DefragmentationObstacle: Equatable, Sendable {
    public enum Kind: Equatable, Sendable {
        /// A lease whose terms do not let it be moved, or a line that is not moved node by node.
        case lease(UInt64)
        case maintenance
        /// Nodes that are closed, faulty or not ready.
        case hardware
        /// Nothing else is free that a lease could be moved to.
        case noPlace
    }

    public var kind: Kind
    /// Domains that it stands in the way of.
    public var domainCount: Int
}

/// The moves that free domains.
public struct Defragmentation: Equatable, Sendable {
    /// The domains that are free then, in the fleet's order; fewer than asked for when there is no more to be had.
    public var freed: [DomainIndex] = []
    /// How many of them come free without a move.
    public var freeAnyway = 0
    /// In the order in which they can be made.
    public var moves: [PlannedMove] = []
    /// No plan for as many domains has fewer moves than this.
    public var movesMin = 0
    /// What stands in the way of the others, most domains first.
    public var obstacles: [DefragmentationObstacle] = []
}

extension Book {
    /// Whether a lease's terms let the landlord move it from one node to another: its contract's clause `movable`. Without a contract
    /// opportunistic leases, which may be taken back altogether, are moved at any time.
    func mayBeMoved(_ lease: Lease) -> Bool {
        lease.contract == nil ? lease.leaseClass == .opportunistic : terms(of: lease)?.movable != nil
    }
}
