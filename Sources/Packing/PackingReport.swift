// How well the fleet is packed at one instant: what is still whole, and what is stranded.

public import FleetModel

/// GPUs of a set of nodes by what they are doing at one instant; the four parts add up to `total`.
public struct GPUCounts: Equatable, Sendable {
    public var total = 0
    public var free = 0
    /// Held for a turn-round, a repair's validation, or closed to new allocations while unleased.
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
public struct PackingReport: Sendable {
    public var wholeBlocksLeft = 0
    public var wholeNVL72Left = 0
    public var wholeNodesLeft = 0
    public var gpus = GPUCounts()
    /// GPUs that are free but that no watts are left for, even at their lowest cap.
    public var strandedGPUs = 0
    /// Watts where the power roots are measured that all free GPUs below them at their highest cap could not use.
    public var strandedWatts: Watts = 0
}

extension PackingState {
    /// What the GPUs of a node are doing at `now`. O(bookings of the node).
    public func gpuCounts(of node: Int, at now: Int64) -> GPUCounts {
        let mask = fleet.moduleMasks[node]
        var counts = GPUCounts()
        counts.total = mask.nonzeroBitCount
        if nodes[node].health == .faulty {
            counts.faulty = counts.total
            return counts
        }
        var (leased, held) = (UInt8(0), nodes[node].notReady)
        forEachBooking(of: NodeIndex(node)) { booking in
            guard booking.start <= now, now < booking.until else { return }
            if now < booking.end { leased |= booking.moduleMask } else { held |= booking.moduleMask }
        }
        if nodes[node].closedUntil > now { held = mask }
        counts.leased = leased.nonzeroBitCount
        counts.held = (held & ~leased).nonzeroBitCount
        counts.free = counts.total - counts.leased - counts.held
        return counts
    }

    /// Measures the packing at `now`. O(nodes + budgets).
    public func report(at now: Int64) -> PackingReport {
        var report = PackingReport()
        var freeNodes = [Int](repeating: 0, count: fleet.racks.count)
        var left = fleet.budgets.indices.map { headroom(of: BudgetIndex($0), from: now, until: now + 1) }
        let headroomNow = left
        var wanted = [Watts](repeating: 0, count: fleet.budgets.count)
        for (offset, rack) in fleet.racks.enumerated() {
            let platform = fleet.platforms[rack.platformOffset]
            var rackFree = 0
            for node in rack.nodes {
                let counts = gpuCounts(of: node, at: now)
                report.gpus += counts
                rackFree += counts.free
                if counts.free == counts.total { freeNodes[offset] += 1 }
            }
            report.wholeNodesLeft += freeNodes[offset]
            if platform.isRackScale && freeNodes[offset] == rack.nodes.count { report.wholeNVL72Left += 1 }
            let numbers = tables.platforms[rack.platformOffset]
            let watts =
                numbers.gpuWatts(rackFree, capWatts: platform.power.capWattsMin)
                + Watts(freeNodes[offset]) * numbers.firstWatts
            report.strandedGPUs += strandedGPUs(rackFree, watts, RackIndex(offset), &left)
            let rackWanted =
                numbers.gpuWatts(rackFree, capWatts: platform.power.capWattsMax)
                + Watts(freeNodes[offset]) * numbers.firstWatts
            for budget in fleet.budgetChains[offset] { wanted[budget.offset] += rackWanted }
        }
        for domain in fleet.domains where domain.level == .block {
            let isWhole = domain.racks.allSatisfy { freeNodes[$0] == fleet.racks[$0].nodes.count }
            report.wholeBlocksLeft += isWhole ? 1 : 0
        }
        for (offset, budget) in fleet.budgets.enumerated() where budget.parent == nil && budget.kind == .power {
            let unused = max(0, headroomNow[offset] - wanted[offset])
            report.strandedWatts += budget.measuredWatts(rackWatts: unused)
        }
        return report
    }

    /// How many of a rack's free GPUs no watts are `left` for at their lowest cap, after the racks before it.
    private func strandedGPUs(_ free: Int, _ watts: Watts, _ rack: RackIndex, _ left: inout [Watts]) -> Int {
        guard free > 0, watts > 0 else { return 0 }
        let chain = fleet.budgetChains[rack.offset]
        let available = chain.reduce(watts) { min($0, max(0, left[$1.offset])) }
        for budget in chain { left[budget.offset] -= available }
        return free - Int(Watts(free) * available / watts)
    }
}
