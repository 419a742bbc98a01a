// What the units of a line need under a budget, beside what is left there.

import FleetModel
import Packing

/// What a line would draw under a budget domain, in words and numbers.
struct UnitNeed {
    /// How much, where the domain is measured.
    let words: String
    /// Whether not even one unit fits under the highest limit that the domain ever has, with nothing else leased.
    let neverFits: Bool
}

extension Book {
    /// What the units of a line that find room under a budget draw more than idle hardware; where not even one fits into the
    /// limit, what that comes to with all else idle. Of several models the one that needs least. Nil for megawatts and
    /// instances. O(racks).
    func need(of line: LeaseLine, under budget: BudgetIndex, _ sound: SoundOrder) -> UnitNeed? {
        let domain = fleet.budgets[budget.offset]
        var (below, idle) = ([Int: Int](), Watts(0))
        for (offset, rack) in fleet.racks.enumerated() where fleet.budgetChains[offset].contains(budget) {
            let platform = fleet.platforms[rack.platformOffset]
            idle += platform.power.rackOverheadWatts + Watts(rack.nodes.count) * platform.power.nodeIdleWatts
            below[rack.platformOffset, default: 0] += rack.nodes.count
        }
        let kinds = UnitKinds(fleet, sites: sound.order.sites)
        let needs = below.compactMap { offset, nodes -> (added: Watts, units: Int)? in
            let (platform, cap) = (fleet.platforms[offset], sound.order.cap)
            guard line.models.isEmpty || line.models.contains(platform.gpu), cap.isLegal(on: platform) else {
                return nil
            }
            func added(_ gpus: Int) -> Watts {
                platform.nodeWatts(leasedGPUs: gpus, capWatts: cap.watts(on: platform)) - platform.power.nodeIdleWatts
            }
            switch line.shape {
            case .gpus(let count):
                guard count <= platform.gpusPerNode else { return nil }
                return (added(count), nodes * (platform.gpusPerNode / count))
            case .block, .rack, .nvl72, .node:
                var alike = line
                alike.models = [platform.gpu]
                guard let unit = kinds.nodeCountMin(ofUnitsOf: alike) else { return nil }
                return (Watts(min(unit, nodes)) * added(platform.gpusPerNode), max(1, nodes / unit))
            case .mig, .power: return nil
            }
        }
        guard let least = needs.min(by: { $0 < $1 }) else { return nil }
        let what = "\(line.shapeName) at \(sound.order.cap.phrase)"
        let alone = domain.measuredWatts(rackWatts: idle + least.added)
        // Load targets come and go, and are not what makes something never fit.
        let highest = domain.limitSteps.map(\.watts).max()!
        guard alone <= highest else {
            // In full, since the two may differ by little.
            return UnitNeed(
                words:
                    "one \(what) never fits: with all else idle it comes to \(WattsText.short(alone)), and the limit is "
                    + WattsText.short(highest), neverFits: true)
        }
        let units = min(max(1, line.count), least.units)
        let added = domain.measuredWatts(rackWatts: Watts(units) * least.added)
        return UnitNeed(
            words: "\(WattsText.grouped(units)) × \(what) needs \(WattsText.rounded(added)) more than idle",
            neverFits: false)
    }
}
