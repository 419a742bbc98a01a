// The rules that must hold after every step, checked against the slow model.

import FleetModel
import Packing
@testable import Simulation

/// What differed, in words.
struct Mismatch: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}

enum RuleCheck {
    /// Rule 1: the bookings are those of the model, and no module is booked twice at one instant.
    static func noModuleTwice(_ state: PackingState, _ model: SlowModel) throws(Mismatch) {
        for node in 0..<model.fleet.nodeCount {
            var booked: [Holding] = []
            state.forEachBooking(of: NodeIndex(node)) {
                booked.append(
                    Holding(
                        lease: $0.lease, node: node, modules: $0.moduleMask, start: $0.start, until: $0.until,
                        capWatts: Watts($0.capWatts), isPartition: false, slice: HeldSlice(mask: $0.sliceMask)))
            }
            // The state says neither whether all modules of a node are one partition or the node, nor the profile.
            let expected = model.holdings[node].map {
                var holding = $0
                holding.isPartition = false
                holding.slice = HeldSlice(mask: holding.slice.mask)
                return holding
            }
            guard booked.count == expected.count, expected.allSatisfy({ booked.contains($0) }) else {
                throw Mismatch("node \(node) has bookings \(booked), expected \(expected)")
            }
            for (place, one) in booked.enumerated() {
                for other in booked[(place + 1)...]
                where one.modules & other.modules != 0 && one.start < other.until && other.start < one.until
                    && (one.slice.mask == 0 || other.slice.mask == 0 || one.slice.mask & other.slice.mask != 0)
                {
                    throw Mismatch("node \(node) is booked twice: \(one) and \(other)")
                }
            }
        }
    }

    /// Rule 2: every budget carries at every instant exactly what the model adds up, and within its limit.
    static func wattsWithinLimits(_ state: PackingState, _ model: SlowModel) throws(Mismatch) {
        // What was before the state's instant is not kept. After everything come the idle floors.
        let (first, last) = (max(state.instant, RandomFleet.epoch - 1_000), RandomFleet.epoch + 3_600)
        let instants = model.instants(from: first, until: last)
        let known = Set(instants)
        let steps = model.fleet.budgets.indices.map {
            state.committedSteps(of: BudgetIndex($0), from: first, until: last)
        }
        for (budget, list) in steps.enumerated() {
            for step in list where !known.contains(step.at) {
                throw Mismatch("budget \(budget) changes at \(step.at), when nothing begins or ends")
            }
        }
        var reached = [Int](repeating: 0, count: steps.count)
        for instant in instants {
            let committed = model.committed(at: instant)
            for budget in committed.indices {
                while reached[budget] + 1 < steps[budget].count, steps[budget][reached[budget] + 1].at <= instant {
                    reached[budget] += 1
                }
                let watts = steps[budget][reached[budget]].watts
                guard watts == committed[budget] else {
                    throw Mismatch("budget \(budget) carries \(watts) W at \(instant), expected \(committed[budget]) W")
                }
                let limit = model.limit(of: budget, at: instant)
                guard watts <= limit else {
                    throw Mismatch("budget \(budget) carries \(watts) W at \(instant) and may carry \(limit) W")
                }
            }
        }
    }

    /// Rule 3: what was granted is what was asked for, and legal in hardware.
    static func isLegal(_ outcome: PlacementOutcome, for request: PlacementRequest, in fleet: Fleet) throws(Mismatch) {
        guard outcome.lines.count == request.lines.count else { throw Mismatch("a line is missing") }
        var taken = [UInt8](repeating: 0, count: fleet.nodeCount)
        for (line, placement) in zip(request.lines, outcome.lines) {
            var nodes: [Int] = []
            for range in placement.wholeNodes {
                guard !range.isEmpty, range.lowerBound > (nodes.last ?? -2) + 1 else {
                    throw Mismatch("ranges are not ascending and apart: \(placement.wholeNodes)")
                }
                nodes += range
            }
            for node in nodes {
                guard taken[node] == 0 else { throw Mismatch("node \(node) is placed twice") }
                taken[node] = fleet.moduleMasks[node]
            }
            for partial in placement.partialNodes {
                let partitions = fleet.platform(of: NodeIndex(partial.node)).partitions
                guard
                    partitions.contains(where: { $0.id == partial.partitionID && $0.moduleMask == partial.moduleMask })
                else { throw Mismatch("\(partial) is no partition of its platform") }
                guard taken[partial.node] & partial.moduleMask == 0 else {
                    throw Mismatch("\(partial) is placed twice")
                }
                taken[partial.node] |= partial.moduleMask
            }
            for slice in placement.slices {
                let profiles = fleet.platform(of: NodeIndex(slice.node)).migProfiles
                guard profiles.contains(where: { $0.profileID == slice.profileID && $0.starts.contains(slice.start) })
                else { throw Mismatch("\(slice) is no instance of its platform") }
            }
            try isOfShape(line, nodes, placement, in: fleet)
            let parts = placement.partialNodes.map(\.node) + placement.slices.map(\.node)
            try isWhereAsked(line, nodes + parts, request, in: fleet)
            try isSpread(line, nodes, placement, in: fleet)
        }
    }

