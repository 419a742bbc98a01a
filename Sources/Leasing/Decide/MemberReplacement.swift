// What takes the place of a unit that is down.

import FleetModel
import Packing

extension Book {
    /// Replaces one node of a lease by a spare in its domain, else by free hardware there; false when there is not
    /// enough.
    mutating func replace(_ node: Int, of number: UInt64, _ step: inout Step) -> Bool {
        var replacements: [Replacement] = []
        // The book with those; copied only when there is one, since most nodes of a lost feed have none.
        var trial: Book?
        let lease = known(number)
        for (index, line) in lease.lines.enumerated() where line.holdings.uses(node) {
            let found =
                trial?.replacements(for: node, of: lease, line: index, at: step.at)
                ?? self.replacements(for: node, of: lease, line: index, at: step.at)
            guard !found.isEmpty else { return false }
            var next = trial ?? self
            for replacement in found { next.apply(.memberReplaced(replacement)) }
            if next.known(number).lines[index].holdings.uses(node) { return false }
            replacements += found
            trial = next
        }
        for replacement in replacements { commit(.memberReplaced(replacement), &step) }
        step.outcome.replacements.append(contentsOf: replacements)
        return true
    }

    /// A replacement for everything of one line on a node; fewer when there is not enough. With `elsewhere` it lies on these
    /// nodes rather than in the line's domain, and is no spare.
    func replacements(
        for node: Int, of lease: Lease, line index: Int, at: Int64, elsewhere: [Range<Int>]? = nil
    ) -> [Replacement] {
        let found = candidates(for: node, of: lease, line: index, at: at, elsewhere, keepingCurtailments: true)
        // Somewhere else fewer load targets may lower it, while others count on what those take from it.
        guard !lease.curtailments.isEmpty, breaksLoadTarget(found, at: at) else { return found }
        return candidates(for: node, of: lease, line: index, at: at, elsewhere, keepingCurtailments: false)
    }

    private func breaksLoadTarget(_ replacements: [Replacement], at time: Int64) -> Bool {
        var trial = self
        for replacement in replacements { trial.apply(.memberReplaced(replacement)) }
        return trial.breaksLoadTarget(now: time)
    }

    /// As `replacements`. What is free is what the ceilings of load targets leave: with the curtailments of what is replaced
    /// kept, for what is lowered there as it is here, or else for what is not lowered at all.
    private func candidates(
        for node: Int, of lease: Lease, line index: Int, at: Int64, _ elsewhere: [Range<Int>]?,
        keepingCurtailments: Bool
    ) -> [Replacement] {
        let line = lease.lines[index]
        if line.holdings.wholeNodes.contains(where: { $0.contains(node) }) {
            return wholeNode(
                for: node, of: lease, line: index, at: at, elsewhere, keepingCurtailments: keepingCurtailments
            ).map { [$0] } ?? []
        }
        var result: [Replacement] = []
        var fork = self
        for unit in line.partUnits(on: node) {
            guard
                let replacement = fork.replacement(
                    for: unit, on: node, of: lease, line: index, at: at, elsewhere,
                    keepingCurtailments: keepingCurtailments)
            else { break }
            result.append(replacement)
            fork.apply(.memberReplaced(replacement))
        }
        return result
    }

    /// The packing to look for a replacement in, with or without what curtailments take from a lease on a node.
    private func packing(for lease: Lease, on node: Int, keepingCurtailments: Bool) -> PackingState {
        if keepingCurtailments { return packing }
        var fork = self
        fork.commitDraw(of: known(lease.number), on: [node..<node + 1], sign: -1)
        return fork.packing
    }

