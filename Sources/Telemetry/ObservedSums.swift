// From readings to the draw of every rack and every budget domain.

import FleetModel

extension ReadingTable {
    /// The draw of every budget domain from the readings not older than `oldest`; nil where there are none.
    ///
    /// O(nodes + racks × budgets per rack).
    func draws(_ tables: DomainTables, since oldest: Int64) -> [ObservedDraw?] {
        let budgets = tables.fleet.budgets
        guard !isEmpty else { return [ObservedDraw?](repeating: nil, count: budgets.count) }
        let rackSums = tables.fleet.racks.indices.map { sum(ofRack: $0, tables.fleet, oldest) }
        var sums = [DrawSum](repeating: DrawSum(), count: budgets.count)
        var draws = [ObservedDraw?](repeating: nil, count: budgets.count)
        // Parents come before their children, so children are done first from the end.
        for offset in budgets.indices.reversed() {
            let budget = budgets[offset]
            let nodeCount = tables.nodeCounts[offset]
            if self.budgets.isFresh(offset, since: oldest) {
                let (watts, at) = (self.budgets.watts[offset], self.budgets.at[offset])
                sums[offset] = DrawSum(rackWatts: budget.rackWatts(measured: watts), at: at, nodesObserved: nodeCount)
                draws[offset] = ObservedDraw(
                    watts: watts, at: at, nodesObserved: nodeCount, nodeCount: nodeCount, basis: .meter)
                continue
            }
            var sum = DrawSum()
            for part in tables.parts[offset] { sum += sums[part] }
            for rack in tables.racks[offset] { sum += rackSums[rack] }
            sums[offset] = sum
            guard !sum.isEmpty else { continue }
            draws[offset] = ObservedDraw(
                watts: budget.measuredWatts(rackWatts: sum.rackWatts), at: sum.at, nodesObserved: sum.nodesObserved,
                nodeCount: nodeCount, basis: sum.isEstimated ? .partlyEstimated : .measured)
        }
        return draws
    }

    /// A rack's own reading, else its observed nodes and what the rack draws by itself.
    private func sum(ofRack rack: Int, _ fleet: Fleet, _ oldest: Int64) -> DrawSum {
        let nodes = fleet.racks[rack].nodes
        if racks.isFresh(rack, since: oldest) {
            return DrawSum(rackWatts: racks.watts[rack], at: racks.at[rack], nodesObserved: nodes.count)
        }
        let platform = fleet.platforms[fleet.racks[rack].platformOffset]
        var sum = DrawSum()
        for node in nodes { sum += draw(ofNode: node, platform, oldest) }
        if !sum.isEmpty, platform.power.rackOverheadWatts > 0 {
            sum.rackWatts += platform.power.rackOverheadWatts
            sum.isEstimated = true
        }
        return sum
    }

    /// A node's own reading, else its GPUs', one by one or together as is newer, and what the catalogue says is around them.
    private func draw(ofNode node: Int, _ platform: Platform, _ oldest: Int64) -> DrawSum {
        if nodes.isFresh(node, since: oldest) {
            return DrawSum(rackWatts: nodes.watts[node], at: nodes.at[node], nodesObserved: 1)
        }
        let first = node * Self.modulesPerNode
        var (watts, at, count) = (Watts(0), Self.never, 0)
        for offset in first..<first + platform.gpusPerNode where gpus.isFresh(offset, since: oldest) {
            watts += gpus.watts[offset]
            at = max(at, gpus.at[offset])
            count += 1
        }
        if gpuSums.isFresh(node, since: oldest), gpuSums.at[node] >= at {
            return DrawSum(
                rackWatts: platform.nodeWatts(drawnByGPUs: gpuSums.watts[node]), at: gpuSums.at[node],
                nodesObserved: 1, isEstimated: true)
        }
        guard count > 0 else { return DrawSum() }
        // A GPU that has fallen off its bus is silent and idle.
        watts += Watts(platform.gpusPerNode - count) * platform.power.gpuIdleWatts
        return DrawSum(
            rackWatts: platform.nodeWatts(drawnByGPUs: watts), at: at, nodesObserved: 1, isEstimated: true)
    }
}

extension Platform {
    /// What a node draws whose GPUs draw `gpuWatts` together.
    ///
    /// What is around the GPUs draws with them: in a straight line from what the catalogue says of an idle node to
    /// what it says of one at its highest cap, so that it is exact at both. Rounded up.
    func nodeWatts(drawnByGPUs gpuWatts: Watts) -> Watts {
        let idleGPUs = Watts(gpusPerNode) * power.gpuIdleWatts
        let fullGPUs = Watts(gpusPerNode) * power.capWattsMax
        let idleOverhead = max(0, power.nodeIdleWatts - idleGPUs)
        let span = fullGPUs - idleGPUs
        let above = min(max(0, gpuWatts - idleGPUs), span)
        guard span > 0, power.nodeOverheadWatts > idleOverhead else { return gpuWatts + power.nodeOverheadWatts }
        return gpuWatts + idleOverhead + ((power.nodeOverheadWatts - idleOverhead) * above + span - 1) / span
    }
}

extension BudgetDomain {
    /// What `watts` where this domain is measured are at the rack, rounded down.
    func rackWatts(measured watts: Watts) -> Watts { watts * lossDenominator / lossNumerator }
}
