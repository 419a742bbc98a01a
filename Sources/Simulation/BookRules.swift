// The rules that one book must keep by itself, derived again from its leases alone.
//
// Nothing here uses the search or the bookings that it made: holders, watts and legality follow from what each lease
// says it holds, so that a mistake in the packing shows as a difference.

import FleetModel
public import Leasing
import Packing

/// Checks rules 1 to 3 on one book.
public struct BookRules {
    let book: Book
    private let now: Int64
    var fleet: Fleet { book.fleet }

    /// - Parameter now: the instant from which limits must hold.
    public init(_ book: Book, now: Int64) {
        self.book = book
        self.now = now
    }

    public func check() -> [RuleReport] { [holders(), watts(), legality()] }

    // MARK: Rule 1

    /// A stretch of one node's modules held by one lease.
    private struct Hold {
        let node: Int
        let mask: UInt8
        /// Memory slices of the one module, for a MIG instance; else 0.
        let slices: UInt8
        let start: Int64
        let end: Int64
        let until: Int64
        let lease: UInt64
        let cap: PowerCap

        /// Whether a GPU, or a slice of one, is held by both.
        func shares(with other: Hold) -> Bool {
            guard mask & other.mask != 0 else { return false }
            return slices == 0 || other.slices == 0 || slices & other.slices != 0
        }
    }

    private func holders() -> RuleReport {
        var report = RuleReport(1, "no GPU and no MIG slice belongs to two leases at one instant")
        let holds = self.holds()
        for (index, hold) in holds.enumerated() {
            var next = index + 1
            while next < holds.count, holds[next].node == hold.node {
                let other = holds[next]
                if hold.shares(with: other), hold.start < other.end, other.start < hold.end {
                    report.violate(
                        "\(name(hold.node)) is held by \(id(hold.lease)) and \(id(other.lease)) at one instant")
                }
                next += 1
            }
        }
        compareWithBookings(holds, &report)
        report.count("leases", book.liveLeases.count)
        report.count("holds", holds.count)
        report.count("nodes", fleet.nodeCount)
        return report
    }

    /// The packing must have booked exactly what the leases hold.
    private func compareWithBookings(_ holds: [Hold], _ report: inout RuleReport) {
        var next = 0
        for node in 0..<fleet.nodeCount {
            var booked: [Booking] = []
            book.packing.forEachBooking(of: NodeIndex(node)) { booked.append($0) }
            var here: [Hold] = []
            while next < holds.count, holds[next].node == node {
                here.append(holds[next])
                next += 1
            }
            let matches =
                booked.count == here.count
                && here.allSatisfy { hold in
                    booked.contains {
                        $0.lease == hold.lease && $0.start == hold.start && $0.end == hold.end
                            && $0.until == hold.until && $0.moduleMask == hold.mask && $0.sliceMask == hold.slices
                    }
                }
            if !matches { report.violate("the bookings of \(name(node)) are not what its leases hold") }
        }
    }

    /// What live leases hold, in order of nodes.
    private func holds() -> [Hold] {
        var holds: [Hold] = []
        for lease in book.liveLeases {
            func add(_ node: Int, _ mask: UInt8, slices: UInt8 = 0) {
                guard !lease.returnedNodes.contains(where: { $0.contains(node) }) else { return }
                holds.append(
                    Hold(
                        node: node, mask: mask, slices: slices, start: lease.start, end: lease.end,
                        until: lease.until, lease: lease.number, cap: lease.cap))
            }
            for line in lease.lines {
                for range in line.holdings.wholeNodes { for node in range { add(node, fleet.moduleMasks[node]) } }
                for node in line.holdings.spareNodes { add(node, fleet.moduleMasks[node]) }
                for partial in line.holdings.partialNodes { add(partial.node, partial.moduleMask) }
                for slice in line.holdings.slices {
                    let platform = fleet.platform(of: NodeIndex(slice.node))
                    add(slice.node, slice.moduleMask, slices: slice.memoryMask(on: platform))
                }
            }
        }
        return holds.sorted { $0.node != $1.node ? $0.node < $1.node : $0.lease < $1.lease }
    }

    // MARK: Rule 2

