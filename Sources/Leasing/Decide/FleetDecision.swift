// Whether a proposed fleet may come into force.

import FleetModel
import Packing

extension Book {
    /// Adopts a fleet that keeps every lease's hardware and watts; refuses any other, naming what is in the way.
    mutating func decideFleet(_ fleet: Fleet, _ step: inout Step) throws(Refusal) {
        if fleet.source == self.fleet.source { return }
        let newRegister = HardwareRegister(fleet, after: register, of: self.fleet)
        var conflict: Refusal?
        forEachLease { lease in
            guard !lease.state.isFinal else { return true }
            // Nodes that have come back from a lease that is ending count too: its record names them to its end.
            let nodes = lease.lines.flatMap { line in
                line.holdings.bookedNodes + line.holdings.sharedNodes.map { $0..<$0 + 1 }
            }
            for node in nodes.lazy.flatMap({ $0 }) where newRegister.node(of: register.id(of: NodeIndex(node))) == nil {
                conflict = Refusal(
                    .fleetConflict,
                    "the proposed fleet has not \(self.fleet.nodeName(NodeIndex(node))) as it is, which lease "
                        + "\(naming.id(of: lease.leaseNumber)) of \(lease.tenant) holds until it is released")
                return false
            }
            for line in lease.lines where conflict == nil {
                conflict = loss(of: line, to: lease, in: fleet, newRegister)
            }
            return conflict == nil
        }
        if let conflict { throw conflict }
        guard let moved = moved(to: fleet, register: newRegister) else {
            preconditionFailure("every live lease keeps its hardware, and leases that are over need none")
        }
        for target in loadTargets where target.until > step.now && fleet.budget(named: target.key.budget) == nil {
            throw Refusal(
                .fleetConflict,
                "the proposed fleet has no budget \(target.key.budget), on which load target \(target.key.id) is in "
                    + "force; remove that first")
        }
        // Load targets may lie under what is committed; the fleet's own limits may not.
        var own = moved.packing
        own.setCeilings([])
        for (offset, budget) in fleet.budgets.enumerated() {
            let left = own.headroom(of: BudgetIndex(offset), from: step.now, until: .max)
            guard left >= 0 else {
                throw Refusal(
                    .fleetConflict,
                    "leases commit \(-left) W at the rack more than the proposed limit of budget \(budget.name)")
            }
        }
        let before = self.fleet
        commit(
            .fleetAdopted(source: fleet.source, runs: Book.runs(of: newRegister), nextID: newRegister.nextID), &step)
        // What is new may hang on a feed that has failed.
        darkenRacks("no feed of it stands", &step)
        followSources(since: before, &step)
        // Hardware that is added draws power idle.
        planOthersAnew(than: [], &step)
    }

    /// Why a line would hold no whole blocks or racks any more on a fleet on which they have more nodes, or other ones; nil when it
    /// would. Nodes of a unit that the line has lost, as failed ones, are of the unit all the same.
    private func loss(of line: LeaseLine, to lease: Lease, in fleet: Fleet, _ newRegister: HardwareRegister) -> Refusal?
    {
        guard let level = line.shape.domainLevel else { return nil }
        let held = line.holdings.bookedNodes
        let units = Set(held.joined().compactMap { self.fleet.domain(of: self.fleet.rackOfNode[$0], at: level) })
        let isKept = units.allSatisfy { unit in
            let nodes = self.fleet.domains[unit.offset].nodes
            let known = Set(nodes.map { register.id(of: NodeIndex($0)) })
            let homes = Set(
                held.intersecting([nodes]).joined().map { node -> DomainIndex? in
                    newRegister.node(of: register.id(of: NodeIndex(node))).flatMap {
                        fleet.domain(of: fleet.rackOfNode[$0.offset], at: level)
                    }
                })
            guard homes.count == 1, let home = homes.first.flatMap(\.self) else { return false }
            return fleet.domains[home.offset].nodes.allSatisfy { known.contains(newRegister.id(of: NodeIndex($0))) }
        }
        guard !isKept else { return nil }
        return Refusal(
            .fleetConflict,
            "lease \(naming.id(of: lease.leaseNumber)) of \(lease.tenant) holds a whole \(line.shape.unitName), which has other "
                + "nodes in the proposed fleet; end the lease first, or add them as a \(line.shape.unitName) of their own"
        )
    }
}