    private func wholeNode(
        for node: Int, of lease: Lease, line index: Int, at: Int64, _ elsewhere: [Range<Int>]?,
        keepingCurtailments: Bool
    ) -> Replacement? {
        let line = lease.lines[index]
        let bounds = domain(of: node, at: line.domainLevel)
        if elsewhere == nil,
            let spare = line.holdings.spareNodes.first(where: { bounds.contains($0) && !isDown($0, modules: .max) })
        {
            return Replacement(lease: lease.number, line: index, old: id(node), new: id(spare), wasSpare: true)
        }
        let places = places(for: node, ofLine: index, of: lease, elsewhere)
        guard takesAllocations(places, from: max(at, lease.start)) else { return nil }
        var others = packing(for: lease, on: node, keepingCurtailments: keepingCurtailments)
        others.unbookNodes([node..<node + 1], as: lease.bookingTerms)
        others.commitCaps(of: lease, on: LinePlacement(wholeNodes: [node..<node + 1]), takingOff: true)
        let wanted = PlacementLine(shape: .node, count: 1, platformMask: platform(of: node), pins: places)
        guard
            let free = others.unit(wanted, for: lease, cap: highestCap(of: lease, on: node, at: at), at: at)?
                .wholeNodes.first
        else { return nil }
        return Replacement(lease: lease.number, line: index, old: id(node), new: id(free.lowerBound), wasSpare: false)
    }

    /// A free unit in place of one of parts of a node. The state has what was replaced before.
    private func replacement(
        for unit: PartUnit, on node: Int, of lease: Lease, line index: Int, at: Int64, _ elsewhere: [Range<Int>]?,
        keepingCurtailments: Bool
    ) -> Replacement? {
        // An instance whose cap changes shares its GPU with nobody, which a search for one does not know.
        if !unit.slices.isEmpty && !lease.capSteps.isEmpty { return nil }
        let line = known(lease.number).lines[index]
        let places = places(for: node, ofLine: index, of: lease, elsewhere)
        guard takesAllocations(places, from: max(at, lease.start)) else { return nil }
        var others = packing(for: lease, on: node, keepingCurtailments: keepingCurtailments)
        others.commitCaps(of: lease, on: LinePlacement(partialNodes: unit.partials), takingOff: true)
        for partial in unit.partials { others.unbookModules(partial.moduleMask, of: node, as: lease.bookingTerms) }
        for slice in unit.slices { others.unbookSlice(slice, as: lease.bookingTerms) }
        let wanted = PlacementLine(
            shape: line.shape, count: 1, platformMask: platform(of: node), isComposed: line.isComposed, pins: places)
        guard let free = others.unit(wanted, for: lease, cap: highestCap(of: lease, on: node, at: at), at: at),
            let new = free.partialNodes.first?.node ?? free.slices.first?.node
        else { return nil }
        var result = Replacement(lease: lease.number, line: index, old: id(node), new: id(new), wasSpare: false)
        if unit.slices.isEmpty, unit.partials.count == 1, free.partialNodes.count == 1 {
            result.oldModuleMask = unit.partials[0].moduleMask
            result.newModuleMask = free.partialNodes[0].moduleMask
            result.newPartitionID = free.partialNodes[0].partitionID
        } else {
            result.parts = PartExchange(
                given: NodeParts(unit.partials, unit.slices), taken: NodeParts(free.partialNodes, free.slices))
        }
        return result
    }

    // MARK: Where it may lie

    /// The nodes that may take over a unit of a line on `node`: those of its domain, or those given instead, that the line is
    /// pinned to and where its spread leaves room beside its other units.
    private func places(
        for node: Int, ofLine index: Int, of lease: Lease, _ elsewhere: [Range<Int>]?
    ) -> [Range<Int>] {
        let line = known(lease.number).lines[index]
        let candidates = elsewhere ?? [domain(of: node, at: line.domainLevel)].removing(node)
        return places(among: candidates, leaving: node, ofLine: index, of: lease)
    }

