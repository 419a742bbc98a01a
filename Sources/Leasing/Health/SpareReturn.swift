// What hardware that comes back into service is for: first for members that wait for a replacement, then as the spare
// that its lease has used up.

import FleetModel
import Packing

/// A node that a lease holds as a spare again.
public struct SpareReturn: Equatable, Sendable, FieldCoded {
    /// The part of a lease.
    public var lease: UInt64
    public var line: Int
    /// Permanent id.
    public var node: UInt32

    static var blank: SpareReturn { SpareReturn(lease: 0, line: 0, node: 0) }

    mutating func code(with coder: inout some FieldCoder) throws(CodingFault) {
        try coder.code(&lease)
        try coder.code(&line)
        try coder.code(&node)
    }
}

extension LeaseLine {
    /// Whether its units are domains, or nodes of one domain: only such lines have spares.
    var hasDomains: Bool {
        switch shape {
        case .block, .rack, .nvl72: true
        case .node: within != nil
        case .gpus, .mig, .power: false
        }
    }
}

extension Book {
    /// Lets leases have nodes that are in service again. Healthy members stay where they are (rule 6): only those that are
    /// down are replaced, and only spares are added.
    ///
    /// - Parameter repaired: those that may become spares; what a lease gives back at its end is not looked at for that.
    mutating func serveWaiting(_ nodes: [Range<Int>], repaired: [Range<Int>], _ step: inout Step) {
        if !health.waiting.isEmpty {
            let free = nodes.joined().filter { isFreeNow($0) }.map { $0..<$0 + 1 }.coalesced()
            if !free.isEmpty { replaceWaiting(near: free, &step) }
        }
        for node in repaired.joined() where isFreeNow(node) { restoreSpare(node, &step) }
    }

    /// Whether something of a node can be taken at this moment.
    private func isFreeNow(_ node: Int) -> Bool {
        packing.health(of: NodeIndex(node)) == .open
            && packing.freeModules(of: node, from: time, until: time + 1, now: time) != 0
    }

    /// Replaces members that are down and have one of these nodes in their domain.
    private mutating func replaceWaiting(near nodes: [Range<Int>], _ step: inout Step) {
        var numbers: [UInt64] = []
        health.waiting.forEach { number, _ in
            numbers.append(number)
            return true
        }
        for number in numbers {
            guard let lease = lease(number), lease.isInWindow, !lease.downNodes.isEmpty else { continue }
            var left = lease.downNodes
            for node in members(of: lease, downNear: nodes)
            where isDown(node, modules: lease.modules(on: node, in: fleet)) && replace(node, of: number, &step) {
                left.removeAll { $0 == node }
            }
            if left != lease.downNodes { noteDown(number, left, &step) }
        }
    }

    /// Members of a lease that are down and stand in one domain with some of these nodes, ascending.
    private func members(of lease: Lease, downNear nodes: [Range<Int>]) -> [Int] {
        var near: Set<Int> = []
        for line in lease.lines {
            var last = 0..<0
            for segment in fleet.rackSegments(of: nodes) {
                let domain = domain(of: segment.nodes.lowerBound, at: line.domainLevel)
                guard domain != last else { continue }
                last = domain
                var (low, high) = (0, lease.downNodes.count)
                while low < high {
                    let middle = (low + high) / 2
                    if lease.downNodes[middle] < domain.lowerBound { low = middle + 1 } else { high = middle }
                }
                for node in lease.downNodes[low...].prefix(while: { $0 < domain.upperBound })
                where line.holdings.uses(node) { near.insert(node) }
            }
        }
        return near.sorted()
    }

    /// Makes a node the spare that a lease in its domain is short of, where it is free for the rest of the window.
    private mutating func restoreSpare(_ node: Int, _ step: inout Step) {
        for (number, line) in linesShortOfSpares(around: node) {
            let lease = known(number)
            let wanted = PlacementLine(
                shape: .node, count: 1,
                platformMask: 1 << UInt64(fleet.racks[fleet.rackOfNode[node].offset].platformOffset),
                pins: [node..<node + 1])
            let start = max(step.at, lease.start)
            guard start < lease.end,
                !places(among: [node..<node + 1], leaving: nil, ofLine: line, of: lease).isEmpty
            else { continue }
            let terms = BookingTerms(
                lease: lease.number, start: start, end: lease.end, until: lease.until,
                cap: lease.highestCap(from: step.at, on: fleet.platform(of: NodeIndex(node))))
            var outcome = PlacementOutcome()
            packing.place(
                PlacementRequest(lines: [wanted], siteMask: .max, terms: terms, now: step.at), into: &outcome,
                explaining: false)
            guard outcome.isComplete else { continue }
            let id = register.id(of: NodeIndex(node)).number
            commit(.spareReturned(SpareReturn(lease: number, line: line, node: id)), &step)
            return
        }
    }

    /// Lines that hold nodes in a node's domain and have fewer spares there than they were granted, in order of leases.
    private func linesShortOfSpares(around node: Int) -> [(lease: UInt64, line: Int)] {
        var (numbers, seen) = ([UInt64](), Set<UInt64>())
        // A line within a hall or a site is found by what it holds in the block.
        for other in domain(of: node, at: .block) {
            packing.forEachBooking(of: NodeIndex(other)) { booking in
                guard booking.start <= time, time < booking.end, seen.insert(booking.lease).inserted else { return }
                if lease(booking.lease).map({ $0.sparesPerDomain > 0 && $0.isInWindow }) == true {
                    numbers.append(booking.lease)
                }
            }
        }
        var result: [(lease: UInt64, line: Int)] = []
        for number in numbers.sorted() {
            let lease = known(number)
            for (index, line) in lease.lines.enumerated() where line.hasDomains {
                let domain = [domain(of: node, at: line.domainLevel)]
                let held = line.holdings.spareNodes.count { domain[0].contains($0) }
                if held < lease.sparesPerDomain, !line.holdings.wholeNodes.intersecting(domain).isEmpty {
                    result.append((number, index))
                }
            }
        }
        return result
    }

    mutating func apply(_ spare: SpareReturn) {
        var lease = known(spare.lease)
        let node = dense([IDRange(first: spare.node, count: 1)])[0].lowerBound
        commitCaps(of: lease, takingOff: true)
        commitDraw(of: lease, sign: -1)
        packing.bookNodes([node..<node + 1], as: lease.bookingTerms)
        lease.lines[spare.line].holdings.spareNodes = (lease.lines[spare.line].holdings.spareNodes + [node]).sorted()
        commitDraw(of: lease, sign: 1)
        commitCaps(of: lease)
        replace(lease)
    }

    // MARK: Reading

    /// Spares of a part's lines: those that were granted for the domains it holds now, those that it has, and those of
    /// them that could take over.
    public func spares(of lease: Lease) -> (granted: Int, held: Int, ready: Int) {
        guard lease.sparesPerDomain > 0 else { return (0, 0, 0) }
        var result = (granted: 0, held: 0, ready: 0)
        for line in lease.lines where line.hasDomains && !line.holdings.wholeNodes.isEmpty {
            var domains: Set<Int> = []
            for segment in fleet.rackSegments(of: line.holdings.wholeNodes) {
                domains.insert(domain(of: segment.nodes.lowerBound, at: line.domainLevel).lowerBound)
            }
            result.granted += domains.count * lease.sparesPerDomain
            result.held += line.holdings.spareNodes.count
            result.ready += line.holdings.spareNodes.count { !isDown($0, modules: .max) }
        }
        return result
    }
}
