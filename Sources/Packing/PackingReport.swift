// How well the fleet is packed at one instant: what is still whole, and what is stranded.

public import FleetModel

/// GPUs of a set of nodes by what they are doing at one instant; the four parts add up to `total`.
public struct GPUCounts: Equatable, Sendable {
    public var total = 0
    public var free = 0
    /// Held for a turn-round, a repair's validation or maintenance, or closed to new allocations while unleased.
    public var held = 0
    public var leased = 0
    /// On faulty nodes, leased or not.
    public var faulty = 0

    /// No GPUs at all.
    public init() {}

    public static func += (left: inout GPUCounts, right: GPUCounts) {
        left.total += right.total
        left.free += right.free
        left.held += right.held
        left.leased += right.leased
        left.faulty += right.faulty
    }
}

/// The state of packing at one instant, over the whole fleet.
public struct PackingReport: Equatable, Sendable {
    public var wholeBlocksLeft = 0
    public var wholeNVL72Left = 0
    public var wholeNodesLeft = 0
    public var gpus = GPUCounts()
    /// GPUs that are free but that no watts are left for, even at their lowest cap.
    public var strandedGPUs = 0
    /// Watts where the power roots are measured that all free GPUs below them at their highest cap could not use.
    public var strandedWatts: Watts = 0

    /// Nothing left, and nothing stranded.
    public init() {}

    static func += (left: inout PackingReport, right: PackingReport) {
        left.wholeBlocksLeft += right.wholeBlocksLeft
        left.wholeNVL72Left += right.wholeNVL72Left
        left.wholeNodesLeft += right.wholeNodesLeft
        left.gpus += right.gpus
        left.strandedGPUs += right.strandedGPUs
        left.strandedWatts += right.strandedWatts
    }
}

/// The state of packing at one instant, of one site.
public struct SitePacking: Equatable, Sendable {
    public var report = PackingReport()
    /// What the GPUs of each platform of the fleet do, by the platform's offset.
    public var gpusByPlatform: [GPUCounts]
}

extension PackingState {
    /// What the GPUs of a node are doing at `now`. O(bookings of the node).
    public func gpuCounts(of node: Int, at now: Int64) -> GPUCounts {
        let mask = tables.platforms[Int(tables.rackPlatform[Int(tables.rackOfNode[node])])].moduleMask
        var counts = GPUCounts()
        counts.total = mask.nonzeroBitCount
        if nodes[node].health == .faulty {
            counts.faulty = counts.total
            return counts
        }
        var (leased, held) = (UInt8(0), nodes[node].notReady)
        func visit(_ booking: BookingRecord, _ terms: TermsRecord) {
            guard terms.start <= now, now < terms.until else { return }
            if now < terms.end && terms.lease < Booking.maintenanceFirst {
                leased |= booking.moduleMask
            } else {
                held |= booking.moduleMask
            }
        }
        lists.forEach(from: nodes[node].firstBooking, visit)
        lists.forEach(from: racks[Int(tables.rackOfNode[node])].firstBooking, visit)
        if nodes[node].closedUntil > now { held = mask }
        counts.leased = leased.nonzeroBitCount
        counts.held = (held & ~leased).nonzeroBitCount
        counts.free = counts.total - counts.leased - counts.held
        return counts
    }

    /// Measures the packing at `now`. O(racks × depth of budgets + bookings of nodes of racks that are leased in parts).
    public func report(at now: Int64) -> PackingReport { rackSums(at: now).report(on: self, at: now) }

    /// The same for each site of the fleet, in their order.
    public func siteReports(at now: Int64) -> [SitePacking] { rackSums(at: now).sites(on: self, at: now) }

    private func rackSums(at now: Int64) -> RackSums {
        RackSums(tables, uses: (0..<tables.rackCount).map { rackUse($0, at: now) })
    }

    /// What a rack is used for at `now`. O(bookings of its nodes), O(its own bookings) when they all do the same.
    func rackUse(_ rack: Int, at now: Int64) -> RackUse {
        let first = Int(tables.rackFirstNode[rack])
        let nodeCount = Int(tables.rackNodeCount[rack])
        let record = racks[rack]
        var use = RackUse()
        if record.nodeBookingCount == 0 && record.shutCount == 0 && record.faultyCount == 0 {
            // All nodes do the same.
            use.counts = gpuCounts(of: first, at: now)
            use.wholeNodes = use.counts.free == use.counts.total ? Int32(nodeCount) : 0
            use.counts.multiply(by: nodeCount)
            return use
        }
        var left = tables.fullRack(rack)
        if record.faultyCount == 0 && isIndexed(now, now: now) {
            // What is free as a whole at the instant is known.
            use.wholeNodes = Int32(freeNodes[rack].nonzeroBitCount)
            let gpusPerNode = Int(tables.platforms[Int(tables.rackPlatform[rack])].gpusPerNode)
            use.counts.total = Int(use.wholeNodes) * gpusPerNode
            use.counts.free = use.counts.total
            left &= ~freeNodes[rack]
        }
        while left != 0 {
            let counts = gpuCounts(of: first + left.trailingZeroBitCount, at: now)
            left &= left - 1
            use.counts += counts
            if counts.free == counts.total { use.wholeNodes += 1 }
        }
        return use
    }

    /// The next time after `now` at which what a rack is used for changes by itself; `Int64.max` when none does. O(its
    /// bookings).
    func nextUse(ofRack rack: Int, after now: Int64) -> Int64 {
        var next = Int64.max
        func note(_ time: Int64) { if time > now && time < next { next = time } }
        func visit(_ booking: BookingRecord, _ terms: TermsRecord) {
            note(terms.start)
            note(terms.end)
            note(terms.until)
        }
        let first = Int(tables.rackFirstNode[rack])
        lists.forEach(from: racks[rack].firstBooking, visit)
        guard racks[rack].nodeBookingCount > 0 || racks[rack].shutCount > 0 else { return next }
        for node in first..<first + Int(tables.rackNodeCount[rack]) {
            note(nodes[node].closedUntil)
            lists.forEach(from: nodes[node].firstBooking, visit)
        }
        return next
    }
}

/// What a rack is used for at one instant.
struct RackUse: Equatable, Sendable {
    var counts = GPUCounts()
    /// Nodes that are free as a whole.
    var wholeNodes: Int32 = 0
}

extension GPUCounts {
    static func -= (left: inout GPUCounts, right: GPUCounts) {
        left.total -= right.total
        left.free -= right.free
        left.held -= right.held
        left.leased -= right.leased
        left.faulty -= right.faulty
    }

    fileprivate mutating func multiply(by count: Int) {
        total *= count
        free *= count
        held *= count
        leased *= count
        faulty *= count
    }
}
