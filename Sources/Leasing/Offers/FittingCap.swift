// The highest cap of a range at which an order fits.

import FleetModel
import Packing

extension Book {
    /// The lowest cap of a range that every model takes which the order accepts and which stands at its sites; else the lowest
    /// that one of them takes; else the lowest.
    func lowestLegal(_ caps: CapRange, for order: LeaseOrder) -> Int {
        let standing = Set(
            fleet.racks.filter { order.sites.isEmpty || order.sites.contains(fleet.sites[$0.siteOffset].name) }
                .map(\.platformOffset))
        let accepted = standing.sorted().map { fleet.platforms[$0] }.filter { platform in
            order.lines.contains { $0.models.isEmpty || $0.models.contains(platform.gpu) }
        }
        let values = caps.values
        return values.first { value in accepted.allSatisfy { caps.cap(value).isLegal(on: $0) } }
            ?? values.first { value in accepted.contains { caps.cap(value).isLegal(on: $0) } } ?? values.lowerBound
    }

    /// The order at the highest cap of a range at which it would be granted, nil when it would be at none.
    ///
    /// - Parameter least: the lowest cap that comes into question.
    func highestFitting(_ caps: CapRange, from least: PowerCap, for order: LeaseOrder, now: Int64) -> LeaseOrder? {
        func capped(_ value: Int) -> LeaseOrder {
            var copy = order
            copy.cap = caps.cap(value)
            return copy
        }
        var (low, high) = (least.value, caps.values.upperBound)
        if fits(capped(high), now: now) { return capped(high) }
        high -= 1
        var best: LeaseOrder?
        while low <= high {
            let middle = (low + high) / 2
            if fits(capped(middle), now: now) {
                best = capped(middle)
                low = middle + 1
            } else {
                high = middle - 1
            }
        }
        return best
    }
}

extension PowerCap {
    /// Percent or watts.
    var value: Int {
        switch self {
        case .percent(let percent): percent
        case .watts(let watts): Int(watts)
        }
    }
}
