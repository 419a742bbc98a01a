// Reports on states that follow one another: what is as it was is not looked at again.

import FleetModel

/// Measures states, and of each only the racks that differ from the state before.
///
/// It keeps a copy of the last one. For reports on every change of one book; `PackingState.report` gives the same.
public struct PackingGauge: Sendable {
    fileprivate struct Measured {
        var state: PackingState
        var at: Int64
        var sums: RackSums
        /// For each rack, not later than when its use next changes by itself.
        var nextUses: [Int64]
        /// The least of them.
        var nextUse: Int64
    }

    fileprivate var last: Measured?

    /// Has measured nothing yet.
    public init() {}

    /// How a state is packed at `now`. O(loads + depth of budgets and bookings of racks that have changed + racks below loads that have
    /// too little left for all that is free); O(racks × depth) the first time.
    public mutating func report(on state: PackingState, at now: Int64) -> PackingReport {
        guard var measured = last, measured.state.tables === state.tables, measured.at <= now else {
            let racks = 0..<state.tables.rackCount
            let nextUses = racks.map { state.nextUse(ofRack: $0, after: now) }
            let measured = Measured(
                state: state, at: now, sums: RackSums(state.tables, uses: racks.map { state.rackUse($0, at: now) }),
                nextUses: nextUses, nextUse: nextUses.min() ?? .max)
            last = measured
            return measured.sums.report(on: state, at: now)
        }
        last = nil
        measured.follow(state, at: now)
        last = measured
        return measured.sums.report(on: state, at: now)
    }
}

extension PackingGauge.Measured {
    /// Brings what is known up to date with a state. Every booking writes the record of its rack or of its node, and so does
    /// everything that is done to a node.
    fileprivate mutating func follow(_ state: PackingState, at now: Int64) {
        var racks: [Int] = []
        state.racks.forEachDifference(from: self.state.racks) { racks += $0 }
        state.nodes.forEachDifference(from: self.state.nodes) { nodes in
            let first = Int(state.tables.rackOfNode[nodes.lowerBound])
            racks += first...Int(state.tables.rackOfNode[nodes.upperBound - 1])
        }
        if nextUse <= now { racks += nextUses.indices.filter { nextUses[$0] <= now } }
        (self.state, at) = (state, now)
        guard !racks.isEmpty else { return }
        var done = -1
        for rack in racks.sorted() where rack != done {
            sums.set(state.rackUse(rack, at: now), of: rack)
            nextUses[rack] = state.nextUse(ofRack: rack, after: now)
            done = rack
        }
        nextUse = nextUses.min() ?? .max
    }
}