    private static func isOfShape(
        _ line: PlacementLine, _ nodes: [Int], _ placement: LinePlacement, in fleet: Fleet
    ) throws(Mismatch) {
        let partials = placement.partialNodes
        func count(_ level: Level, isRackScale: Bool) -> Int {
            let whole = fleet.domains.filter { domain in
                domain.level == level && domain.nodes.allSatisfy { nodes.contains($0) }
                    && fleet.platform(of: RackIndex(domain.racks.lowerBound)).isRackScale == isRackScale
            }
            return whole.reduce(0) { $0 + $1.nodes.count } == nodes.count ? whole.count : -1
        }
        let isRight: Bool
        switch line.shape {
        case .block: isRight = partials.isEmpty && count(.block, isRackScale: false) == line.count
        case .rack: isRight = partials.isEmpty && count(.rack, isRackScale: false) == line.count
        case .nvl72: isRight = partials.isEmpty && count(.rack, isRackScale: true) == line.count
        case .node: isRight = partials.isEmpty && nodes.count == line.count
        case .power: isRight = partials.isEmpty && !nodes.isEmpty
        case .gpus(let size):
            // Several partitions only where they may be, and then on one node.
            let sizes = Dictionary(grouping: partials, by: \.node).values.map { parts in
                parts.reduce(0) { $0 + $1.moduleMask.nonzeroBitCount }
            }
            isRight =
                nodes.isEmpty
                && (PartialNode.isSize(size)
                    ? partials.count == line.count && partials.allSatisfy { $0.moduleMask.nonzeroBitCount == size }
                    : line.isComposed && sizes.allSatisfy { $0 % size == 0 } && sizes.reduce(0, +) == size * line.count)
        case .mig(let profileID):
            isRight =
                nodes.isEmpty && partials.isEmpty && placement.slices.count == line.count
                && placement.slices.allSatisfy { $0.profileID == profileID }
        }
        guard isRight else { throw Mismatch("\(nodes) and \(partials) are not \(line.count) of \(line.shape)") }
    }

    /// No domain holds more units than the spread allows, and the domains of its level together hold them all.
    private static func isSpread(
        _ line: PlacementLine, _ nodes: [Int], _ placement: LinePlacement, in fleet: Fleet
    ) throws(Mismatch) {
        guard let spread = line.spread else { return }
        let whole = Set(nodes)
        func units(in domain: Range<Int>) -> Int {
            switch line.shape {
            case .node: return nodes.filter { domain.contains($0) }.count
            case .gpus(let size):
                return placement.partialNodes.filter { domain.contains($0.node) }
                    .reduce(0) { $0 + $1.moduleMask.nonzeroBitCount } / size
            case .mig: return placement.slices.filter { domain.contains($0.node) }.count
            case .block, .rack, .nvl72, .power:
                let level: Level = line.shape == .block ? .block : .rack
                return fleet.domains.filter { unit in
                    unit.level == level && domain.lowerBound <= unit.nodes.lowerBound
                        && unit.nodes.upperBound <= domain.upperBound && unit.nodes.allSatisfy { whole.contains($0) }
                }.count
            }
        }
        let domains =
            spread.level == .node
            ? (0..<fleet.nodeCount).map({ $0..<$0 + 1 })
            : fleet.domains.filter({ $0.level == spread.level }).map(\.nodes)
        let counts = domains.map(units)
        let isWithinLimit = counts.allSatisfy { $0 <= spread.unitsMax }
        guard isWithinLimit, counts.reduce(0, +) == line.count else {
            throw Mismatch("\(counts) units by domain are not \(line.count) spread as \(spread)")
        }
    }

    private static func isWhereAsked(
        _ line: PlacementLine, _ nodes: [Int], _ request: PlacementRequest, in fleet: Fleet
    ) throws(Mismatch) {
        for node in nodes {
            let rack = fleet.racks[fleet.rackOfNode[node].offset]
            let power = fleet.platforms[rack.platformOffset].power
            let cap: Watts
            switch request.terms.cap {
            case .watts(let watts): cap = watts
            case .percent(let percent): cap = power.capWattsMax * Watts(percent) / 100
            }
            guard line.platformMask & 1 << rack.platformOffset != 0, request.siteMask & 1 << rack.siteOffset != 0,
                line.pins?.contains(where: { $0.contains(node) }) ?? true, cap >= power.capWattsMin,
                cap <= power.capWattsMax
            else { throw Mismatch("node \(node) was not asked for") }
        }
        guard let within = line.within else { return }
        if case .power = line.shape { return }
        let level: Level = within == .nvl72 ? .rack : Level(rawValue: within.rawValue)!
        let holders = fleet.domains.filter { domain in
            domain.level == level && nodes.allSatisfy { domain.nodes.contains($0) }
        }
        guard let holder = holders.first else { throw Mismatch("\(nodes) are not within one \(within)") }
        if within == .nvl72 && !fleet.platform(of: RackIndex(holder.racks.lowerBound)).isRackScale {
            throw Mismatch("\(nodes) are not within one NVLink domain")
        }
    }

    /// What GPUs are doing adds up to all of them, and agrees with the model about which are leased.
    static func gpuCountsAddUp(_ state: PackingState, _ model: SlowModel, now: Int64) throws(Mismatch) {
        for node in 0..<model.fleet.nodeCount {
            let counts = state.gpuCounts(of: node, at: now)
            guard counts.free + counts.held + counts.leased + counts.faulty == counts.total,
                counts.total == model.platform(of: node).gpusPerNode, counts.free >= 0, counts.held >= 0
            else { throw Mismatch("the GPUs of node \(node) do not add up: \(counts)") }
        }
    }
}
