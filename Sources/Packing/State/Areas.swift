// The stretches of the fleet that are whole or broken, and what feeds them.

import FleetModel

/// The areas of a fleet, ascending: each block, and each rack that is in no block.
///
/// An area of which nothing is booked in a window draws its idle watts then. So whether all of its nodes could be taken is
/// answered by its own budgets' limits alone, and by what is left of the budgets that it shares with others.
struct Areas: Sendable {
    let ofRack: Table<Int32>
    let racks: Table<FleetTables.Span>
    let nodeCount: Table<Int32>
    /// The group of all its racks, or -1 when they differ.
    let group: Table<Int32>
    /// The most that each node of an idle area may add by the budgets that carry nothing else; -1 where that depends on the
    /// window or the rack.
    let nodeWattsMax: Table<Int64>
    /// The shared budgets of an area: loads of its feed.
    let feed: Table<Int32>
    let feedStart: Table<Int32>
    let feedLoads: Table<Int32>

    var count: Int { racks.count }

    init(_ fleet: Fleet, _ loads: Loads, _ groupOfRack: [Int32], in arena: TableArena) {
        var spans: [Range<Int>] = []
        for (rack, place) in fleet.racks.enumerated() where place.block == nil || spans.last?.contains(rack) != true {
            spans.append(place.block.map { fleet.domains[$0.offset].racks } ?? rack..<rack + 1)
        }
        var ofRack = [Int32](repeating: 0, count: fleet.racks.count)
        for (area, span) in spans.enumerated() {
            for rack in span { ofRack[rack] = Int32(area) }
        }
        self.ofRack = arena.table(ofRack)
        racks = arena.table(spans.map { FleetTables.Span($0) })
        nodeCount = arena.table(spans.map { span in span.reduce(0) { $0 + Int32(fleet.racks[$1].nodes.count) } })
        let groups = spans.map { span in
            let found = Set(span.map { groupOfRack[$0] })
            return found.count == 1 ? found.first! : -1
        }
        group = arena.table(groups)
        let areaOf = ofRack
        let isOwn = loads.racks.map { racks in Set(racks.map { areaOf[$0] }).count == 1 }
        nodeWattsMax = arena.table(
            spans.indices.map { area in
                groups[area] < 0 ? -1 : Self.nodeWattsMax(spans[area], fleet, loads) { isOwn[$0] }
            })
        var feeds: [[Int]] = []
        var known: [[Int]: Int] = [:]
        feed = arena.table(
            spans.map { span in
                // Every rack of an area of one group is looked at: feeds may differ inside a block.
                let shared = Set(span.flatMap { loads.chains[$0] }).filter { !isOwn[$0] }.sorted()
                if let found = known[shared] { return Int32(found) }
                known[shared] = feeds.count
                feeds.append(shared)
                return Int32(feeds.count - 1)
            })
        feedStart = arena.table(feeds.reduce(into: [Int32(0)]) { $0.append($0.last! + Int32($1.count)) })
        feedLoads = arena.table(feeds.flatMap { $0.map(Int32.init) })
    }

    /// The least, over the loads that carry this area alone, of what each node may add to an idle area; -1 where a limit
    /// changes in time, or a shared load carries only some of the area.
    private static func nodeWattsMax(
        _ span: Range<Int>, _ fleet: Fleet, _ loads: Loads, isOwn: (Int) -> Bool
    ) -> Watts {
        var least = Watts.max
        for load in Set(span.flatMap { loads.chains[$0] }) {
            let inside = loads.racks[load].filter { span.contains($0) }
            guard isOwn(load) else {
                if inside.count < span.count { return -1 }
                continue
            }
            guard loads.limits[load].count == 1 else { return -1 }
            var (nodes, idle) = (Watts(0), Watts(0))
            for rack in inside {
                let power = fleet.platforms[fleet.racks[rack].platformOffset].power
                nodes += Watts(fleet.racks[rack].nodes.count)
                idle += Watts(fleet.racks[rack].nodes.count) * power.nodeIdleWatts + power.rackOverheadWatts
            }
            let room = loads.limits[load][0].watts - idle
            least = min(least, room < 0 ? 0 : room / nodes)
        }
        return least
    }
}
