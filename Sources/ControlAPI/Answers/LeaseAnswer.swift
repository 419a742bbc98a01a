// A lease as it stands.

/// An amount of hardware and of power.
public struct Capacity: Codable, Sendable, Equatable {
    /// GPUs that are held as a whole.
    public var gpus: Int
    /// MIG instances, which are in no count of GPUs; absent: none.
    public var migInstances: Int?
    /// Committed watts at the rack; of an instance the part that its memory slices are of the GPU's eight.
    public var watts: Int

    /// Every field; those left out are absent.
    public init(gpus: Int, migInstances: Int? = nil, watts: Int) {
        self.gpus = gpus
        self.migInstances = migInstances
        self.watts = watts
    }
}

/// One granted line.
public struct ReservationAnswer: Codable, Sendable, Equatable {
    /// The line's name within the lease.
    public var name: String
    /// The unit counted.
    public var shape: Shape
    /// Units granted; for shape `watts`, nodes.
    public var count: Int
    /// For shape `gpu`: GPUs in each unit.
    public var gpus: Int?
    /// For shape `gpu`: true when a unit may be made up of several NVLink partitions.
    public var composed: Bool?
    /// For shape `mig`: the profile's name.
    public var profile: String?
    /// For shape `watts`: the power asked for.
    public var megawatts: Megawatts?
    /// GPU models accepted; absent: any.
    public var gpu: [String]?
    /// The level that all units lie in one domain of; absent: none.
    public var within: TopologyLevel?
    /// How widely the units are spread; absent: as the packing sees fit.
    public var spread: SpreadRequest?
    /// The hardware that the line is pinned to, as compact paths; absent: any.
    public var pin: [String]?
    /// Units from later times on, where they change; absent: they stay.
    public var ramp: [RampStep]?
    /// What is held, as compact paths such as `memphis-2/h[1-7]/r[001-200]`; GPUs as `…/n1:2,4` by module, MIG instances
    /// as `…/n1:2:1g.10gb@0,3` by profile and first memory slices.
    public var allocation: [String]

    /// Every field; those left out are absent.
    public init(
        name: String, shape: Shape, count: Int, gpus: Int? = nil, composed: Bool? = nil, profile: String? = nil,
        megawatts: Megawatts? = nil, gpu: [String]? = nil, within: TopologyLevel? = nil, spread: SpreadRequest? = nil,
        pin: [String]? = nil, ramp: [RampStep]? = nil, allocation: [String]
    ) {
        self.name = name
        self.shape = shape
        self.count = count
        self.gpus = gpus
        self.composed = composed
        self.profile = profile
        self.megawatts = megawatts
        self.gpu = gpu
        self.within = within
        self.spread = spread
        self.pin = pin
        self.ramp = ramp
        self.allocation = allocation
    }
}

/// One lease. Fields that only operators and auditors may see are absent for others.
public struct LeaseAnswer: Codable, Sendable, Equatable {
    /// The lease's id.
    public var id: String
    /// The number of the last change to it.
    public var revision: Int
    /// Where it stands.
    public var state: LeaseState
    /// What is true besides, oldest first.
    public var conditions: [Condition]
    /// Whose it is.
    public var tenant: String
    /// Under which contract; absent: none.
    public var contract: String?
    /// Under which version of it, from 1.
    public var contractVersion: Int?
    /// The requester's own name for it.
    public var label: String?
    /// How firmly it is held.
    public var leaseClass: LeaseClass
    /// When it begins.
    public var start: Timestamp
    /// When it ends, exclusive.
    public var end: Timestamp
    /// When its state, what it holds or its cap next changes by itself.
    public var nextChangeAt: Timestamp?
    /// What it is granted for now; before its start, what it begins with.
    public var promised: Capacity
    /// What it has now, in watts less what load targets take.
    public var delivered: Capacity
    /// Its committed watts at the meter: at the rack times the site's PUE.
    public var wattsAtMeter: Int
    /// Power cap of each GPU in watts, when it was asked for in watts.
    public var capWattsPerGpu: Int?
    /// Power cap in percent of each model's maximum, when it was asked for or found so.
    public var capPercent: Int?
    /// What its cap leaves of the throughput without one.
    public var throughput: CapThroughput?
    /// The granted lines.
    public var reservations: [ReservationAnswer]
    /// What it is granted from later times on, where that changes; absent: it stays.
    public var schedule: [ScheduleStep]?
    /// How the decision came out for the fleet; for operators and auditors.
    public var decision: Decision?
    /// What failure rates take away on average.
    public var expectedShortfall: ExpectedShortfall?
    /// Nodes of it that are down, at most 64 of them; absent: none.
    public var down: [DownNodeAnswer]?
    /// How its spares stand; absent: it was granted none.
    public var spares: SpareCounts?
    /// The lower cap that load targets hold it to now; absent: none.
    public var capNow: CapNowAnswer?
    /// What load targets do to it, those that are over included; absent: nothing.
    public var curtailments: [CurtailmentAnswer]?
    /// What that took from it until now; absent: nothing.
    public var curtailed: CurtailedEnergyAnswer?
    /// With a dry run: what to send to be granted exactly this.
    public var planToken: String?
    /// The sub-lease by which another tenant uses it; absent: none.
    public var sublease: String?

