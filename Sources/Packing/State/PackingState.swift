// Everything the packing search reads: who holds which GPUs when, and how many watts that commits.
//
// What is booked stands in lists, by node, or by rack where a booking holds all of one. From the lists the state keeps
// what is free at one instant (`instant`, moved on by `advance`): the free modules of each node, the wholly free
// nodes of each rack, the whole racks of each block, and each node in the bucket of what is free on it. A request
// that starts now is decided from those; one that starts later asks the lists, rack by rack where a rack can answer
// for its nodes.

public import FleetModel

/// The capacity of one fleet version over time.
///
/// A value: a copy is O(1) and shares pages until one side writes (`PagedColumn`), which is how views, undo, dry
/// runs and forks are made. Changes here are total: callers check with a search first.
public struct PackingState: Sendable {
    public var fleet: Fleet { tables.fleet }
    let tables: FleetTables
    let allocator: any PageAllocator

    var lists: BookingLists
    var nodes: PagedColumn<NodeRecord>
    var racks: PagedColumn<RackRecord>
    /// What bookings commit at the caps they are entitled to: what the fleet's limits are held against.
    var watts: CommittedWatts
    /// What curtailments take off that, never positive.
    var relief: CommittedWatts
    /// Whether anything was ever taken off.
    var hasRelief = false
    /// The sum of both, for loads with ceilings alone: what ceilings are held against.
    var drawn: CommittedWatts
    var ceilings: Ceilings

    /// The time that what follows is right for, until the next event.
    public internal(set) var instant = Int64.min
    /// Whether the instant lies ahead of the present: so only in copies that a search makes.
    var isAhead = false
    /// Not later than the next time after `instant` at which anything begins or ends.
    var nextEvent = Int64.max
    /// The same for each 64 racks.
    var nextEventOfRacks: PagedColumn<Int64>
    /// Modules of each node that are free at the instant.
    var free: PagedColumn<UInt8>
    /// Nodes of each rack that are free as a whole at the instant, bit `n` for its node `n`.
    var freeNodes: PagedColumn<UInt64>
    /// Racks of which some node is free as a whole, and those of which all are: bit by rack.
    var openRacks: PagedColumn<UInt64>
    var wholeRackBits: PagedColumn<UInt64>
    /// Blocks that are free as a whole: bit by block.
    var wholeBlocks: PagedColumn<UInt64>
    /// Not later than the next time after the instant at which a booking of the rack begins.
    var rackHorizon: PagedColumn<Int64>
    /// When the last booking of each node that holds some of it at the instant ends; `Int64.min` when none does.
    var busyUntil: PagedColumn<Int64>
    /// The latest of those of each rack's nodes.
    var rackBusyUntil: PagedColumn<Int64>
    /// Racks of each block that are free as a whole at the instant.
    var wholeRacks: PagedColumn<Int32>
    /// The least `rackHorizon` of each block's racks.
    var blockHorizon: PagedColumn<Int64>
    var buckets: BucketIndex
    var mix = ShapeMix()
    var order: BucketOrder
    /// The states of the cut GPUs of each node at the instant: by module its ordinal, or -1 when it is not cut.
    var cuts: PagedColumn<SIMD8<Int16>>
    /// Booked MIG instances by platform and profile, and the order of states that follows from them.
    var sliceMixes: [SliceMix]
    var sliceOrders: [BucketOrder?]

