// Watts that booked hardware draws more or less than it was booked with.

public import FleetModel

/// By how much the draw of one platform's units changes.
public struct DrawChange: Equatable, Sendable {
    /// For each node that is held as a whole.
    public var nodeWatts: Watts
    /// For each GPU that is held by itself.
    public var gpuWatts: Watts

    public init(nodeWatts: Watts = 0, gpuWatts: Watts = 0) {
        self.nodeWatts = nodeWatts
        self.gpuWatts = gpuWatts
    }
}

extension PackingState {
    /// Takes off what some booked hardware draws less than it is entitled to: `changes`, not positive, one for each platform of
    /// the fleet in its order, over
    /// `[window.lowerBound, window.upperBound)`; the same with the signs turned gives it back. Total, as bookings are. The
    /// fleet's limits do not see it, so that nobody is granted what is only lent. O(ranges + racks + parts + budgets touched).
    public mutating func changeDraw(of hardware: LinePlacement, by changes: [DrawChange], over window: Range<Int64>) {
        guard !window.isEmpty, changes.contains(where: { $0 != DrawChange() }) else { return }
        let scratch = tables.takeScratch()
        scratch.beginSums()
        forEachRack(of: hardware) { rack, nodes, gpus in
            let change = changes[Int(tables.rackPlatform[rack])]
            let sum = Watts(nodes) * change.nodeWatts + Watts(gpus) * change.gpuWatts
            guard sum != 0 else { return }
            for place in Int(tables.chainStart[rack])..<Int(tables.chainStart[rack + 1]) {
                scratch.add(sum, to: Int(tables.chain[place]))
            }
        }
        for place in 0..<scratch.touchedCount {
            let load = scratch.touched(place)
            let sum = scratch.sum(of: load)
            relief.add(sum, to: load, from: window.lowerBound, until: window.upperBound, instant: instant)
            if relief.isWorthSettling(load, above: .max) { relief.settle(load, instant: instant) }
            if ceilings.isLowered[load] { addDrawn(sum, to: load, window) }
        }
        tables.giveBack(scratch)
        hasRelief = true
    }

    mutating func addDrawn(_ amount: Watts, to load: Int, _ window: Range<Int64>) {
        drawn.add(amount, to: load, from: window.lowerBound, until: window.upperBound, instant: instant)
        if drawn.isWorthSettling(load, above: 0) { drawn.settle(load, instant: instant) }
    }
}
