// Keeping the parts of a line apart.

import FleetModel

/// How many parts of a line each domain of its spread has given. A domain that may give no more is taken out of the nodes
/// that the line may use.
struct PartSpread {
    private let limit: SpreadLimit
    private var counts: [Int: Int] = [:]

    init(_ limit: SpreadLimit, _ state: PackingState, _ scratch: SearchScratch) {
        self.limit = limit
        // What lies in no domain of the level does not count.
        for rack in 0..<state.tables.rackCount where Self.domain(of: rack, limit.level, state) == nil {
            scratch.exclude(state.fleet.racks[rack].nodes, state.tables)
        }
    }

    mutating func note(_ node: Int, _ state: PackingState, _ scratch: SearchScratch) {
        let nodes =
            limit.level == .node
            ? node..<node + 1 : Self.domain(of: Int(state.tables.rackOfNode[node]), limit.level, state)!
        counts[nodes.lowerBound, default: 0] += 1
        if counts[nodes.lowerBound]! == limit.unitsMax { scratch.exclude(nodes, state.tables) }
    }

    private static func domain(of rack: Int, _ level: Level, _ state: PackingState) -> Range<Int>? {
        if level == .node { return state.fleet.racks[rack].nodes }
        return state.fleet.domain(of: RackIndex(rack), at: level).map { state.fleet.domains[$0.offset].nodes }
    }
}
