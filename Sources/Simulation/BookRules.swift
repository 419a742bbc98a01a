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
    let now: Int64
    var fleet: Fleet { book.fleet }

    /// - Parameter now: the instant from which limits must hold.
    public init(_ book: Book, now: Int64) {
        self.book = book
        self.now = now
    }

    public func check() -> [RuleReport] { [holders(), watts(), legality()] }

    // MARK: Rule 1

    /// A stretch of one node's modules held by one lease.
    struct Hold {
        let node: Int
        let mask: UInt8
        /// Memory slices of the one module, for a MIG instance; else 0.
        let slices: UInt8
        let start: Int64
        let end: Int64
        let until: Int64
        let lease: UInt64
        /// The caps that hold one after another, each from its time on; the first from the start.
        let caps: [CapStep]

        /// The cap at a time.
        func cap(at time: Int64) -> PowerCap { caps.last { $0.at <= time }!.cap }
        /// Whether the node is held as a whole and not GPU by GPU.
        let isWholeNode: Bool
        /// What load targets lower its GPUs to.
        let curtailments: [CurtailmentStep]

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
                // What is over may have been held by others: a lease that runs takes a node over in the middle of its time.
                let start = max(hold.start, other.start, book.time)
                if hold.shares(with: other), start < min(hold.end, other.end) {
                    report.violate(
                        "\(name(hold.node)) is held by \(id(hold.lease)) and \(id(other.lease)) at one instant")
                }
                next += 1
            }
        }
        compareWithBookings(holds, &report)
        report.count("leases", book.liveLeases.count { $0.partOf == nil })
        report.count("maintenances", book.maintenanceNames.count)
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
    func holds() -> [Hold] {
        var holds: [Hold] = []
        for lease in book.liveLeases {
            func add(_ node: Int, _ mask: UInt8, slices: UInt8 = 0, isWholeNode: Bool = false) {
                guard !lease.returnedNodes.contains(where: { $0.contains(node) }) else { return }
                holds.append(
                    Hold(
                        node: node, mask: mask, slices: slices, start: lease.start, end: lease.end,
                        until: lease.until, lease: lease.number,
                        caps: [CapStep(at: lease.start, cap: lease.cap)] + lease.capSteps,
                        isWholeNode: isWholeNode,
                        // Instances keep the cap of the GPU that they share.
                        curtailments: slices == 0 ? curtailments(of: lease, on: node) : []))
            }
            for line in lease.lines {
                for range in line.holdings.wholeNodes {
                    for node in range { add(node, fleet.moduleMasks[node], isWholeNode: true) }
                }
                for node in line.holdings.spareNodes { add(node, fleet.moduleMasks[node], isWholeNode: true) }
                for partial in line.holdings.partialNodes { add(partial.node, partial.moduleMask) }
                for slice in line.holdings.slices {
                    let platform = fleet.platform(of: NodeIndex(slice.node))
                    add(slice.node, slice.moduleMask, slices: slice.memoryMask(on: platform))
                }
            }
        }
        for name in book.maintenanceNames {
            let item = book.maintenance(named: name)!
            for window in item.plan.windows {
                let terms = item.terms(window)
                for node in item.plan.nodes.joined() {
                    holds.append(
                        Hold(
                            node: node, mask: fleet.moduleMasks[node], slices: 0, start: terms.start, end: terms.end,
                            until: terms.until, lease: terms.lease,
                            caps: [CapStep(at: terms.start, cap: terms.cap)],
                            isWholeNode: true, curtailments: []))
                }
            }
        }
        return holds.sorted { $0.node != $1.node ? $0.node < $1.node : $0.lease < $1.lease }
    }

    /// Steps of the load targets above a node.
    private func curtailments(of lease: Lease, on node: Int) -> [CurtailmentStep] {
        guard !lease.curtailments.isEmpty else { return [] }
        let above = fleet.budgetChains[fleet.rackOfNode[node].offset].map { fleet.budgets[$0.offset].name }
        return lease.curtailments.filter { above.contains($0.target.budget) }.flatMap(\.steps)
    }

    func name(_ node: Int) -> String { fleet.nodeName(NodeIndex(node)) }
    func id(_ lease: UInt64) -> String {
        lease < Booking.maintenanceFirst
            ? book.naming.id(of: book.lease(lease)?.leaseNumber ?? lease)
            : "maintenance number \(lease - Booking.maintenanceFirst)"
    }
}

extension Book {
    /// Leases and further parts of leases that are not final, in order of numbers.
    var liveLeases: [Lease] {
        var leases: [Lease] = []
        forEachLease { lease in
            if !lease.state.isFinal { leases.append(lease) }
            return true
        }
        return leases
    }
}
