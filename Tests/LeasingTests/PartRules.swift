// The rules for leases of several parts, recomputed from the parts alone.

import FleetModel
import Packing

@testable import Leasing

enum PartRules {
    /// Parts stay inside their lease, and a line's terms hold for all of its parts together.
    static func violations(_ live: [Lease], _ book: Book) -> [String] {
        var result: [String] = []
        for part in live {
            guard let number = part.partOf else { continue }
            guard let lease = book.lease(number), lease.partOf == nil else {
                result.append("part \(part.number) is of no lease")
                continue
            }
            if part.tenant != lease.tenant || part.start < lease.start || part.end > lease.end {
                result.append("part \(part.number) reaches beyond lease \(number)")
            }
            if part.state == .scheduled || part.isInWindow, lease.state.isFinal {
                result.append("part \(part.number) goes on when lease \(number) is over")
            }
            if zip(part.lines, lease.lines).contains(where: { $0.name != $1.name || $0.shape != $1.shape }) {
                result.append("part \(part.number) has other lines than lease \(number)")
            }
        }
        let leases = Dictionary(grouping: live) { $0.partOf ?? $0.number }
        for (number, parts) in leases.sorted(by: { $0.key < $1.key }) {
            for (index, line) in parts[0].lines.enumerated() {
                let held = parts.filter { index < $0.lines.count }
                if let level = line.within?.level {
                    let domains = Set(
                        held.flatMap { nodes(of: $0.lines[index]) }.map {
                            book.fleet.domain(of: book.fleet.rackOfNode[$0], at: level)
                        })
                    if domains.count > 1 { result.append("lease \(number): parts not within one \(level)") }
                }
                guard let spread = line.spread else { continue }
                for instant in Set(parts.map(\.start)) {
                    var units: [Int: Int] = [:]
                    for part in held where part.start <= instant && instant < part.end {
                        for node in unitNodes(of: part.lines[index], book.fleet) {
                            units[domain(of: node, spread.over.level, book.fleet), default: 0] += 1
                        }
                    }
                    if units.values.contains(where: { $0 > spread.unitsMax }) {
                        result.append("lease \(number): parts too close at \(instant)")
                    }
                }
            }
        }
        return result
    }

    /// Where each lease stands by the parts of it that are kept.
    static func states(_ leases: [Lease]) -> [UInt64: LeaseState] {
        var result: [UInt64: LeaseState] = [:]
        for (number, parts) in Dictionary(grouping: leases, by: { $0.partOf ?? $0.number }) {
            let first = parts.first { $0.partOf == nil }!
            let others = parts.filter { $0.partOf != nil }
            var state = first.state
            if first.isInWindow, !others.isEmpty {
                let holding = parts.filter { part in
                    part.isInWindow && part.lines.contains { !nodes(of: $0).isEmpty }
                }
                let waits = !holding.isEmpty && holding.allSatisfy { $0.state == .starting }
                state = waits ? .starting : .active
            } else if first.state.isFinal, !others.isEmpty {
                if others.contains(where: { !$0.state.isFinal }) {
                    state = .ending
                } else if first.lines.allSatisfy({ nodes(of: $0).isEmpty }), others.allSatisfy({ $0.state == .failed })
                {
                    state = .failed
                }
            }
            result[number] = state
        }
        return result
    }

    private static func nodes(of line: LeaseLine) -> [Int] {
        line.holdings.bookedNodes.flatMap { Array($0) } + line.holdings.sharedNodes
    }

    /// A node for each unit that is spread.
    private static func unitNodes(of line: LeaseLine, _ fleet: Fleet) -> [Int] {
        switch line.shape {
        case .block, .rack, .nvl72:
            let level: Level = line.shape == .block ? .block : .rack
            return Set(nodes(of: line).map { domain(of: $0, level, fleet) }).sorted()
        case .node, .gpus, .mig, .power: return line.unitNodes
        }
    }

    private static func domain(of node: Int, _ level: Level, _ fleet: Fleet) -> Int {
        if level == .node { return node }
        let rack = fleet.rackOfNode[node]
        let domain = fleet.domain(of: rack, at: level) ?? fleet.racks[rack.offset].domain
        return fleet.domains[domain.offset].nodes.lowerBound
    }
}
