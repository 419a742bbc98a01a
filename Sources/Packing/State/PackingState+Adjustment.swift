// Watts of hardware that runs at another cap than it was booked with, for a while.
//
// A booking commits one cap from its start to its end. Where the cap changes in between, the booking stays as it is and the
// difference is committed beside it, over the time for which it holds. Whoever adjusts keeps what it adjusted, and
// takes it off again before the booking goes.

public import FleetModel

extension PackingState {
    /// Commits the difference between two caps of booked hardware over `[window.lowerBound, window.upperBound)`; the same
    /// with the caps exchanged takes it off again.
    ///
    /// The overheads of nodes and racks stay as they were booked. A GPU on which several of the instances lie is adjusted
    /// once, so instances that share a GPU are adjusted together. Total, as bookings are: see `overloadedBudget`. O(ranges +
    /// racks + parts + budgets touched).
    public mutating func adjustWatts(
        of hardware: LinePlacement, from oldCap: PowerCap, to newCap: PowerCap, over window: Range<Int64>
    ) {
        guard oldCap != newCap, !window.isEmpty else { return }
        let scratch = tables.takeScratch()
        scratch.beginSums()
        forEachRack(of: hardware) { rack, nodes, gpus in
            let platform = Int(tables.rackPlatform[rack])
            let numbers = tables.platforms[platform]
            let (old, new) = (capWatts(oldCap, platform: platform), capWatts(newCap, platform: platform))
            let whole = Watts(nodes) * (numbers.wholeNodeWatts(capWatts: new) - numbers.wholeNodeWatts(capWatts: old))
            let parts = numbers.gpuWatts(gpus, capWatts: new) - numbers.gpuWatts(gpus, capWatts: old)
            for place in Int(tables.chainStart[rack])..<Int(tables.chainStart[rack + 1]) {
                scratch.add(whole + parts, to: Int(tables.chain[place]))
            }
        }
        for place in 0..<scratch.touchedCount {
            let load = scratch.touched(place)
            addWatts(scratch.sum(of: load), to: load, window)
        }
        tables.giveBack(scratch)
    }

    /// The first budget above some hardware, in the order of the fleet's, that carries more than its limit at some instant
    /// of the window; nil when there is none. O(racks × depth + budgets × depth of their steps).
    public func overloadedBudget(above hardware: LinePlacement, over window: Range<Int64>) -> BudgetIndex? {
        guard !window.isEmpty else { return nil }
        let scratch = tables.takeScratch()
        defer { tables.giveBack(scratch) }
        scratch.beginSums()
        forEachRack(of: hardware) { rack, _, _ in
            for place in Int(tables.chainStart[rack])..<Int(tables.chainStart[rack + 1]) {
                scratch.add(1, to: Int(tables.chain[place]))
            }
        }
        var first: BudgetIndex?
        for place in 0..<scratch.touchedCount {
            let load = scratch.touched(place)
            if hasWatts(0, load: load, from: window.lowerBound, until: window.upperBound) { continue }
            let tightest = tightestBudget(ofLoad: load, from: window.lowerBound, until: window.upperBound)
            if first.map({ tightest.offset < $0.offset }) ?? true { first = tightest }
        }
        return first
    }

    /// Calls `body` with racks, the whole nodes of each, and its GPUs held one by one; a rack may come several times.
    func forEachRack(of hardware: LinePlacement, _ body: (_ rack: Int, _ nodes: Int, _ gpus: Int) -> Void) {
        for range in hardware.wholeNodes {
            var node = range.lowerBound
            while node < range.upperBound {
                let rack = Int(tables.rackOfNode[node])
                let end = min(range.upperBound, Int(tables.rackFirstNode[rack]) + Int(tables.rackNodeCount[rack]))
                body(rack, end - node, 0)
                node = end
            }
        }
        for partial in hardware.partialNodes {
            body(Int(tables.rackOfNode[partial.node]), 0, partial.moduleMask.nonzeroBitCount)
        }
        for (index, slice) in hardware.slices.enumerated() {
            let isSeen = hardware.slices[..<index].contains {
                $0.node == slice.node && $0.moduleMask == slice.moduleMask
            }
            if !isSeen { body(Int(tables.rackOfNode[slice.node]), 0, 1) }
        }
    }

    /// The cap of one GPU of a platform.
    private func capWatts(_ cap: PowerCap, platform: Int) -> Watts {
        capWatts(BookingTerms(lease: 0, start: 0, end: 1, until: 1, cap: cap), platform: platform)
    }
}