    /// Those of some nodes that a line is pinned to and where its spread leaves room for one more beside its units, without the
    /// one on a node that it leaves.
    func places(
        among candidates: [Range<Int>], leaving node: Int?, ofLine index: Int, of lease: Lease
    ) -> [Range<Int>] {
        let line = known(lease.number).lines[index]
        var result = candidates
        if let pins = line.pins { result = result.intersecting(register.nodesLeft(of: pins)) }
        guard let spread = line.spread, line.isSpreadByNodes else { return result }
        var others = line.unitNodes
        for part in liveParts(of: lease.leaseNumber)
        where part.number != lease.number && part.start < lease.end && lease.start < part.end {
            if part.lines.indices.contains(index) { others += part.lines[index].unitNodes }
        }
        if let node, let own = others.firstIndex(of: node) { others.remove(at: own) }
        var counts: [Int: (nodes: Range<Int>, count: Int)] = [:]
        for other in others {
            let nodes = domain(of: other, at: spread.over.level)
            counts[nodes.lowerBound, default: (nodes, 0)].count += 1
        }
        let full = counts.values.filter { $0.count >= spread.unitsMax }.map(\.nodes)
        return result.subtracting(full.united())
    }

    /// Whether some of these nodes is open at a time. Where a feed is lost most domains have none, and no search is made.
    private func takesAllocations(_ places: [Range<Int>], from start: Int64) -> Bool {
        places.contains { $0.contains { packing.closedUntil(NodeIndex($0)) <= start } }
    }

    /// The nodes of the domain of a level that a node lies in; of its rack where there is none.
    func domain(of node: Int, at level: Level) -> Range<Int> {
        if level == .node { return node..<node + 1 }
        let rack = fleet.rackOfNode[node]
        let domain = fleet.domain(of: rack, at: level) ?? fleet.racks[rack.offset].domain
        return fleet.domains[domain.offset].nodes
    }

    /// The highest cap at which a lease will run hardware of a node's platform.
    private func highestCap(of lease: Lease, on node: Int, at time: Int64) -> PowerCap {
        lease.highestCap(from: time, on: fleet.platform(of: NodeIndex(node)))
    }

    private func id(_ node: Int) -> UInt32 { register.id(of: NodeIndex(node)).number }

    private func platform(of node: Int) -> UInt64 {
        1 << UInt64(fleet.racks[fleet.rackOfNode[node].offset].platformOffset)
    }
}

/// One unit that is parts of a node.
private struct PartUnit {
    var partials: [PartialNode] = []
    var slices: [GPUSlice] = []
}

extension LeaseLine {
    /// The units of parts on a node; a unit that is composed has several partitions, which stand together.
    fileprivate func partUnits(on node: Int) -> [PartUnit] {
        var result = holdings.slices.filter { $0.node == node }.map { PartUnit(slices: [$0]) }
        guard case .gpus(let gpus) = shape else { return result }
        var unit = PartUnit()
        for partial in holdings.partialNodes where partial.node == node {
            unit.partials.append(partial)
            guard unit.partials.reduce(0, { $0 + $1.moduleMask.nonzeroBitCount }) >= gpus else { continue }
            result.append(unit)
            unit = PartUnit()
        }
        return result
    }

    /// Whether a unit that is replaced may come to lie in another domain of the spread: larger ones stay where they are.
    fileprivate var isSpreadByNodes: Bool {
        switch shape {
        case .node, .gpus, .mig: true
        case .block, .rack, .nvl72, .power: false
        }
    }
}

extension PackingState {
    /// One free unit for the rest of a lease's window from `at` on.
    ///
    /// The state is the one without the unit that is replaced, since its watts go to the new one.
    fileprivate func unit(_ line: PlacementLine, for lease: Lease, cap: PowerCap, at: Int64) -> LinePlacement? {
        let start = max(at, lease.start)
        guard start < lease.end, line.pins?.isEmpty == false else { return nil }
        let terms = BookingTerms(
            lease: lease.number, start: start, end: lease.end, until: lease.until, cap: cap)
        var outcome = PlacementOutcome()
        place(PlacementRequest(lines: [line], siteMask: .max, terms: terms, now: at), into: &outcome, explaining: false)
        return outcome.isComplete ? outcome.lines[0] : nil
    }
}