    /// The state of a fleet of which nothing is leased, in pages from `allocator`. O(nodes + budgets × depth).
    ///
    /// - Parameter instructionSet: what scans are made with; it must be available, and changes no answer.
    public init(
        fleet: Fleet, allocator: any PageAllocator = HeapPages(), instructionSet: InstructionSet = .widest
    ) {
        let tables = FleetTables(fleet, instructionSet)
        self.tables = tables
        self.allocator = allocator
        lists = BookingLists(allocator: allocator)
        nodes = PagedColumn(repeating: NodeRecord(), count: fleet.nodeCount, allocator: allocator)
        racks = PagedColumn(repeating: RackRecord(), count: fleet.racks.count, allocator: allocator)
        nextEventOfRacks = PagedColumn(repeating: .max, count: (fleet.racks.count + 63) / 64, allocator: allocator)
        free = PagedColumn(repeating: 0, count: fleet.nodeCount, allocator: allocator)
        freeNodes = PagedColumn(repeating: 0, count: fleet.racks.count, allocator: allocator)
        let rackWords = (fleet.racks.count + 63) / 64
        openRacks = PagedColumn(repeating: 0, count: rackWords, allocator: allocator)
        wholeRackBits = PagedColumn(repeating: 0, count: rackWords, allocator: allocator)
        wholeBlocks = PagedColumn(repeating: 0, count: (tables.blockCount + 63) / 64, allocator: allocator)
        rackHorizon = PagedColumn(repeating: .max, count: fleet.racks.count, allocator: allocator)
        busyUntil = PagedColumn(repeating: .min, count: fleet.nodeCount, allocator: allocator)
        rackBusyUntil = PagedColumn(repeating: .min, count: fleet.racks.count, allocator: allocator)
        wholeRacks = PagedColumn(repeating: 0, count: tables.blockCount, allocator: allocator)
        blockHorizon = PagedColumn(repeating: .max, count: tables.blockCount, allocator: allocator)
        buckets = BucketIndex(tables.bucketLayout, allocator: allocator)
        order = tables.order(for: mix.weights)
        cuts = PagedColumn(repeating: Self.uncut, count: fleet.nodeCount, allocator: allocator)
        sliceMixes = tables.geometries.map { SliceMix(profileCount: $0?.profileCount ?? 0) }
        sliceOrders = sliceMixes.indices.map { tables.sliceOrder(platform: $0, for: []) }
        let floors = tables.loads.racks.map { racks in
            racks.reduce(Watts(0)) { sum, rack in
                let power = fleet.platforms[fleet.racks[rack].platformOffset].power
                return sum + Watts(fleet.racks[rack].nodes.count) * power.nodeIdleWatts + power.rackOverheadWatts
            }
        }
        watts = CommittedWatts(floors: floors, allocator: allocator)
        let none = [Watts](repeating: 0, count: floors.count)
        relief = CommittedWatts(floors: none, allocator: allocator)
        drawn = CommittedWatts(floors: none, allocator: allocator)
        ceilings = Ceilings([], fleet, tables.loads)
        for rack in 0..<tables.rackCount { refreshRack(rack) }
    }

    // MARK: Reading

    /// Calls `body` for each booking of a node, in no stated order. O(bookings of the node).
    public func forEachBooking(of node: NodeIndex, _ body: (Booking) -> Void) {
        func visit(_ record: BookingRecord, _ terms: TermsRecord) {
            body(
                Booking(
                    lease: terms.lease, start: terms.start, end: terms.end, until: terms.until,
                    capWatts: Watts(record.capWatts), moduleMask: record.moduleMask, sliceMask: record.sliceMask))
        }
        lists.forEach(from: nodes[node.offset].firstBooking, visit)
        lists.forEach(from: racks[Int(tables.rackOfNode[node.offset])].firstBooking, visit)
    }

    public func health(of node: NodeIndex) -> NodeHealth { nodes[node.offset].health }

    /// The time from which a closed node takes new allocations again; `Int64.max` when nobody has said.
    public func closedUntil(_ node: NodeIndex) -> Int64 { nodes[node.offset].closedUntil }

    /// Modules of a node that are still being turned round after their planned time.
    public func notReadyModules(of node: NodeIndex) -> UInt8 { nodes[node.offset].notReady }

    /// The modules of a node that are free over all of `[start, until)`. O(bookings of the node and its rack).
    public func freeModules(of node: Int, from start: Int64, until: Int64, now: Int64) -> UInt8 {
        let record = nodes[node]
        guard record.closedUntil <= start else { return 0 }
        let rack = Int(tables.rackOfNode[node])
        var modules = tables.platforms[Int(tables.rackPlatform[rack])].moduleMask
        if start <= now { modules &= ~record.notReady }
        modules &= ~lists.modules(from: record.firstBooking, overlapping: start, until)
        if modules != 0 { modules &= ~lists.modules(from: racks[rack].firstBooking, overlapping: start, until) }
        return modules
    }

    /// Whether a node is free as a whole over `[start, until)`. O(bookings of the node and its rack).
    func isWholeNodeFree(_ node: Int, from start: Int64, until: Int64, now: Int64) -> Bool {
        let rack = Int(tables.rackOfNode[node])
        return freeModules(of: node, from: start, until: until, now: now)
            == tables.platforms[Int(tables.rackPlatform[rack])].moduleMask
    }

