// The units of a line one by one, and which of them go when it shrinks.

import FleetModel
import Packing

/// One unit of a line with its hardware.
struct LineUnit {
    var hardware: Holdings
    /// Its first node, by which it is in a domain.
    let node: Int
    /// Whether a node of it is down.
    let isDown: Bool
    /// The lease or part that holds it.
    let part: UInt64
}

extension Book {
    /// The units that a part holds of a line, in order of nodes. Not for lines in megawatts.
    func units(ofLine index: Int, of part: Lease) -> [LineUnit] {
        guard part.lines.indices.contains(index) else { return [] }
        let line = part.lines[index]
        func unit(_ hardware: Holdings, _ node: Int) -> LineUnit {
            let isDown = part.downNodes.contains { hardware.uses($0) }
            return LineUnit(hardware: hardware, node: node, isDown: isDown, part: part.number)
        }
        switch line.shape {
        case .node: return line.holdings.wholeNodes.joined().map { unit(Holdings(wholeNodes: [$0..<$0 + 1]), $0) }
        case .block, .rack, .nvl72:
            return spreadNodes(of: line).map { first in
                let nodes = domain(of: first, at: line.shape == .block ? .block : .rack)
                let hardware = Holdings(
                    wholeNodes: line.holdings.wholeNodes.intersecting([nodes]),
                    spareNodes: line.holdings.spareNodes.filter { nodes.contains($0) })
                return unit(hardware, first)
            }
        case .gpus(let gpus):
            var (units, parts) = ([LineUnit](), [PartialNode]())
            for partial in line.holdings.partialNodes {
                parts.append(partial)
                guard parts.reduce(0, { $0 + $1.moduleMask.nonzeroBitCount }) >= gpus else { continue }
                units.append(unit(Holdings(partialNodes: parts), partial.node))
                parts = []
            }
            return units
        case .mig: return line.holdings.slices.map { unit(Holdings(slices: [$0]), $0.node) }
        case .power: return []
        }
    }

    /// The units that go when `count` of some do, chosen so that most domains are free as a whole afterwards.
    ///
    /// Units that are down go first, then those that lie on nodes that are to go first. Then whole blocks, racks and nodes, those that fewest units keep from being free; what
    /// is still missing goes where others are anyway, else where most is left. O(nodes of the domains that they touch).
    func leaving(
        _ count: Int, of units: [LineUnit], at time: Int64, first: [Range<Int>] = []
    ) -> [LineUnit] {
        guard count < units.count else { return units }
        func goesFirst(_ unit: LineUnit) -> Bool { unit.isDown || first.contains { $0.contains(unit.node) } }
        var left = units.filter { !goesFirst($0) }
        var chosen = Array((units.filter(\.isDown) + units.filter { !$0.isDown && goesFirst($0) }).prefix(count))
        guard chosen.count < count else { return chosen }
        let parts = Set(units.map(\.part))
        for level in [Level.block, .rack, .node] {
            for group in groups(of: left, at: level).sorted(by: {
                ($0.units.count, $0.first) < ($1.units.count, $1.first)
            }) {
                guard group.units.count <= count - chosen.count else { break }
                guard isFreed(domain(of: group.first, at: level), of: parts, at: time) else { continue }
                chosen += group.units
                let nodes = domain(of: group.first, at: level)
                left.removeAll { nodes.contains($0.node) }
            }
        }
        let rest = groups(of: left, at: .rack).map { group in
            let canBeFree = isFreed(domain(of: group.first, at: .rack), of: parts, at: time)
            return (group, canBeFree ? 1 : 0, canBeFree ? -group.units.count : group.units.count)
        }
        for (group, _, _) in rest.sorted(by: { ($0.1, $0.2, $0.0.first) < ($1.1, $1.2, $1.0.first) }) {
            chosen += group.units.suffix(count - chosen.count)
            if chosen.count == count { break }
        }
        return chosen
    }

    /// Units by domain of a level, in order.
    private func groups(of units: [LineUnit], at level: Level) -> [(first: Int, units: [LineUnit])] {
        var result: [(first: Int, units: [LineUnit])] = []
        for unit in units.sorted(by: { $0.node < $1.node }) {
            let first = domain(of: unit.node, at: level).lowerBound
            if let last = result.last, domain(of: last.first, at: level).lowerBound == first {
                result[result.count - 1].units.append(unit)
            } else {
                result.append((first, [unit]))
            }
        }
        return result
    }

    /// Whether a domain is free from a time on when the units that these parts hold in it go.
    private func isFreed(
        _ nodes: Range<Int>, of parts: Set<UInt64>, at time: Int64
    ) -> Bool {
        nodes.allSatisfy { node in
            var isFreed = packing.health(of: NodeIndex(node)) == .open
            packing.forEachBooking(of: NodeIndex(node)) { booking in
                if booking.until > time && !parts.contains(booking.lease) { isFreed = false }
            }
            return isFreed
        }
    }
}
