// What a lease promises and delivers each second, as its account counts it.

import FleetModel
import Packing

/// A node of a lease that is down, in dense indexes.
struct DownNode {
    var node: Int
    /// Until when its failure does not count against availability.
    var excusedUntil: Int64
}

extension Lease {
    /// From when on it has not been accounted for.
    var accountedFrom: Int64 { max(start, accountedUntil) }

    /// Calls `body` with each stretch that has not been accounted for, until a time or the end of the window, and with what is
    /// promised and delivered in each of its seconds. None outside the window. O(stretches × segments), one stretch where
    /// nothing is down, lowered or about to change.
    func forEachRate(until time: Int64, down: [DownNode], in fleet: Fleet, _ body: (Range<Int64>, LedgerSums) -> Void) {
        let (from, until) = (accountedFrom, min(end, time))
        guard isInWindow, from < until else { return }
        let groups = curtailments.isEmpty ? [] : drawGroups(in: fleet, evenReturned: true)
        var times = Set([until])
        for group in groups { times.formUnion(changes(of: group.curtailments, from: from, until: until)) }
        for step in capSteps where from < step.at && step.at < until { times.insert(step.at) }
        for unit in down where from < unit.excusedUntil && unit.excusedUntil < until { times.insert(unit.excusedUntil) }
        var at = from
        for next in times.sorted() {
            body(at..<next, rate(at: at, down: down, groups, in: fleet))
            at = next
        }
    }

    private func rate(at time: Int64, down: [DownNode], _ groups: [DrawGroup], in fleet: Fleet) -> LedgerSums {
        var rate = LedgerSums()
        let cap = cap(at: time)
        var promised = MeterSum(sites: fleet.sites)
        for line in lines {
            LeaseWatts.add(line.holdings, cap: cap, in: fleet, to: &promised)
            rate.gpus.promised += line.holdings.milliGPUs(in: fleet)
        }
        var sites = promised.rackWatts.map { SiteRate(promised: $0, delivered: $0) }
        for unit in down {
            let site = fleet.racks[fleet.rackOfNode[unit.node].offset].siteOffset
            for line in lines {
                sites[site].delivered -= line.holdings.capacity(on: unit.node, cap: cap, in: fleet).watts
                let gpus = line.holdings.milliGPUs(on: unit.node, in: fleet)
                if state == .starting { rate.gpus.late += gpus } else { rate.gpus.down += gpus }
                if state != .starting && time < unit.excusedUntil { rate.gpus.excused += gpus }
            }
        }
        lower(&rate.gpus, &sites, groups, at: time, cap: cap, down: down, in: fleet)
        rate.gpus.delivered = rate.gpus.promised - rate.gpus.down - rate.gpus.late - rate.gpus.stopped
        for (site, of) in zip(sites, fleet.sites) { site.add(to: &rate, of) }
        return rate
    }

    /// Takes off what load targets take from hardware that is up.
    private func lower(
        _ gpus: inout GPUSums, _ sites: inout [SiteRate], _ groups: [DrawGroup], at time: Int64, cap: PowerCap,
        down: [DownNode], in fleet: Fleet
    ) {
        let downRanges = down.map { $0.node..<$0.node + 1 }.united()
        let whole = groups.isEmpty ? [] : lines.flatMap(\.holdings.wholeNodes).united().subtracting(downRanges)
        for group in groups {
            guard let level = percent(under: group.curtailments, at: time) else { continue }
            func take(_ count: Int, gpusEach: Int, ofNodesIn rack: RackIndex, _ watts: (DrawChange) -> Watts) {
                let rack = fleet.racks[rack.offset]
                let platform = fleet.platforms[rack.platformOffset]
                let capWatts = cap.watts(on: platform)
                let taken = -watts(platform.draw(capWatts: capWatts, percent: level.percent))
                let allowed = -watts(platform.draw(capWatts: capWatts, percent: level.terms))
                sites[rack.siteOffset].take(Watts(count) * allowed, beyond: Watts(count) * (taken - allowed))
                let held = Int64(1_000 * count * gpusEach)
                if level.percent == 0 { gpus.stopped += held }
                if level.percent == 0 && taken > allowed { gpus.breachStopped += held }
                if taken > allowed { gpus.breach += held } else if taken > 0 { gpus.curtailed += held }
            }
            for segment in fleet.rackSegments(of: whole.intersecting(group.hardware.wholeNodes.coalesced())) {
                let each = fleet.platforms[fleet.racks[segment.rack.offset].platformOffset].gpusPerNode
                take(segment.nodes.count, gpusEach: each, ofNodesIn: segment.rack, \.nodeWatts)
            }
            for partial in group.hardware.partialNodes where !downRanges.contains(where: { $0.contains(partial.node) })
            {
                let count = partial.moduleMask.nonzeroBitCount
                take(count, gpusEach: 1, ofNodesIn: fleet.rackOfNode[partial.node], \.gpuWatts)
            }
        }
    }
}

/// Watts at the racks of one site.
private struct SiteRate {
    var promised: Watts
    var delivered: Watts
    var curtailed: Watts = 0
    var breach: Watts = 0

    init(promised: Watts, delivered: Watts) { (self.promised, self.delivered) = (promised, delivered) }

    mutating func take(_ allowed: Watts, beyond: Watts) {
        delivered -= allowed + beyond
        curtailed += allowed
        breach += beyond
    }

    /// Adds it at the racks and at the meter, where what is taken is what the meter would show more.
    func add(to rate: inout LedgerSums, _ site: Site) {
        func meter(_ watts: Watts) -> Watts { site.meterWatts(rackWatts: watts) }
        rate.rack.promised += promised
        rate.rack.delivered += delivered
        rate.rack.curtailed += curtailed
        rate.rack.breach += breach
        let (low, middle, high) = (
            meter(delivered), meter(delivered + curtailed), meter(delivered + curtailed + breach)
        )
        rate.meter.promised += meter(promised)
        rate.meter.delivered += low
        rate.meter.curtailed += middle - low
        rate.meter.breach += high - middle
    }
}

extension Holdings {
    /// What is in use, in thousandths of a GPU; instances by their memory slices.
    func milliGPUs(in fleet: Fleet) -> Int64 {
        Int64(1_000 * placement.gpuCount(in: fleet)) + slices.reduce(0) { $0 + $1.milliGPUs(in: fleet) }
    }

    /// The part of it on one node.
    func milliGPUs(on node: Int, in fleet: Fleet) -> Int64 {
        if wholeNodes.contains(where: { $0.contains(node) }) {
            return Int64(1_000 * fleet.moduleMasks[node].nonzeroBitCount)
        }
        let whole = partialNodes.reduce(0) { $0 + ($1.node == node ? $1.moduleMask.nonzeroBitCount : 0) }
        return Int64(1_000 * whole) + slices.reduce(0) { $0 + ($1.node == node ? $1.milliGPUs(in: fleet) : 0) }
    }
}

extension GPUSlice {
    /// Thousandths of a GPU.
    func milliGPUs(in fleet: Fleet) -> Int64 {
        1_000 * Int64(fleet.platform(of: NodeIndex(node)).memorySlices(ofProfile: profileID))
            / Int64(SliceGeometry.memorySlices)
    }
}
