// The same GPUs in smaller domains: what is offered where enough is free, but not together.

import FleetModel
import Packing

extension Book {
    /// As many GPUs as an order asks for, its lines that fall short made of smaller units or spread over more domains, one
    /// step after another until it fits; nil when it never does.
    ///
    /// Blocks become racks within one hall, then within one site, then anywhere; then, like racks of either kind, nodes within
    /// one block, hall and site, in the end anywhere. Nodes and partitions that were to lie within one domain begin at the
    /// level above theirs. Cap and window stay.
    func inSmallerDomains(
        _ order: LeaseOrder, _ sound: SoundOrder, _ outcome: PlacementOutcome, now: Int64
    ) -> (order: LeaseOrder, token: [UInt8], message: String)? {
        let short = outcome.findings.indices.filter { outcome.findings[$0].placed < outcome.findings[$0].wanted }
        // Where watts are short, or too little is free in all, smaller domains do not help.
        guard !short.isEmpty, short.allSatisfy({ outcome.findings[$0].shortBudgets.isEmpty }) else { return nil }
        let kinds = UnitKinds(fleet, sites: order.sites)
        var smaller = order
        for _ in 0..<Self.stepsMax {
            var hasChanged = false
            for index in short {
                guard let line = stepDown(smaller.lines[index], kinds) else { continue }
                (smaller.lines[index], hasChanged) = (line, true)
            }
            guard hasChanged else { return nil }
            let isWorthASearch = short.allSatisfy {
                couldFit(smaller.lines[$0], kinds, freeNodes: outcome.findings[$0].freeNodes)
            }
            guard isWorthASearch, let found = placed(smaller, now: now) else { continue }
            let token = planToken(order: smaller, placements: found.lines, now: now)
            return (smaller, token, "as many GPUs now in smaller domains: \(smaller.placedSummary)")
        }
        return nil
    }

    /// From blocks over racks and nodes within one domain of each level to nodes anywhere.
    private static let stepsMax = 10

    /// A line of as many GPUs in the next smaller domains; nil when there are none, or when no number of units is exactly
    /// as many.
    private func stepDown(_ line: LeaseLine, _ kinds: UnitKinds) -> LeaseLine? {
        var next = line
        switch line.shape {
        case .power: return nil
        case .block, .rack, .nvl72, .node, .gpus, .mig:
            if let within = line.within, line.shape != .block {
                next.within = within.nextLevelUp
                return next
            }
        }
        switch line.shape {
        case .block: (next.shape, next.within) = (.rack, .hall)
        case .rack, .nvl72: (next.shape, next.within) = (.node, .block)
        case .node, .gpus, .mig, .power: return nil
        }
        let before = kinds.gpuCounts(ofUnitsOf: line)
        if next.models.isEmpty { next.models = kinds.models(ofUnitsOf: line) }
        let after = kinds.gpuCounts(ofUnitsOf: next)
        guard before.count == 1, after.count == 1, (line.count * before[0]).isMultiple(of: after[0]) else { return nil }
        next.count = line.count * before[0] / after[0]
        return next
    }

    /// Whether a line's GPUs are no more than are free, and than the largest domain has that they must share.
    private func couldFit(_ line: LeaseLine, _ kinds: UnitKinds, freeNodes: Int) -> Bool {
        let units = kinds.gpuCounts(ofUnitsOf: line)
        let nodeGPUs = fleet.platforms.map(\.gpusPerNode).max() ?? 1
        guard let unit = units.first, line.count * unit <= freeNodes * nodeGPUs else { return units.isEmpty }
        guard let within = line.within else { return true }
        return fleet.domains.contains { domain in
            domain.level == within.level && domain.nodes.count * nodeGPUs >= line.count * unit
        }
    }
}

extension WithinLevel {
    /// The level that holds domains of this one; nil above the site, where everything is.
    fileprivate var nextLevelUp: WithinLevel? {
        switch self {
        case .nvl72, .rack: .block
        case .block: .hall
        case .hall: .site
        case .site: nil
        }
    }
}

extension LeaseOrder {
    /// The lines in a few words, with the domains they lie in.
    fileprivate var placedSummary: String {
        lines.map { line in
            let within = line.within.map { " within one \($0.rawValue)" } ?? ""
            return "\(WattsText.grouped(line.count)) × \(line.shapeName)\(within)"
        }.joined(separator: " + ")
    }
}
