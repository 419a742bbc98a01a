// What one tenant holds for one window, line by line.

public import FleetModel
public import Packing

/// An amount of hardware and watts at the rack.
public struct Capacity: Equatable, Sendable {
    /// GPUs that are held as a whole.
    public var gpus: Int
    public var watts: Watts
    /// MIG instances, which are in no count of GPUs.
    public var migInstances: Int

    public init(gpus: Int = 0, watts: Watts = 0, migInstances: Int = 0) {
        self.gpus = gpus
        self.watts = watts
        self.migInstances = migInstances
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

/// A lease as it stands, or a part of one.
///
/// A lease whose hardware changes while it runs is made of parts, each with one window and one set of lines. The lease
/// itself is the first part: it spans the whole window and holds what is held throughout, perhaps nothing. Further
/// parts have numbers of their own and name it in `partOf`; their lines are its lines, by index. What the parts are
/// together is a `WholeLease`.
public struct Lease: Equatable, Sendable {
    public let number: UInt64
    public internal(set) var tenant: String
    public let contract: String?
    /// The version of the contract that holds for it, from 1; 0 without a contract.
    public internal(set) var contractVersion = 0
    public let label: String?
    public let leaseClass: LeaseClass
    public let sites: [String]
    /// The cap it is booked with. The one that holds now is `capInForce`.
    public let cap: PowerCap
    public let sparesPerDomain: Int
    public var lines: [LeaseLine]
    public let start: Int64
    /// When the window ends or ended; brought forward by a release.
    public var end: Int64
    public let turnRoundSeconds: Int64
    public var state: LeaseState
    public var conditions: [Condition] = []
    /// What it promises at the cap it is booked with.
    public var promised: Capacity
    /// The promised watts at the meters of their sites.
    public var meterWatts: Watts
    /// Nodes in use that are down, ascending.
    public var downNodes: [Int] = []
    /// Nodes of an ending lease that have come back, ascending ranges.
    public var returnedNodes: [Range<Int>] = []
    /// What load targets do to it, those that are over included, oldest first.
    public var curtailments: [Curtailment] = []
    /// What load targets took from it on fleets before, where the fleet in force no longer tells.
    var keptEnergy: KeptEnergy?
    /// The instant up to which the condition `Curtailed` is true.
    var powerSettledAt = Int64.min
    /// The instant up to which its account has counted it; before its start for not at all.
    var accountedUntil = Int64.min
    /// The revision of its last change.
    public var revision: UInt64 = 0
    /// Its tenant's index at its last change: the revision that the tenant is shown, which others do not move.
    public var tenantIndex: UInt64 = 0
    /// Where it comes from, when it was split off another lease or taken over; nil for further parts.
    public internal(set) var origin: LeaseOrigin?
    /// The lease that it is a further part of; nil for a lease itself.
    public var partOf: UInt64?
    /// Caps that hold from later times on, ascending.
    public var capSteps: [CapStep] = []
    /// How many of them have begun.
    public var capStepsBegun = 0

    /// The number of the lease, whichever part of it this is. Ids and names are made from it.
    public var leaseNumber: UInt64 { partOf ?? number }

    public var until: Int64 { end + turnRoundSeconds }

    /// What its bookings have in common.
    public var bookingTerms: BookingTerms {
        BookingTerms(
            lease: number, start: start, end: end, until: until, cap: cap, sharesGPUs: capSteps.isEmpty)
    }

    /// GPU modules in use on a node, as a whole or for an instance.
    func modules(on node: Int, in fleet: Fleet) -> UInt8 {
        lines.reduce(0) { $0 | $1.holdings.modules(on: node, in: fleet) }
    }

    /// GPUs that the lease counts for in its tenant's quota.
    func quotaGPUs(in fleet: Fleet) -> Int {
        lines.reduce(promised.gpus) { $0 + $1.holdings.quotaGPUs(ofInstancesIn: fleet) }
    }

    /// Whether its window is running.
    public var isInWindow: Bool { state == .starting || state == .active }

    /// When something next happens to the part by itself, or nil.
    var nextDueAt: Int64? { dueEvents.map(\.at).min() }

    /// When the part next looks different by itself, or nil.
    public var nextChangeAt: Int64? {
        let others = dueEvents.lazy.filter { if case .leasePower = $0.event { false } else { true } }.map(\.at).min()
        return [others, powerChangesAt].compactMap(\.self).min()
    }

    /// What is delivered now: the promise less the nodes that are down, and nothing outside the window.
    public func delivered(in fleet: Fleet) -> Capacity {
        guard isInWindow else { return Capacity() }
        var delivered = promisedNow(in: fleet)
        let missing = missing(in: fleet)
        delivered.gpus -= missing.gpus
        delivered.watts -= missing.watts
        delivered.migInstances -= missing.migInstances
        return delivered
    }
}
