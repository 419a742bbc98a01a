// What hardware the model's leases hold, what they promise with it, and where more of it would fit.

import FleetModel
import Leasing
import Packing

extension Holdings {
    /// Nodes of which all is held, in use and spare.
    var allNodes: [Int] { (wholeNodes.flatMap { Array($0) } + spareNodes).sorted() }

    /// Every node of which something is held.
    var touchedNodes: [Int] { Set(allNodes + partialNodes.map(\.node) + slices.map(\.node)).sorted() }

    /// Modules in use on a node.
    func modulesInUse(on node: Int, of platform: Platform) -> UInt8 {
        if wholeNodes.contains(where: { $0.contains(node) }) { return platform.moduleMask }
        var mask: UInt8 = 0
        for part in partialNodes where part.node == node { mask |= part.moduleMask }
        for slice in slices where slice.node == node { mask |= slice.moduleMask }
        return mask
    }

    func isInUse(_ node: Int) -> Bool {
        wholeNodes.contains { $0.contains(node) } || partialNodes.contains { $0.node == node }
            || slices.contains { $0.node == node }
    }
}

extension PowerCap {
    /// Watts of a GPU at the cap.
    func modelWatts(on platform: Platform) -> Watts {
        switch self {
        case .watts(let watts): watts
        case .percent(let percent): platform.power.capWattsMax * Watts(percent) / 100
        }
    }

    func isTaken(by platform: Platform) -> Bool {
        let watts = modelWatts(on: platform)
        return platform.power.capWattsMin <= watts && watts <= platform.power.capWattsMax
    }
}

extension ModelPart {
    /// Modules in use on a node, by any line.
    func modulesInUse(on node: Int, of platform: Platform) -> UInt8 {
        lines.reduce(0) { $0 | $1.holdings.modulesInUse(on: node, of: platform) }
    }

    /// Nodes that some line uses, spares apart.
    var nodesInUse: [Int] {
        Set(
            lines.flatMap { line in
                line.holdings.wholeNodes.flatMap { Array($0) } + line.holdings.partialNodes.map(\.node)
                    + line.holdings.slices.map(\.node)
            }
        ).sorted()
    }

    /// Stretches from its start to the end of its turn-round with the cap of each.
    var capStretches: [(start: Int64, until: Int64, cap: PowerCap)] {
        let times = Set([start] + capSteps.map(\.at).filter { start < $0 && $0 < until }).sorted()
        return times.indices.map { place in
            (times[place], place + 1 < times.count ? times[place + 1] : until, cap(at: times[place]))
        }
    }

    /// The cap from a time on at which a GPU of a platform draws most.
    func highestCap(from time: Int64, on platform: Platform) -> PowerCap {
        capStretches.filter { $0.until > time }.map(\.cap)
            .max { $0.modelWatts(on: platform) < $1.modelWatts(on: platform) } ?? cap
    }
}

/// What some hardware promises: GPUs, instances, watts at the rack and at the meters.
struct ModelPromise: Equatable {
    var gpus = 0
    var instances = 0
    var watts: Watts = 0
    var meterWatts: Watts = 0
}

extension ModelState {
    /// What lines promise at a cap, from docs/placement.md and the catalogue.
    func promise(_ lines: [LeaseLine], cap: PowerCap) -> ModelPromise {
        var promise = ModelPromise()
        var sites = [Watts](repeating: 0, count: fleet.sites.count)
        for line in lines {
            let holdings = line.holdings
            for range in holdings.wholeNodes {
                // A rack's own draw is shared by the nodes held together.
                for rack in fleet.racks where rack.nodes.overlaps(range) {
                    let count = rack.nodes.clamped(to: range).count
                    let platform = fleet.platforms[rack.platformOffset]
                    let node =
                        platform.power.nodeOverheadWatts
                        + Watts(platform.gpusPerNode) * cap.modelWatts(on: platform)
                    sites[rack.siteOffset] +=
                        Watts(count) * node
                        + platform.power.rackOverheadWatts * Watts(count) / Watts(rack.nodes.count)
                    promise.gpus += count * platform.gpusPerNode
                }
            }
            for part in holdings.partialNodes {
                let platform = platform(of: part.node)
                let gpus = part.moduleMask.nonzeroBitCount
                sites[fleet.racks[fleet.rackOfNode[part.node].offset].siteOffset] +=
                    Watts(gpus) * cap.modelWatts(on: platform)
                    + platform.power.nodeOverheadWatts * Watts(gpus) / Watts(platform.gpusPerNode)
                promise.gpus += gpus
            }
            for slice in holdings.slices {
                let platform = platform(of: slice.node)
                let width = memorySlices(of: slice)
                let node =
                    Watts(platform.gpusPerNode) * cap.modelWatts(on: platform) + platform.power.nodeOverheadWatts
                sites[fleet.racks[fleet.rackOfNode[slice.node].offset].siteOffset] +=
                    node * Watts(width) / Watts(8 * platform.gpusPerNode)
                promise.instances += 1
            }
        }
        promise.watts = sites.reduce(0, +)
        for (site, watts) in zip(fleet.sites, sites) {
            let product = watts * (1_000 + site.networkPermille) * site.pueThousandths
            promise.meterWatts += product / 1_000_000 + (product % 1_000_000 == 0 ? 0 : 1)
        }
        return promise
    }