    /// The fields, as they are spelt on the wire.
    public enum CodingKeys: String, CodingKey, CaseIterable {
        case id, revision, state, conditions, tenant, contract, contractVersion, label
        case leaseClass = "class"
        case start, end, nextChangeAt, promised, delivered, wattsAtMeter, capWattsPerGpu, capPercent, throughput,
            reservations, schedule, decision, expectedShortfall, down, spares, capNow, curtailments, curtailed,
            planToken, sublease
    }

    /// Every field; those left out are absent.
    public init(
        id: String, revision: Int, state: LeaseState, conditions: [Condition], tenant: String,
        contract: String? = nil, contractVersion: Int? = nil, label: String? = nil, leaseClass: LeaseClass,
        start: Timestamp, end: Timestamp,
        nextChangeAt: Timestamp? = nil, promised: Capacity, delivered: Capacity, wattsAtMeter: Int,
        capWattsPerGpu: Int? = nil, capPercent: Int? = nil, reservations: [ReservationAnswer],
        schedule: [ScheduleStep]? = nil, decision: Decision? = nil, expectedShortfall: ExpectedShortfall? = nil,
        capNow: CapNowAnswer? = nil, curtailments: [CurtailmentAnswer]? = nil, curtailed: CurtailedEnergyAnswer? = nil,
        planToken: String? = nil,
        throughput: CapThroughput? = nil, down: [DownNodeAnswer]? = nil, spares: SpareCounts? = nil,
        sublease: String? = nil
    ) {
        self.id = id
        self.revision = revision
        self.state = state
        self.conditions = conditions
        self.tenant = tenant
        self.contract = contract
        self.contractVersion = contractVersion
        self.label = label
        self.leaseClass = leaseClass
        self.start = start
        self.end = end
        self.nextChangeAt = nextChangeAt
        self.promised = promised
        self.delivered = delivered
        self.wattsAtMeter = wattsAtMeter
        self.capWattsPerGpu = capWattsPerGpu
        self.capPercent = capPercent
        self.reservations = reservations
        self.schedule = schedule
        self.decision = decision
        self.expectedShortfall = expectedShortfall
        self.capNow = capNow
        self.curtailments = curtailments
        self.curtailed = curtailed
        self.planToken = planToken
        self.throughput = throughput
        self.down = down
        self.spares = spares
        self.sublease = sublease
    }
}

/// What a lease is granted from a later time on.
public struct ScheduleStep: Codable, Sendable, Equatable {
    /// From when.
    public var at: Timestamp
    /// What it is granted from then on, at the cap that holds then.
    public var promised: Capacity
    /// Power cap of each GPU in watts from then on, when it was asked for in watts.
    public var capWattsPerGpu: Int?
    /// Power cap in percent of each model's maximum from then on, when it was asked for so.
    public var capPercent: Int?

    /// Every field; those left out are absent.
    public init(at: Timestamp, promised: Capacity, capWattsPerGpu: Int? = nil, capPercent: Int? = nil) {
        self.at = at
        self.promised = promised
        self.capWattsPerGpu = capWattsPerGpu
        self.capPercent = capPercent
    }
}

/// A page of leases.
public struct LeaseList: Codable, Sendable, Equatable {
    /// In the order of their ids.
    public var leases: [LeaseAnswer]
    /// Where the next page begins; absent: this is the last.
    public var cursor: String?

    /// Every field; those left out are absent.
    public init(leases: [LeaseAnswer], cursor: String? = nil) {
        self.leases = leases
        self.cursor = cursor
    }
}

/// The answer to one lease of a batch: one of the two.
public struct LeaseBatchResult: Codable, Sendable, Equatable {
    /// What was granted.
    public var lease: LeaseAnswer?
    /// Why it was refused.
    public var problem: Problem?

    /// Every field; those left out are absent.
    public init(lease: LeaseAnswer? = nil, problem: Problem? = nil) {
        self.lease = lease
        self.problem = problem
    }
}

/// The answers to a batch, in the order of its leases.
public struct LeaseBatchAnswer: Codable, Sendable, Equatable {
    /// One for each request.
    public var results: [LeaseBatchResult]

    /// Every field; those left out are absent.
    public init(results: [LeaseBatchResult]) {
        self.results = results
    }
}
