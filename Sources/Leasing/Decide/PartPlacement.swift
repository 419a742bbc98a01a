// Placing a part of a lease beside its other parts.
//
// A line's terms hold for all of its parts together: one domain for `within`, and no more units in a domain of its spread
// than that allows, counted over the parts whose windows overlap. The search knows one part, so what the others hold is
// said to it by where the line may lie.

import FleetModel
import Packing

/// Where a part could be placed, or what fell short.
enum PartOutcome {
    /// By line of the request.
    case placed([LinePlacement])
    /// The line of the request that fell short, by index, and how many of its units could be placed.
    case short(line: Int, placed: Int, outcome: PlacementOutcome)
}

extension Book {
    /// How often the nodes of a domain are held back in one placement before it is given up.
    private static let spreadTriesMax = 64

    /// Places a part of a lease.
    ///
    /// - Parameters:
    ///   - lines: the lease's lines that the request has, in its order, with their index in the lease.
    ///   - others: the live parts of the same lease.
    ///   - avoided: nodes that a line of the lease is not to use, by its index.
    func place(
        _ request: PlacementRequest, of lines: [(index: Int, line: LeaseLine)], beside others: [Lease],
        avoiding avoided: [Int: [Range<Int>]] = [:], explaining: Bool = false
    ) -> PartOutcome {
        var request = request
        for (place, (index, line)) in lines.enumerated() {
            if let nodes = domainHeld(byLine: index, line, others) { request.lines[place].keep(to: nodes) }
            if let nodes = avoided[index] { request.lines[place].avoid(nodes, in: fleet) }
        }
        let counts = lines.map { spreadCounts(ofLine: $0.index, $0.line, others, over: request.terms) }
        for (place, (_, line)) in lines.enumerated() {
            let full = counts[place].filter { $0.units >= line.spread?.unitsMax ?? .max }.map(\.nodes)
            if !full.isEmpty { request.lines[place].avoid(full.united(), in: fleet) }
        }
        var outcome = PlacementOutcome()
        for _ in 0..<Self.spreadTriesMax {
            packing.place(request, into: &outcome, explaining: explaining)
            guard outcome.isComplete else { break }
            var isSpread = true
            for (place, (_, line)) in lines.enumerated() {
                for domain in counts[place] {
                    let isWithin = hold(&request.lines[place], line, outcome.lines[place], domain)
                    isSpread = isSpread && isWithin
                }
            }
            if isSpread { return .placed(outcome.lines) }
        }
        let short = outcome.findings.indices.first { outcome.findings[$0].placed < outcome.findings[$0].wanted } ?? 0
        return .short(
            line: short, placed: outcome.findings.isEmpty ? 0 : outcome.findings[short].placed, outcome: outcome)
    }

    // MARK: Within

    /// The domain that other parts of a line lie within, when it has to be one; nil when it may be any.
    func domainHeld(byLine index: Int, _ line: LeaseLine, _ others: [Lease]) -> Range<Int>? {
        guard let within = line.within else { return nil }
        for part in others where part.lines.indices.contains(index) {
            let holdings = part.lines[index].holdings
            if let node = holdings.bookedNodes.first?.lowerBound ?? holdings.sharedNodes.first {
                return domain(of: node, at: within.level)
            }
        }
        return nil
    }

    // MARK: Spread

    /// Units of a line that other parts hold in one domain of its spread at some instant of a window.
    private struct DomainUnits {
        let nodes: Range<Int>
        var units: Int
    }

    private func spreadCounts(
        ofLine index: Int, _ line: LeaseLine, _ others: [Lease], over terms: BookingTerms
    ) -> [DomainUnits] {
        guard let spread = line.spread else { return [] }
        var counts: [DomainUnits] = []
        let near = others.filter { $0.start < terms.end && terms.start < $0.end }
        // More units are there only where a part begins, so those instants are looked at.
        for instant in Set(near.map { max($0.start, terms.start) }).sorted() {
            var here: [Int: DomainUnits] = [:]
            for part in near where part.start <= instant && instant < part.end && part.lines.indices.contains(index) {
                for node in spreadNodes(of: part.lines[index]) {
                    let nodes = domain(of: node, at: spread.over.level)
                    here[nodes.lowerBound, default: DomainUnits(nodes: nodes, units: 0)].units += 1
                }
            }
            for first in here.keys.sorted() {
                let found = here[first]!
                if let place = counts.firstIndex(where: { $0.nodes == found.nodes }) {
                    counts[place].units = max(counts[place].units, found.units)
                } else {
                    counts.append(found)
                }
            }
        }
        return counts
    }

    /// A node for each unit of a line.
    func spreadNodes(of line: LeaseLine) -> [Int] {
        let level: Level
        switch line.shape {
        case .block: level = .block
        case .rack, .nvl72: level = .rack
        case .node, .gpus, .mig, .power: return line.unitNodes
        }
        var firsts: [Int] = []
        for range in line.holdings.bookedNodes {
            for node in range where domain(of: node, at: level).lowerBound == node { firsts.append(node) }
        }
        return firsts
    }

    /// Whether a placement leaves a domain within its line's spread; else holds the domain's other nodes back. Of whole units
    /// as many stay as may; of parts of nodes none does, since a node holds several.
    private func hold(
        _ request: inout PlacementLine, _ line: LeaseLine, _ placement: LinePlacement, _ domain: DomainUnits
    ) -> Bool {
        var trial = line
        trial.holdings = Holdings(placement)
        let here = spreadNodes(of: trial).filter { domain.nodes.contains($0) }
        let room = max(0, (line.spread?.unitsMax ?? .max) - domain.units)
        guard here.count > room else { return true }
        var left: [Range<Int>] = []
        switch line.shape {
        case .block: left = here.prefix(room).map { self.domain(of: $0, at: .block) }
        case .rack, .nvl72: left = here.prefix(room).map { self.domain(of: $0, at: .rack) }
        case .node: left = here.prefix(room).map { $0..<$0 + 1 }
        case .gpus, .mig, .power: break
        }
        request.avoid([domain.nodes].subtracting(left.united()), in: fleet)
        return false
    }
}

extension PlacementLine {
    /// Only those of its nodes that lie in a range.
    mutating func keep(to nodes: Range<Int>) { pins = pins?.intersecting([nodes]) ?? [nodes] }

    /// None of some nodes, ascending ranges.
    mutating func avoid(_ nodes: [Range<Int>], in fleet: Fleet) {
        pins = (pins ?? [0..<fleet.nodeCount]).subtracting(nodes)
    }
}
