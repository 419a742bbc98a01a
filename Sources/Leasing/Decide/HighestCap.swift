// The highest cap at which a request fits.

import FleetModel
import Packing

extension Book {
    /// The highest whole percent of each model's maximum at which `order` would be granted, by halving; nil when there
    /// is none. A line in megawatts must then carry every accepted node of the sites.
    ///
    /// Some seven decisions long, so it runs on a view; the grant decides again.
    public func highestCap(for order: LeaseOrder, now: Int64) -> (order: LeaseOrder, percent: Int)? {
        func capped(_ percent: Int) -> LeaseOrder {
            var copy = order.withWholeSites
            copy.cap = .percent(percent)
            return copy
        }
        let accepted = fleet.platforms.filter { platform in
            order.lines.contains { $0.models.isEmpty || $0.models.contains(platform.gpu) }
                && fleet.racks.contains { fleet.platforms[$0.platformOffset].name == platform.name }
        }
        // Below this percent some accepted model does not take the cap at all.
        let lowest = (1...100).first { percent in accepted.allSatisfy { PowerCap.percent(percent).isLegal(on: $0) } }
        var (low, high) = (lowest ?? 1, 100)
        var best: Int?
        while low <= high {
            let middle = (low + high) / 2
            if fits(capped(middle), now: now) {
                best = middle
                low = middle + 1
            } else {
                high = middle - 1
            }
        }
        return best.map { (capped($0), $0) }
    }
}

extension LeaseOrder {
    /// The same order, its lines in megawatts to carry every accepted node of the sites.
    public var withWholeSites: LeaseOrder {
        var copy = self
        for index in copy.lines.indices {
            if case .power(let watts, _) = copy.lines[index].shape {
                copy.lines[index].shape = .power(meterWatts: watts, wholeSites: true)
            }
        }
        return copy
    }
}

extension SoundOrder {
    /// What every accepted node of a line in megawatts would draw at the meters at the order's cap, and the budgets
    /// that could not carry that.
    func wholeSiteNeed(of line: LeaseLine, in book: Book) -> (meterWatts: Watts, shortBudgets: [BudgetIndex]) {
        let fleet = book.fleet
        var sum = MeterSum(sites: fleet.sites)
        for (offset, rack) in fleet.racks.enumerated() {
            let platform = fleet.platform(of: RackIndex(offset))
            guard request.siteMask >> rack.siteOffset & 1 == 1, order.cap.isLegal(on: platform),
                line.models.isEmpty || line.models.contains(platform.gpu)
            else { continue }
            LeaseWatts.add(Holdings(wholeNodes: [rack.nodes]), cap: order.cap, in: fleet, to: &sum)
        }
        var unlimited = request
        unlimited.lines = unlimited.lines.filter {
            if case .power = $0.shape { return true }
            return false
        }
        for index in unlimited.lines.indices {
            unlimited.lines[index].shape = .power(meterWatts: Watts.max / 2, wholeSites: true)
        }
        let outcome = book.packing.place(unlimited)
        return (sum.meterWatts(), outcome.findings.flatMap(\.shortBudgets))
    }
}
