// The report of how well a fleet is packed, node by node and budget by budget.

import FleetModel
import Packing
@testable import Simulation

extension SlowModel {
    /// What `PackingState.report(at:)` should say of hardware that is held as here.
    func report(at now: Int64, of state: PackingState) -> PackingReport {
        var report = PackingReport()
        let committed = committed(at: now)
        let left = fleet.budgets.indices.map { limit(of: $0, at: now) - committed[$0] }
        var leftForLeast = left
        var wanted = [Watts](repeating: 0, count: fleet.budgets.count)
        var isWhole = [Bool](repeating: false, count: fleet.nodeCount)
        for (rack, place) in fleet.racks.enumerated() {
            let power = fleet.platforms[place.platformOffset].power
            let gpusPerNode = Watts(fleet.platforms[place.platformOffset].gpusPerNode)
            var (free, least, most) = (0, Watts(0), Watts(0))
            for node in place.nodes {
                let counts = state.gpuCounts(of: node, at: now)
                report.gpus += counts
                isWhole[node] = counts.free == counts.total
                let waking = power.nodeOverheadWatts + gpusPerNode * power.gpuIdleWatts - power.nodeIdleWatts
                let first = isWhole[node] ? waking : 0
                free += counts.free
                least += first + Watts(counts.free) * max(0, power.capWattsMin - power.gpuIdleWatts)
                most += first + Watts(counts.free) * max(0, power.capWattsMax - power.gpuIdleWatts)
            }
            let chain = fleet.budgetChains[rack]
            let available = chain.reduce(least) { min($0, max(0, leftForLeast[$1.offset])) }
            for budget in chain {
                leftForLeast[budget.offset] -= available
                wanted[budget.offset] += most
            }
            if available < least { report.strandedGPUs += free - Int(Watts(free) * available / least) }
        }
        report.wholeNodesLeft = isWhole.filter(\.self).count
        for domain in fleet.domains where domain.nodes.allSatisfy({ isWhole[$0] }) {
            if domain.level == .block { report.wholeBlocksLeft += 1 }
            if domain.level == .rack && fleet.platform(of: RackIndex(domain.racks.lowerBound)).isRackScale {
                report.wholeNVL72Left += 1
            }
        }
        for (offset, budget) in fleet.budgets.enumerated() where budget.parent == nil && budget.kind == .power {
            report.strandedWatts += budget.measuredWatts(rackWatts: max(0, left[offset] - wanted[offset]))
        }
        return report
    }
}
