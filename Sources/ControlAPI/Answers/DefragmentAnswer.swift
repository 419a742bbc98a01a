// The moves that would free whole domains.

/// The fewest moves that were found. Nothing has changed, and nothing is held.
public struct DefragmentAnswer: Codable, Sendable, Equatable {
    /// Paths of the domains that are free then; fewer than asked for when there is no more to be had.
    public var freed: [String]
    /// How many of them come free without a move.
    public var freeAnyway: Int
    /// In the order in which they can be made.
    public var moves: [PlannedMoveAnswer]
    /// No plan that frees as many has fewer moves than this.
    public var movesMin: Int
    /// GPUs of leases that run when they are moved.
    public var gpusMoved: Int
    /// Seconds times GPUs for which what they leave is turned round.
    public var turnRoundGpuSeconds: Int
    /// What stands in the way of the rest; absent when all are freed.
    public var blockers: [Blocker]?

    /// Every field; those left out are absent.
    public init(
        freed: [String], freeAnyway: Int, moves: [PlannedMoveAnswer], movesMin: Int, gpusMoved: Int,
        turnRoundGpuSeconds: Int, blockers: [Blocker]? = nil
    ) {
        self.freed = freed
        self.freeAnyway = freeAnyway
        self.moves = moves
        self.movesMin = movesMin
        self.gpusMoved = gpusMoved
        self.turnRoundGpuSeconds = turnRoundGpuSeconds
        self.blockers = blockers
    }
}

/// One unit of a lease that goes to another node.
public struct PlannedMoveAnswer: Codable, Sendable, Equatable {
    /// The lease.
    public var lease: String
    /// Who holds it.
    public var tenant: String
    /// The node that it leaves.
    public var from: String
    /// The node that it goes to.
    public var to: String
    /// GPUs of the unit.
    public var gpus: Int
    /// From when on its terms let it be moved.
    public var notBefore: Timestamp
    /// Later the node that it leaves would not be turned round in time.
    public var notAfter: Timestamp
    /// Whether it runs by then; one that has not begun is only placed otherwise.
    public var running: Bool

    /// Every field.
    public init(
        lease: String, tenant: String, from: String, to: String, gpus: Int, notBefore: Timestamp, notAfter: Timestamp,
        running: Bool
    ) {
        self.lease = lease
        self.tenant = tenant
        self.from = from
        self.to = to
        self.gpus = gpus
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.running = running
    }
}