    /// Watts at the rack committed in a budget domain at `time`, which is not before the instant, curtailments counted.
    public func committedWatts(of budget: BudgetIndex, at time: Int64) -> Watts {
        let load = tables.loads.ofBudget[budget.offset]
        return watts.value(of: load, at: time) + (hasRelief ? relief.value(of: load, at: time) : 0)
    }

    /// What leases may draw by their terms at `time`, as if nothing were curtailed.
    public func entitledWatts(of budget: BudgetIndex, at time: Int64) -> Watts {
        watts.value(of: tables.loads.ofBudget[budget.offset], at: time)
    }

    /// The most that leases may draw by their terms at some instant of `[start, until)`.
    public func entitledPeak(of budget: BudgetIndex, from start: Int64, until: Int64) -> Watts {
        watts.peak(of: tables.loads.ofBudget[budget.offset], from: start, until: until)
    }

    /// Committed watts as steps in `[start, until)`, curtailments counted, the first one at `start` with the value there.
    /// O(steps).
    public func committedSteps(of budget: BudgetIndex, from start: Int64, until: Int64) -> [LimitStep] {
        let load = tables.loads.ofBudget[budget.offset]
        let entitled = watts.steps(of: load, from: start, until: until)
        guard hasRelief else { return entitled }
        return LimitStep.sum(entitled, relief.steps(of: load, from: start, until: until))
    }

    /// Bytes of pages that this state shares with no other: what it costs, and what a change after a copy cost.
    public var ownedBytes: Int {
        let columns =
            nodes.ownedBytes + racks.ownedBytes + free.ownedBytes + freeNodes.ownedBytes + rackHorizon.ownedBytes
            + wholeRacks.ownedBytes + blockHorizon.ownedBytes + nextEventOfRacks.ownedBytes
            + openRacks.ownedBytes + wholeRackBits.ownedBytes + wholeBlocks.ownedBytes + cuts.ownedBytes
            + busyUntil.ownedBytes + rackBusyUntil.ownedBytes
        return columns + buckets.ownedBytes + calendarBytes
    }

    /// The part of `ownedBytes` that holds bookings and committed watts.
    public var calendarBytes: Int { lists.ownedBytes + watts.ownedBytes + relief.ownedBytes + drawn.ownedBytes }

    // MARK: Closing nodes

    /// Closes a node to windows that start before `until`; `Int64.min` opens it.
    public mutating func setHealth(_ health: NodeHealth, of node: NodeIndex, closedUntil until: Int64) {
        changeNode(node.offset) {
            $0.health = health
            $0.closedUntil = until
        }
    }

    public mutating func setNotReadyModules(_ mask: UInt8, of node: NodeIndex) {
        changeNode(node.offset) { $0.notReady = mask }
    }

    private mutating func changeNode(_ node: Int, _ change: (inout NodeRecord) -> Void) {
        let rack = Int(tables.rackOfNode[node])
        let wasShut = nodes[node].isShut
        let wasFaulty = nodes[node].health == .faulty
        change(&nodes[node])
        let isShut = nodes[node].isShut
        if wasShut != isShut { racks[rack].shutCount += isShut ? 1 : -1 }
        let isFaulty = nodes[node].health == .faulty
        if wasFaulty != isFaulty { racks[rack].faultyCount += isFaulty ? 1 : -1 }
        noteEvent(nodes[node].closedUntil, rack: rack)
        refreshFree(of: node, rack: rack)
    }
}

extension LimitStep {
    /// The sum of two step functions that begin at one time.
    static func sum(_ one: [LimitStep], _ other: [LimitStep]) -> [LimitStep] {
        var result: [LimitStep] = []
        var (first, second) = (0, 0)
        while true {
            let at = max(one[first].at, other[second].at)
            result.append(LimitStep(at: at, watts: one[first].watts + other[second].watts))
            let next = [
                first + 1 < one.count ? one[first + 1].at : nil, second + 1 < other.count ? other[second + 1].at : nil,
            ]
            .compactMap(\.self).min()
            guard let next else { return result }
            if first + 1 < one.count, one[first + 1].at == next { first += 1 }
            if second + 1 < other.count, other[second + 1].at == next { second += 1 }
        }
    }
}
