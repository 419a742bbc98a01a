// The highest cap of a range at which an order fits.

import FleetModel
import Packing

extension Book {
    /// The lowest cap of a range that every model takes which the order accepts and which stands at its sites; else the lowest
    /// that one of them takes; else the lowest.
    func lowestLegal(_ caps: CapRange, for order: LeaseOrder) -> Int {
        let accepted = UnitKinds(fleet, sites: order.sites).platforms.filter { platform in
            order.lines.contains { $0.models.isEmpty || $0.models.contains(platform.gpu) }
        }
        let values = caps.values
        return values.first { value in accepted.allSatisfy { caps.cap(value).isLegal(on: $0) } }
            ?? values.first { value in accepted.contains { caps.cap(value).isLegal(on: $0) } } ?? values.lowerBound
    }

    /// The order at the highest cap of a range at which it would be granted, with its hardware; nil when it would not be at the lowest.
    ///
    /// The hardware found at one cap says how much higher its watts would let it go. That cap is tried, and one above
    /// it, so two or three searches are enough as a rule; where the guess was wrong the rest is halved.
    func highestFitting(
        _ caps: CapRange, for order: LeaseOrder, now: Int64
    ) -> (order: LeaseOrder, lines: [LinePlacement])? {
        func capped(_ value: Int) -> LeaseOrder {
            var copy = order
            copy.cap = caps.cap(value)
            return copy
        }
        var fitting = caps.values.lowerBound
        guard var found = placed(capped(fitting), now: now) else { return nil }
        var (unfit, stride, isGuessed) = (caps.values.upperBound + 1, 1, true)
        while fitting + 1 < unfit {
            var probe = (fitting + unfit) / 2
            if isGuessed {
                let guess = carried(by: found.lines, caps, in: fitting...unfit - 1, order, found.request)
                probe = guess > fitting ? guess : min(fitting + stride, unfit - 1)
                if guess <= fitting { stride *= 2 }
            }
            if let more = placed(capped(probe), now: now) {
                (fitting, found) = (probe, more)
            } else {
                (unfit, isGuessed) = (probe, false)
            }
        }
        return (capped(fitting), found.lines)
    }

    /// The highest cap of a range that budgets carry on some hardware, and that stays within what whole sites may draw.
    private func carried(
        by placements: [LinePlacement], _ caps: CapRange, in range: ClosedRange<Int>, _ order: LeaseOrder,
        _ request: PlacementRequest
    ) -> Int {
        var highest =
            packing.highestCap(in: range, power: caps.cap, for: placements, over: request.terms) ?? range.lowerBound
        for (line, placement) in zip(order.lines, placements) {
            guard case .power(let watts, true) = line.shape else { continue }
            var low = range.lowerBound
            while low < highest {
                let middle = (low + highest + 1) / 2
                if meterWatts(of: placement, at: caps.cap(middle)) <= watts {
                    low = middle
                } else {
                    highest = middle - 1
                }
            }
        }
        return highest
    }

    private func meterWatts(of placement: LinePlacement, at cap: PowerCap) -> Watts {
        var sum = MeterSum(sites: fleet.sites)
        LeaseWatts.add(Holdings(placement), cap: cap, in: fleet, to: &sum)
        return sum.meterWatts()
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