    private func watts() -> RuleReport {
        var report = RuleReport(2, "committed watts are within every budget at every instant")
        let demand = demandByRack()
        var instants = 0
        let racksBelow = self.racksBelow()
        for (offset, budget) in fleet.budgets.enumerated() {
            var steps: [Int64: Watts] = [:]
            var floor: Watts = 0
            for rack in racksBelow[offset] {
                let place = fleet.racks[rack]
                let power = fleet.platforms[place.platformOffset].power
                floor += Watts(place.nodes.count) * power.nodeIdleWatts + power.rackOverheadWatts
                for change in demand[rack] { steps[change.at, default: 0] += change.watts }
            }
            instants += check(budget, offset, floor: floor, steps: steps, &report)
        }
        report.count("budgets", fleet.budgets.count)
        report.count("instants", instants)
        return report
    }

    private func check(
        _ budget: BudgetDomain, _ offset: Int, floor: Watts, steps: [Int64: Watts], _ report: inout RuleReport
    ) -> Int {
        let times = Set(steps.keys).union(budget.rackLimitSteps.map(\.at).filter { $0 > now }).union([now]).sorted()
        var watts = floor
        for time in times {
            watts += steps[time] ?? 0
            // What was before the present is not kept.
            if time < now { continue }
            let committed = book.packing.committedWatts(of: BudgetIndex(offset), at: time)
            if committed != watts {
                report.violate(
                    "\(budget.name) counts \(committed) W at \(RFC3339.text(time)), its leases draw \(watts) W"
                )
            }
            if watts > budget.rackLimit(at: time) {
                report.violate(
                    "\(budget.name) carries \(watts) W at the rack at \(RFC3339.text(time)), over its \(budget.rackLimit(at: time)) W"
                )
            }
        }
        return times.count
    }

    private func racksBelow() -> [[Int]] {
        var racks = [[Int]](repeating: [], count: fleet.budgets.count)
        for (rack, chain) in fleet.budgetChains.enumerated() {
            for budget in chain { racks[budget.offset].append(rack) }
        }
        return racks
    }

    /// Changes of each rack's draw over its idle floor.
    private func demandByRack() -> [[(at: Int64, watts: Watts)]] {
        var demand = [[(at: Int64, watts: Watts)]](repeating: [], count: fleet.racks.count)
        let holds = self.holds()
        var first = 0
        while first < holds.count {
            var end = first
            while end < holds.count, holds[end].node == holds[first].node { end += 1 }
            let rack = fleet.rackOfNode[holds[first].node].offset
            demand[rack] += changes(
                of: Array(holds[first..<end]), on: fleet.platforms[fleet.racks[rack].platformOffset])
            first = end
        }
        return demand
    }

    /// Walks the instants at which a node's holders change and takes its draw afresh at each.
    private func changes(of holds: [Hold], on platform: Platform) -> [(at: Int64, watts: Watts)] {
        let times = Set(holds.flatMap { [$0.start, $0.until] }).sorted()
        var result: [(at: Int64, watts: Watts)] = []
        var before = platform.power.nodeIdleWatts
        for time in times {
            let present = holds.filter { $0.start <= time && time < $0.until }
            var watts = platform.power.nodeIdleWatts
            if !present.isEmpty {
                // A GPU of which only a slice is held draws its cap, however many hold one.
                var capped: UInt8 = 0
                watts = platform.power.nodeOverheadWatts
                for hold in present {
                    let cap = max(hold.cap.watts(on: platform), platform.power.gpuIdleWatts)
                    watts += Watts((hold.mask & ~capped).nonzeroBitCount) * cap
                    capped |= hold.mask
                }
                watts += Watts(platform.gpusPerNode - capped.nonzeroBitCount) * platform.power.gpuIdleWatts
            }
            result.append((time, watts - before))
            before = watts
        }
        return result
    }

    func name(_ node: Int) -> String { fleet.nodeName(NodeIndex(node)) }
    func id(_ lease: UInt64) -> String { book.naming.id(of: lease) }
}

extension Book {
    /// Leases that are not final, in order of numbers.
    var liveLeases: [Lease] {
        var leases: [Lease] = []
        forEachLease { lease in
            if !lease.state.isFinal { leases.append(lease) }
            return true
        }
        return leases
    }
}
