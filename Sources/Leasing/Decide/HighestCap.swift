// The highest cap at which a request fits.

import FleetModel
import Packing

extension Book {
    /// The highest whole percent of each model's maximum at which `order` would be granted; nil when there is none. A
    /// line in megawatts must then carry every accepted node of the sites.
    ///
    /// Some three decisions long, so it runs on a view; the grant decides again.
    public func highestCap(for order: LeaseOrder, now: Int64) -> (order: LeaseOrder, percent: Int)? {
        let wanted = order.withWholeSites
        let lowest = lowestLegal(.percent(1...100), for: wanted)
        guard let found = highestFitting(.percent(lowest...100), for: wanted, now: now) else { return nil }
        return (found.order, found.order.cap.value)
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
