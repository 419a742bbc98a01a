// What all bookings of one lease have in common, and the watts that follow from it.

public import FleetModel

/// The power cap of a lease.
public enum PowerCap: Equatable, Sendable {
    /// Watts for each GPU.
    case watts(Watts)
    /// Percent of each model's maximum cap, for leases over several models.
    case percent(Int)

    /// The cap of one GPU on `platform`, in watts.
    public func watts(on platform: Platform) -> Watts {
        switch self {
        case .watts(let watts): watts
        case .percent(let percent): platform.power.capWatts(percent: percent)
        }
    }

    /// Whether GPUs of `platform` accept it.
    public func isLegal(on platform: Platform) -> Bool {
        let watts = watts(on: platform)
        return watts >= platform.power.capWattsMin && watts <= platform.power.capWattsMax
    }
}

/// The lease, window and cap that all bookings of one lease share.
public struct BookingTerms: Sendable {
    public let lease: UInt64
    public let start: Int64
    public let end: Int64
    /// When the units are free again: the end plus the turn-round.
    public let until: Int64
    public let cap: PowerCap

    public init(lease: UInt64, start: Int64, end: Int64, until: Int64, cap: PowerCap) {
        self.lease = lease
        self.start = start
        self.end = end
        self.until = until
        self.cap = cap
    }

    /// One booking under these terms on a node of `rack`: of the whole node unless `moduleMask` says less.
    func booking(of fleet: Fleet, rack: RackIndex, moduleMask: UInt8? = nil) -> Booking {
        let platform = fleet.platform(of: rack)
        return Booking(
            lease: lease, start: start, end: end, until: until,
            capWatts: cap.watts(on: platform), moduleMask: moduleMask ?? platform.moduleMask)
    }

    /// Watts at the rack that leasing a whole idle node adds.
    func wholeNodeWatts(_ platform: Platform) -> Watts {
        platform.nodeWatts(leasedGPUs: platform.gpusPerNode, capWatts: cap.watts(on: platform))
            - platform.power.nodeIdleWatts
    }
}

/// What leasing part of a node adds at the rack.
struct PartialNodePower {
    /// The GPUs themselves, for as long as they are booked.
    let gpuWatts: Watts
    /// Waking the node up, for as long as nothing else of it is booked.
    let firstWatts: Watts

    init(_ platform: Platform, gpuCount: Int, capWatts: Watts) {
        gpuWatts = Watts(gpuCount) * max(0, capWatts - platform.power.gpuIdleWatts)
        firstWatts =
            platform.power.nodeOverheadWatts + Watts(platform.gpusPerNode) * platform.power.gpuIdleWatts
            - platform.power.nodeIdleWatts
    }
}

/// Sums of watts by budget domain, with the domains that were touched in order of touching.
struct BudgetSums {
    private var sums: ContiguousArray<Watts>
    private(set) var touched: ContiguousArray<BudgetIndex> = []

    init(budgetCount: Int) {
        sums = ContiguousArray(repeating: 0, count: budgetCount)
    }

    subscript(budget: BudgetIndex) -> Watts { sums[budget.offset] }

    mutating func add(_ watts: Watts, to budget: BudgetIndex) {
        if sums[budget.offset] == 0 && watts != 0 { touched.append(budget) }
        sums[budget.offset] += watts
    }
}
