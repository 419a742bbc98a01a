// What all racks come to, kept as sums: a rack that is used otherwise changes a few of them.

import FleetModel

/// What the racks of a fleet are used for at one instant, summed by site, by load and by root of the power.
struct RackSums: Sendable {
    private let tables: FleetTables
    private(set) var uses: [RackUse]
    /// By site, stranded watts and GPUs left out.
    private var sites: [SitePacking]
    /// By load: the watts at the rack that its free GPUs would take at their lowest cap.
    private var least: [Watts]
    /// By budget, where it is a root of the power: what the free GPUs below it would take at their highest cap.
    private var most: [Watts]
    private var wholeBlocks: [Bool]

    /// O(racks × depth of budgets).
    init(_ tables: FleetTables, uses: [RackUse]) {
        self.tables = tables
        self.uses = uses
        let none = [GPUCounts](repeating: GPUCounts(), count: tables.fleet.platforms.count)
        sites = [SitePacking](repeating: SitePacking(gpusByPlatform: none), count: tables.fleet.sites.count)
        least = [Watts](repeating: 0, count: tables.loadCount)
        most = [Watts](repeating: 0, count: tables.fleet.budgets.count)
        wholeBlocks = [Bool](repeating: false, count: tables.blockCount)
        for rack in uses.indices { count(uses[rack], of: rack, sign: 1) }
        for block in wholeBlocks.indices { lookAt(block: block) }
    }

    /// Puts what a rack is used for now in place of what it was used for. O(depth of budgets + racks of its block).
    mutating func set(_ use: RackUse, of rack: Int) {
        guard use != uses[rack] else { return }
        count(uses[rack], of: rack, sign: -1)
        uses[rack] = use
        count(use, of: rack, sign: 1)
        let block = Int(tables.rackBlock[rack])
        if block >= 0 { lookAt(block: block) }
    }

    private mutating func count(_ use: RackUse, of rack: Int, sign: Int) {
        let site = Int(tables.rackSite[rack])
        let platform = Int(tables.rackPlatform[rack])
        if sign > 0 {
            sites[site].report.gpus += use.counts
            sites[site].gpusByPlatform[platform] += use.counts
        } else {
            sites[site].report.gpus -= use.counts
            sites[site].gpusByPlatform[platform] -= use.counts
        }
        sites[site].report.wholeNodesLeft += sign * Int(use.wholeNodes)
        if tables.platforms[platform].isRackScale && use.wholeNodes == tables.rackNodeCount[rack] {
            sites[site].report.wholeNVL72Left += sign
        }
        guard use.counts.free > 0 else { return }
        // Waking a node up may give watts back; a sum of what only takes bounds every part of it.
        let bound = max(0, leastWatts(rack))
        for place in chain(of: rack) { least[Int(tables.chain[place])] += Watts(sign) * bound }
        for root in tables.loads.powerRoots[rack] { most[root.offset] += Watts(sign) * mostWatts(rack) }
    }

    private mutating func lookAt(block: Int) {
        let racks = tables.blockRacks[block].range
        let isWhole = racks.allSatisfy { uses[$0].wholeNodes == tables.rackNodeCount[$0] }
        guard isWhole != wholeBlocks[block] else { return }
        wholeBlocks[block] = isWhole
        sites[Int(tables.rackSite[racks.lowerBound])].report.wholeBlocksLeft += isWhole ? 1 : -1
    }

    private func chain(of rack: Int) -> Range<Int> { Int(tables.chainStart[rack])..<Int(tables.chainStart[rack + 1]) }

    private func leastWatts(_ rack: Int) -> Watts {
        let numbers = tables.platforms[Int(tables.rackPlatform[rack])]
        let (free, nodes) = (uses[rack].counts.free, Watts(uses[rack].wholeNodes))
        return numbers.gpuWatts(free, capWatts: numbers.capWattsMin) + nodes * numbers.firstWatts
    }

    private func mostWatts(_ rack: Int) -> Watts {
        let numbers = tables.platforms[Int(tables.rackPlatform[rack])]
        let (free, nodes) = (uses[rack].counts.free, Watts(uses[rack].wholeNodes))
        return numbers.gpuWatts(free, capWatts: numbers.capWattsMax) + nodes * numbers.firstWatts
    }

    // MARK: Reading

    /// How the fleet is packed. O(loads + racks below those that have too little left).
    func report(on state: PackingState, at now: Int64) -> PackingReport {
        sites(on: state, at: now).reduce(into: PackingReport()) { $0 += $1.report }
    }

    /// How each site is packed. O(loads + racks below those that have too little left).
    func sites(on state: PackingState, at now: Int64) -> [SitePacking] {
        var sites = sites
        countStrandedGPUs(on: state, at: now, in: &sites)
        let fleet = tables.fleet
        for (offset, budget) in fleet.budgets.enumerated() where budget.parent == nil && budget.kind == .power {
            let unused = state.headroom(of: BudgetIndex(offset), from: now, until: now + 1) - most[offset]
            sites[budget.siteOffset].report.strandedWatts += budget.measuredWatts(rackWatts: max(0, unused))
        }
        return sites
    }

    /// Gives the free GPUs their watts rack by rack, where there are not enough for all: what a load has left for all below it
    /// holds nobody up.
    private func countStrandedGPUs(on state: PackingState, at now: Int64, in sites: inout [SitePacking]) {
        var left: [Int: Watts] = [:]
        for load in least.indices
        where least[load] > 0 && state.sureHeadroom(ofLoad: load, from: now, until: now + 1) < least[load] {
            let watts = state.headroom(ofLoad: load, from: now, until: now + 1)
            if watts < least[load] { left[load] = watts }
        }
        guard !left.isEmpty else { return }
        var isBelow = [Bool](repeating: false, count: tables.rackCount)
        for load in left.keys { for rack in tables.loads.racks[load] { isBelow[rack] = true } }
        for rack in isBelow.indices where isBelow[rack] && uses[rack].counts.free > 0 {
            let wanted = leastWatts(rack)
            var available = wanted
            for place in chain(of: rack) {
                if let watts = left[Int(tables.chain[place])] { available = min(available, max(0, watts)) }
            }
            for place in chain(of: rack) { left[Int(tables.chain[place])]? -= available }
            if available < wanted {
                let free = uses[rack].counts.free
                sites[Int(tables.rackSite[rack])].report.strandedGPUs += free - Int(Watts(free) * available / wanted)
            }
        }
    }
}
