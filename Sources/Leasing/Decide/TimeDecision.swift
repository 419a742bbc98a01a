// What time brings: starts, ends, returns, and the ends of cordons and validations.

import FleetModel
import Packing

extension Book {
    /// Events that one step applies at most; the rest follows in the next one.
    static let eventsPerStepMax = 256

    /// Applies everything due at the time of the step, in due order, each at the time it was due.
    mutating func decideWhatIsDue(_ step: inout Step) {
        guard freeze == nil else { return }
        for _ in 0..<Book.eventsPerStepMax {
            guard let next = agenda.first, next.at <= step.now else { return }
            step.at = next.at
            switch next.event {
            case .leaseStart(let number): start(number, &step)
            case .leaseEnd(let number): commit(.leaseMoved(number: number, event: .end, at: step.at), &step)
            case .leaseReturn(let number): bringBack(number, &step)
            case .leaseCapStep(let number): commit(.leaseCapStepped(number: number, at: step.at), &step)
            case .nodeUntil(let node): reopen(node, &step)
            case .leasePower(let number): settlePower(of: number, &step)
            case .orderOverdue(let number): commit(.orderOverdue(number: number), &step)
            case .approvalExpires(let number): commit(.approvalEnded(number: number, end: .expired), &step)
            case .transferExpires(let number): expireTransfer(number, &step)
            case .subleaseExpires(let number): expireSublease(number, &step)
            case .subleaseEnds(let number): endSublease(number, &step)
            case .maintenanceEnd(let number):
                let name = maintenance.maintenance(number: number)!.name
                commit(.maintenanceOver(name: name, at: step.at), &step)
            }
        }
        step.outcome.hasMoreDue = (agenda.first?.at).map { $0 <= step.now } ?? false
    }

    /// Starts a lease: units that are down are replaced where that is possible, and what is ready is delivered.
    mutating func start(_ number: UInt64, _ step: inout Step) {
        commit(.leaseMoved(number: number, event: .start, at: step.at), &step)
        let lease = known(number)
        var down: [Int] = []
        for line in lease.lines {
            for range in line.holdings.wholeNodes {
                for node in range where isDown(node, modules: .max) { down.append(node) }
            }
            for (node, modules) in line.holdings.sharedModules
            where isDown(node, modules: modules) && !down.contains(node) {
                down.append(node)
            }
        }
        settle(number, down: down.sorted(), &step)
    }

    /// The end of a lease's turn-round: its units are free, or overdue where somebody has to report them.
    private mutating func bringBack(_ number: UInt64, _ step: inout Step) {
        let lease = known(number)
        var overdue: [Range<Int>] = []
        for segment in fleet.rackSegments(of: lease.bookedNodes) where awaitsReport(segment.rack) {
            overdue.append(segment.nodes)
        }
        for node in lease.lines.flatMap(\.holdings.sharedNodes)
        where !lease.hasReturned(node) && awaitsReport(fleet.rackOfNode[node]) {
            overdue.append(node..<node + 1)
        }
        let nodes = overdue.united()
        if !nodes.isEmpty { commit(.nodesOverdue(register.permanent(nodes)), &step) }
        commit(.leaseMoved(number: number, event: returning(number), at: step.at), &step)
        guard !health.waiting.isEmpty else { return }
        let shared = lease.lines.flatMap { $0.holdings.sharedNodes.map { $0..<$0 + 1 } }
        serveWaiting((lease.bookedNodes + shared).united(), repaired: [], &step)
    }

    private func awaitsReport(_ rack: RackIndex) -> Bool { fleet.site(of: rack).turnRound.ending == .report }

    private mutating func reopen(_ node: Int, _ step: inout Step) {
        if packing.health(of: NodeIndex(node)) == .validating {
            commit(.nodesReturned(register.permanent([node])), &step)
        } else {
            commit(.nodesSet(nodes: register.permanent([node]), health: .open, note: .blank), &step)
        }
        revive(leasesUsing([node..<node + 1]), &step)
        serveWaiting([node..<node + 1], repaired: [node..<node + 1], &step)
    }

    // MARK: Units that are down

    /// Whether some of these modules of a node cannot be delivered.
    func isDown(_ node: Int, modules: UInt8) -> Bool {
        switch packing.health(of: NodeIndex(node)) {
        case .faulty, .validating, .draining: true
        case .open, .cordoned: packing.notReadyModules(of: NodeIndex(node)) & modules != 0
        }
    }

    /// Leases that are starting or active on nodes, ascending.
    func leasesUsing(_ ranges: [Range<Int>]) -> [UInt64] {
        var numbers: Set<UInt64> = []
        for range in ranges {
            for node in range {
                packing.forEachBooking(of: NodeIndex(node)) { booking in
                    if booking.start <= time { numbers.insert(booking.lease) }
                }
            }
        }
        return numbers.sorted().filter { lease($0).map { $0.state == .starting || $0.state == .active } ?? false }
    }

    /// Replaces what can be replaced of a lease's units that are down, and notes the rest.
    mutating func settle(_ number: UInt64, down: [Int], _ step: inout Step) {
        var left: [Int] = []
        for node in down where !replace(node, of: number, &step) { left.append(node) }
        noteDown(number, left, &step)
    }

    /// Looks again at the units of leases that were down, since some may be up now.
    mutating func revive(_ numbers: [UInt64], _ step: inout Step) {
        for number in numbers {
            let lease = known(number)
            let left = lease.downNodes.filter { isDown($0, modules: lease.modules(on: $0, in: fleet)) }
            if left != lease.downNodes || lease.state == .starting { noteDown(number, left, &step) }
        }
    }

    /// Writes a lease's units that are down, with the conditions that follow, and delivers it when none is late.
    mutating func noteDown(_ number: UInt64, _ down: [Int], _ step: inout Step) {
        let lease = known(number)
        let conditions = conditions(of: lease, down: down, at: step.at)
        // The same in another order is nothing new: what a load target does may have come later.
        let isKnown =
            conditions.count == lease.conditions.count && conditions.allSatisfy(lease.conditions.contains)
        if down != lease.downNodes || !isKnown {
            commit(
                .leaseMembersDown(number: number, nodes: register.permanent(down), conditions: conditions), &step)
        }
        if conditions.contains(where: { $0.kind == .degraded }) { step.outcome.noteDegraded(lease.leaseNumber) }
        if lease.state == .starting, !conditions.contains(where: { $0.kind == .delayed }) {
            commit(.leaseMoved(number: number, event: .deliver, at: step.at), &step)
        }
    }

    private func conditions(of lease: Lease, down: [Int], at: Int64) -> [Condition] {
        let late = down.filter { [.open, .cordoned].contains(packing.health(of: NodeIndex($0))) }
        let faulty = down.filter { !late.contains($0) }
        var result = lease.conditions.filter { $0.kind == .curtailed }
        for (kind, nodes, text) in [
            (ConditionKind.degraded, faulty, "down"), (.delayed, late, "still in turn-round"),
        ] where !nodes.isEmpty {
            // A lease that is late has not started; one that runs has units missing.
            let kind = kind == .delayed && lease.state == .active ? .degraded : kind
            let since = lease.conditions.first { $0.kind == kind }?.since ?? at
            let first = nodes.prefix(3).map { fleet.nodeName(NodeIndex($0)) }.joined(separator: ", ")
            let more = nodes.count > 3 ? " and \(nodes.count - 3) more" : ""
            result.append(Condition(kind: kind, reason: "\(first)\(more) \(text)", since: since))
        }
        return result
    }
}
