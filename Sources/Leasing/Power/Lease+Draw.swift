// What a lease draws over time on some of its hardware, curtailments counted.

import FleetModel
import Packing

/// Units of one platform.
struct UnitCount: Equatable, Sendable {
    var nodes = 0
    /// GPUs held by themselves; those cut into instances count once each.
    var gpus = 0
}

/// Hardware of a lease that the same curtailments act on.
struct DrawGroup {
    /// Indexes into the lease's curtailments, ascending.
    var curtailments: [Int]
    var hardware: LinePlacement
}

extension Lease {
    /// The booked hardware of the lease, spares too, that has not come back (or all of it), by the curtailments that act on
    /// it; with `budget`, only what hangs under that domain. O(segments × budgets above each).
    func drawGroups(
        in fleet: Fleet, under budget: BudgetIndex? = nil, on ranges: [Range<Int>]? = nil, evenReturned: Bool = false
    ) -> [DrawGroup] {
        let scopes = curtailments.map { fleet.budget(named: $0.target.budget) }
        var groups: [DrawGroup] = []
        func place(ofRack rack: RackIndex) -> Int? {
            let chain = fleet.budgetChains[rack.offset]
            if let budget, !chain.contains(budget) { return nil }
            let acting = scopes.indices.filter { index in scopes[index].map { chain.contains($0) } ?? false }
            if let known = groups.firstIndex(where: { $0.curtailments == acting }) { return known }
            groups.append(DrawGroup(curtailments: acting, hardware: LinePlacement()))
            return groups.count - 1
        }
        func isMeant(_ node: Int) -> Bool {
            (evenReturned || !hasReturned(node)) && ranges?.contains { $0.contains(node) } ?? true
        }
        let booked = evenReturned ? lines.flatMap(\.holdings.bookedNodes) : bookedNodes
        let whole = ranges.map { booked.intersecting($0) } ?? booked
        for segment in fleet.rackSegments(of: whole) {
            if let place = place(ofRack: segment.rack) { groups[place].hardware.wholeNodes.append(segment.nodes) }
        }
        for line in lines {
            for partial in line.holdings.partialNodes where isMeant(partial.node) {
                if let place = place(ofRack: fleet.rackOfNode[partial.node]) {
                    groups[place].hardware.partialNodes.append(partial)
                }
            }
        }
        return groups
    }

    /// The lowest percent that some of its curtailments hold hardware to at `time`, and what the terms would allow; nil
    /// when none does.
    func percent(under acting: [Int], at time: Int64) -> (percent: Int, terms: Int?)? {
        var lowest: (percent: Int, terms: Int?)?
        for index in acting {
            guard let step = curtailments[index].steps.step(at: time) else { continue }
            let terms = [lowest?.terms, step.termsPercent].compactMap(\.self).min()
            lowest = (min(lowest?.percent ?? step.percent, step.percent), terms)
        }
        return lowest
    }

    /// The instants in `(start, until)` at which one of some curtailments or the lease's cap changes, ascending.
    func changes(of acting: [Int], from start: Int64, until: Int64) -> [Int64] {
        var times: Set<Int64> = []
        for index in acting {
            for step in curtailments[index].steps.overlapping(from: start, until: until) {
                for time in [step.start, step.until] where start < time && time < until { times.insert(time) }
            }
        }
        for step in capSteps where start < step.at && step.at < until { times.insert(step.at) }
        return times.sorted()
    }

    /// Calls `body` with each stretch of the lease's time in which some of its hardware draws other than it was booked, and
    /// by how much, for each platform.
    func forEachDrawChange(
        in fleet: Fleet, on ranges: [Range<Int>]? = nil,
        _ body: (LinePlacement, [DrawChange], Range<Int64>) -> Void
    ) {
        guard !curtailments.isEmpty else { return }
        for group in drawGroups(in: fleet, on: ranges) where !group.curtailments.isEmpty {
            var from = start
            for to in changes(of: group.curtailments, from: start, until: until) + [until] {
                if let level = percent(under: group.curtailments, at: from) {
                    body(group.hardware, changes(to: level.percent, at: from, in: fleet), from..<to)
                }
                from = to
            }
        }
    }

    /// What one unit of each platform draws more at `percent` than at the cap that the lease has at `time`.
    func changes(to percent: Int?, at time: Int64, in fleet: Fleet) -> [DrawChange] {
        let cap = cap(at: time)
        return fleet.platforms.map { $0.draw(capWatts: cap.watts(on: $0), percent: percent) }
    }
}

extension [DrawChange] {
    /// The watts of some units, counted by platform.
    func watts(of counts: [UnitCount]) -> Watts {
        zip(self, counts).reduce(0) {
            $0 + $1.0.nodeWatts * Watts($1.1.nodes) + $1.0.gpuWatts * Watts($1.1.gpus)
        }
    }
}
