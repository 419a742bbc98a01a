// The operator's and the provisioner's verbs on nodes.

import FleetModel
import Packing

extension Book {
    /// Applies a verb to all named nodes, or refuses it for all with the first node that it does not suit.
    mutating func decide(
        _ verb: NodeVerb, on nodes: [Range<Int>], until: Int64?, _ step: inout Step
    ) throws(Refusal) {
        if let until, until <= step.now {
            throw Refusal(.invalid, "`until` is in the past", pointer: "/until")
        }
        if until != nil && ![.cordon, .drain, .service].contains(verb) {
            throw Refusal(.invalid, "`until` goes with cordon, drain and service only", pointer: "/until")
        }
        for range in nodes {
            for node in range where !suits(verb, node, now: step.now) {
                throw Refusal(
                    .wrongState,
                    "\(verb.rawValue) does not suit \(fleet.nodeName(NodeIndex(node))), which is "
                        + condition(of: node, now: step.now))
            }
        }
        step.outcome.nodeCount = nodes.reduce(0) { $0 + $1.count }
        let ids = register.permanent(nodes)
        let note = NodeNote(reason: step.reason, actor: step.actor.name, since: step.now, until: until)
        switch verb {
        case .cordon: commit(.nodesSet(nodes: ids, health: .cordoned, note: note), &step)
        case .drain: commit(.nodesSet(nodes: ids, health: .draining, note: note), &step)
        case .uncordon, .undrain:
            commit(.nodesSet(nodes: ids, health: .open, note: note), &step)
            revive(leasesUsing(nodes), &step)
            serveWaiting(nodes, repaired: nodes, &step)
        case .fault: fault(nodes, note, &step)
        case .service: decideService(nodes, note, &step)
        case .repair: repair(nodes, note, &step)
        case .cleaned: commit(.nodesCleaned(ids), &step)
        case .validated: validate(nodes, ids, &step)
        }
    }

    private func suits(_ verb: NodeVerb, _ node: Int, now: Int64) -> Bool {
        let health = packing.health(of: NodeIndex(node))
        return switch verb {
        case .cordon: health == .open || health == .cordoned
        case .uncordon: health == .cordoned
        case .drain: [.open, .cordoned, .draining].contains(health)
        case .undrain: health == .draining
        case .fault: health != .faulty
        case .service: health == .faulty
        case .repair: health == .faulty && !isDark(fleet.rackOfNode[node])
        case .cleaned: isInTurnRound(node, now: now) && !isReportedClean(NodeIndex(node))
        case .validated: isInTurnRound(node, now: now) || health == .validating
        }
    }

    /// Whether some of a node's units are between two holders.
    public func isInTurnRound(_ node: Int, now: Int64) -> Bool {
        var found = packing.notReadyModules(of: NodeIndex(node)) != 0
        packing.forEachBooking(of: NodeIndex(node)) { booking in
            if booking.end <= now && lease(booking.lease)?.state == .ending { found = true }
        }
        return found
    }

    private func condition(of node: Int, now: Int64) -> String {
        switch packing.health(of: NodeIndex(node)) {
        case .open: isInTurnRound(node, now: now) ? "in turn-round" : "open"
        case .cordoned: "cordoned"
        case .draining: "draining"
        case .faulty:
            isDark(fleet.rackOfNode[node])
                ? "dark: restore a feed of it first" : repair(of: NodeIndex(node)) == nil ? "faulty" : "in repair"
        case .validating: "being validated"
        }
    }

    mutating func fault(_ nodes: [Range<Int>], _ note: NodeNote, _ step: inout Step) {
        let (affected, all) = (leasesUsing(nodes), nodes.united())
        commit(.nodesSet(nodes: register.permanent(nodes), health: .faulty, note: note), &step)
        for number in affected {
            let lease = known(number)
            let hit = lease.lines.flatMap { $0.holdings.inUse(among: all) }.united().flatMap { Array($0) }
            guard !hit.isEmpty else { continue }
            // A unit that was late before counts as down now, so what was known is looked at again.
            let before = lease.downNodes.filter { !hit.contains($0) }
            settle(number, down: (before + hit).sorted(), &step)
        }
    }

    mutating func repair(_ nodes: [Range<Int>], _ note: NodeNote, _ step: inout Step) {
        for segment in fleet.rackSegments(of: nodes) {
            let turnRound = fleet.site(of: segment.rack).turnRound
            var note = note
            if turnRound.ending == .timer { note.until = step.now + max(1, turnRound.validatingSeconds) }
            commit(.nodesSet(nodes: register.permanent([segment.nodes]), health: .validating, note: note), &step)
        }
    }

    private mutating func validate(_ nodes: [Range<Int>], _ ids: [IDRange], _ step: inout Step) {
        let ending = leasesInTurnRound(on: nodes)
        let repaired = nodes.joined().filter { packing.health(of: NodeIndex($0)) == .validating }
        commit(.nodesReturned(ids), &step)
        for number in ending {
            let lease = known(number)
            let isBack =
                lease.bookedNodes.isEmpty
                && lease.lines.allSatisfy { $0.holdings.sharedNodes.allSatisfy { lease.hasReturned($0) } }
            if isBack { commit(.leaseMoved(number: number, event: returning(number), at: step.now), &step) }
        }
        revive(leasesUsing(nodes), &step)
        serveWaiting(nodes, repaired: repaired.map { $0..<$0 + 1 }.united(), &step)
    }
}
