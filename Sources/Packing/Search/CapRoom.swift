// How high a cap the watts allow on hardware that has been found.

import FleetModel

extension PackingState {
    /// The highest of some caps at which the budgets carry hardware that was found free over the window of `terms`; nil when
    /// there is none. Exact for whole nodes; an estimate where parts of nodes are among it.
    ///
    /// - Parameters:
    ///   - caps: caps in one unit, ascending.
    ///   - power: the cap that a number stands for.
    /// - Complexity: O(racks touched × depth of budgets + log caps × loads touched).
    public func highestCap(
        in caps: ClosedRange<Int>, power: (Int) -> PowerCap, for placements: [LinePlacement], over terms: BookingTerms
    ) -> Int? {
        let demand = CapDemand(placements, of: self, over: terms)
        var (low, high) = (caps.lowerBound - 1, caps.upperBound)
        while low < high {
            let middle = (low + high + 1) / 2
            if demand.isMet(at: power(middle)) { low = middle } else { high = middle - 1 }
        }
        return low < caps.lowerBound ? nil : low
    }
}

/// What some hardware adds to each load above it, as a function of the cap.
private struct CapDemand {
    private let tables: FleetTables
    /// Loads above the hardware, and what each has left.
    private var loads: [(load: Int, room: Watts)] = []
    /// By load and platform: GPUs that draw the cap, and watts beside them.
    private var gpuCounts: [Watts]
    private var otherWatts: [Watts]
    private var platforms: Set<Int> = []

    init(_ placements: [LinePlacement], of state: PackingState, over terms: BookingTerms) {
        tables = state.tables
        let places = tables.loadCount * tables.platforms.count
        gpuCounts = [Watts](repeating: 0, count: places)
        otherWatts = [Watts](repeating: 0, count: tables.loadCount)
        var isTouched = [Bool](repeating: false, count: tables.loadCount)
        for placement in placements {
            for segment in state.fleet.rackSegments(of: placement.wholeNodes) {
                let numbers = tables.platforms[Int(tables.rackPlatform[segment.rack.offset])]
                let nodes = Watts(segment.nodes.count)
                add(
                    nodes * numbers.gpusPerNode, nodes * (numbers.nodeOverheadWatts - numbers.nodeIdleWatts),
                    rack: segment.rack.offset, &isTouched)
            }
            for (node, modules) in Self.parts(of: placement) {
                let rack = Int(tables.rackOfNode[node])
                let numbers = tables.platforms[Int(tables.rackPlatform[rack])]
                let gpus = Watts(modules.nonzeroBitCount)
                let isAsleep = state.isWholeNodeFree(node, from: terms.start, until: terms.until, now: terms.start)
                add(
                    gpus, (isAsleep ? numbers.firstWatts : 0) - gpus * numbers.gpuIdleWatts, rack: rack, &isTouched)
            }
        }
        for load in isTouched.indices where isTouched[load] {
            loads.append((load, state.headroom(ofLoad: load, from: terms.start, until: terms.until)))
        }
    }

    /// The modules of each node of which parts are held, nodes ascending.
    private static func parts(of placement: LinePlacement) -> [(node: Int, modules: UInt8)] {
        let held =
            placement.partialNodes.map { ($0.node, $0.moduleMask) }
            + placement.slices.map { ($0.node, $0.moduleMask) }
        var result: [(node: Int, modules: UInt8)] = []
        for (node, mask) in held.sorted(by: { $0.0 < $1.0 }) {
            if result.last?.node == node {
                result[result.count - 1].modules |= mask
            } else {
                result.append((node, mask))
            }
        }
        return result
    }

    private mutating func add(_ gpus: Watts, _ watts: Watts, rack: Int, _ isTouched: inout [Bool]) {
        let platform = Int(tables.rackPlatform[rack])
        platforms.insert(platform)
        for place in Int(tables.chainStart[rack])..<Int(tables.chainStart[rack + 1]) {
            let load = Int(tables.chain[place])
            isTouched[load] = true
            gpuCounts[load * tables.platforms.count + platform] += gpus
            otherWatts[load] += watts
        }
    }

    /// Whether every platform takes the cap and every load carries it.
    func isMet(at cap: PowerCap) -> Bool {
        let watts = tables.fleet.platforms.indices.map { platform in
            switch cap {
            case .watts(let watts): watts
            case .percent(let percent): tables.platforms[platform].capWattsMax * Watts(percent) / 100
            }
        }
        guard
            platforms.allSatisfy({
                watts[$0] >= tables.platforms[$0].capWattsMin && watts[$0] <= tables.platforms[$0].capWattsMax
            })
        else { return false }
        return loads.allSatisfy { load, room in
            let first = load * watts.count
            return watts.indices.reduce(otherWatts[load]) { $0 + gpuCounts[first + $1] * watts[$1] } <= room
        }
    }
}