    /// GPUs as a quota counts them: those held as a whole, and eighths of others in instances, rounded up by line.
    func quotaGPUs(_ lines: [LeaseLine]) -> Int {
        lines.reduce(promise(lines, cap: .percent(100)).gpus) { sum, line in
            let eighths = line.holdings.slices.reduce(0) { $0 + memorySlices(of: $1) }
            return sum + (eighths + 7) / 8
        }
    }

    private func memorySlices(of slice: GPUSlice) -> Int {
        platform(of: slice.node).migProfiles.first { $0.profileID == slice.profileID }?.memorySlices ?? 0
    }

    /// What each part holds, node by node, and what load targets leave: the ground on which a placement is looked for.
    func ground() -> SlowModel {
        var ground = SlowModel(fleet: fleet)
        for part in live {
            for line in part.lines {
                for holding in holdings(of: line, of: part) where !part.returned.contains(holding.node) {
                    ground.holdings[holding.node].append(holding)
                }
            }
        }
        for plan in maintenance.values {
            for window in plan.windows {
                for node in plan.nodes.joined() {
                    ground.holdings[node].append(
                        Holding(
                            lease: .max, node: node, modules: platform(of: node).moduleMask, start: window.lowerBound,
                            until: window.upperBound, capWatts: 0, isPartition: false, isPaused: true))
                }
            }
        }
        for (node, state) in nodes.enumerated() {
            (ground.closedUntil[node], ground.notReady[node]) = (state.closedUntil, state.notReady)
        }
        ground.ceilings = ceilings
        return ground
    }

    /// What a line of a part holds, as the search for a placement reads it.
    func holdings(of line: LeaseLine, of part: ModelPart) -> [Holding] {
        func holding(_ node: Int, _ modules: UInt8, isPartition: Bool = false, slice: HeldSlice? = nil) -> Holding {
            let platform = platform(of: node)
            var holding = Holding(
                lease: part.number, node: node, modules: modules, start: part.start, until: part.until,
                capWatts: part.cap.modelWatts(on: platform), isPartition: isPartition,
                slice: slice ?? HeldSlice(mask: 0))
            holding.laterCaps = part.capSteps.map {
                Holding.CapFrom(at: $0.at, watts: $0.cap.modelWatts(on: platform))
            }
            if slice == nil { holding.lowered = lowered(part, node) }
            return holding
        }
        let held = line.holdings
        return held.allNodes.map { holding($0, platform(of: $0).moduleMask) }
            + held.partialNodes.map { holding($0.node, $0.moduleMask, isPartition: true) }
            + held.slices.map { holding($0.node, $0.moduleMask, slice: HeldSlice($0, on: platform(of: $0.node))) }
    }

    /// What load targets above a node do to a part there.
    private func lowered(_ part: ModelPart, _ node: Int) -> [Holding.Lowered] {
        guard !part.curtailments.isEmpty else { return [] }
        let power = platform(of: node).power
        let above = Set(fleet.budgetChains[fleet.rackOfNode[node].offset].map { fleet.budgets[$0.offset].name })
        return part.curtailments.filter { above.contains($0.target.budget) }.flatMap(\.steps).map { step in
            let watts = max(power.capWattsMin, power.capWattsMax * Watts(step.percent) / 100)
            return Holding.Lowered(
                start: step.start, until: step.until, watts: step.percent == 0 ? nil : watts)
        }
    }

    /// Load targets with what sources give for them, and what batteries take that are filled again.
    private var ceilings: [SlowCeiling] {
        var result: [SlowCeiling] = []
        for target in targets {
            guard let offset = fleet.budgets.firstIndex(where: { $0.name == target.key.budget }) else { continue }
            let budget = fleet.budgets[offset]
            let end = target.end ?? .max
            let edges = [target.start, end] + target.spent.flatMap { [$0.start, $0.end] }
            let times = Set(edges.filter { target.start <= $0 && $0 <= end }).sorted()
            for (from, until) in zip(times, times.dropFirst()) {
                let given = target.spent.filter { $0.start <= from && from < $0.end }.reduce(0) { $0 + $1.watts }
                result.append(
                    SlowCeiling(
                        budget: offset, start: from, until: until,
                        watts: budget.rackWatts(measured: target.watts + given)))
            }
            for recharge in target.recharges {
                var least = Watts.max
                for (place, step) in budget.limitSteps.enumerated() where step.at < recharge.end {
                    let next = place + 1 < budget.limitSteps.count ? budget.limitSteps[place + 1].at : Int64.max
                    if next > recharge.start { least = min(least, step.watts) }
                }
                result.append(
                    SlowCeiling(
                        budget: offset, start: recharge.start, until: recharge.end,
                        watts: budget.rackWatts(measured: least - recharge.watts)))
            }
        }
        return result
    }
}
