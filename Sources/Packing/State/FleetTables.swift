// The fleet as plain tables, made once for each version of it and shared by all states.

import FleetModel
internal import Synchronization

/// What the search reads of the fleet, without strings, arrays of arrays or reference counting.
final class FleetTables: Sendable {
    /// The most nodes of a rack: the free ones are bits of one word.
    static let nodesPerRackMax = 64

    let fleet: Fleet
    private let arena = TableArena()
    let scan: VectorScan

    // By rack.
    let rackFirstNode: Table<Int32>
    let rackNodeCount: Table<Int32>
    let rackPlatform: Table<Int32>
    let rackSite: Table<Int32>
    /// The group of a rack: the racks of one platform at one site. The buckets of nodes are kept by group.
    let rackGroup: Table<Int32>
    /// The block of a rack, counted over blocks, or -1.
    let rackBlock: Table<Int32>
    /// Racks that are taken together: those of one block, or those of one hall that are in none.
    let rackRuns: Table<Span>
    /// Chains of loads, one after another; that of a rack begins at its `chainStart`.
    let chainStart: Table<Int32>
    let chain: Table<Int32>

    // By node.
    let rackOfNode: Table<Int32>

    // By group.
    let groupSite: Table<Int32>
    let groupPlatform: Table<Int32>

    // By block.
    let blockRacks: Table<Span>
    let blockNodes: Table<Span>
    /// Blocks that are taken together: those of one hall.
    let blockRuns: Table<Span>
    /// By rack, and one more: blocks that begin before it.
    let blocksBefore: Table<Int32>
    /// The group of all its racks, or -1 when they differ.
    let blockGroup: Table<Int32>

    /// What is broken when a node of it is taken: blocks, and racks that are in none.
    let areas: Areas

    // By load.
    let loads: Loads
    let loadRacks: Table<Span>
    /// True where the racks of the load are all of `loadRacks`.
    let loadIsRange: Table<Bool>
    /// The least limit at the rack of the load's budgets, as steps, one load after another.
    let limitStart: Table<Int32>
    let limitAt: Table<Int64>
    let limitWatts: Table<Int64>
    /// Where a load comes within a sixty-fourth of its lowest limit.
    let settleAbove: Table<Int64>

    /// How the buckets of nodes are laid out.
    let bucketLayout: BucketLayout

    // By platform.
    private let platformTables: [PlatformTables]
    let partitions: [PartitionTable]
    let platforms: Table<PlatformNumbers>
    /// An empty table of entries, where a real one is to follow.
    let noEntries: Table<BucketOrder.Entry>
    /// Nil for a platform without MIG.
    let geometries: [SliceGeometry?]

    /// A range that a table can hold.
    struct Span: BitwiseCopyable {
        let lower: Int32
        let upper: Int32
        @inline(__always) var range: Range<Int> { Int(lower)..<Int(upper) }
        init(_ range: Range<Int>) { (lower, upper) = (Int32(range.lowerBound), Int32(range.upperBound)) }
    }

    /// The watts and counts of a platform that decisions read.
    struct PlatformNumbers: BitwiseCopyable {
        let gpusPerNode: Int64
        let nodeIdleWatts: Watts
        let nodeOverheadWatts: Watts
        let gpuIdleWatts: Watts
        let rackOverheadWatts: Watts
        let capWattsMin: Watts
        let capWattsMax: Watts
        let moduleMask: UInt8
        let isRackScale: Bool

        /// Watts that waking a node up adds, before any GPU is leased.
        @inline(__always) var firstWatts: Watts {
            nodeOverheadWatts + gpusPerNode * gpuIdleWatts - nodeIdleWatts
        }

        /// Watts that leasing a whole idle node at `capWatts` adds; none when it is paused.
        @inline(__always) func wholeNodeWatts(capWatts: Watts) -> Watts {
            capWatts == 0 ? 0 : nodeOverheadWatts + gpusPerNode * capWatts - nodeIdleWatts
        }

        /// Watts that `count` GPUs of a node at `capWatts` add to a node that is awake.
        @inline(__always) func gpuWatts(_ count: Int, capWatts: Watts) -> Watts {
            Watts(count) * max(0, capWatts - gpuIdleWatts)
        }
    }

    var rackCount: Int { rackFirstNode.count }
    var blockCount: Int { blockRacks.count }
    var loadCount: Int { loads.count }
    var groupCount: Int { groupSite.count }

    /// Orders of buckets by the weights they were made for, and scratch space that no search is using.
    private let orders = Mutex<[(weights: SIMD4<Int64>, order: BucketOrder)]>([])
    private let idleScratch = Mutex<[SearchScratch]>([])

    init(_ fleet: Fleet, _ instructionSet: InstructionSet) {
        self.fleet = fleet
        scan = VectorScan(instructionSet)
        let racks = fleet.racks
        precondition(
            racks.allSatisfy { $0.nodes.count <= Self.nodesPerRackMax }, "a rack has at most 64 nodes")
        rackFirstNode = arena.table(racks.map { Int32($0.nodes.lowerBound) })
        rackNodeCount = arena.table(racks.map { Int32($0.nodes.count) })
        rackPlatform = arena.table(racks.map { Int32($0.platformOffset) })
        rackSite = arena.table(racks.map { Int32($0.siteOffset) })
        rackOfNode = arena.table(fleet.rackOfNode.map(\.position))

        let groups = Self.groups(of: racks)
        rackGroup = arena.table(groups.ofRack)
        groupSite = arena.table(groups.site)
        groupPlatform = arena.table(groups.platform)

        let blocks = fleet.domains.indices.filter { fleet.domains[$0].level == .block }
        var blockOfDomain = [Int32](repeating: -1, count: fleet.domains.count)
        for (index, domain) in blocks.enumerated() { blockOfDomain[domain] = Int32(index) }
        rackBlock = arena.table(racks.map { $0.block.map { blockOfDomain[$0.offset] } ?? -1 })
        rackRuns = arena.table(
            Self.runs(
                racks.indices.map { index in
                    let hall = fleet.domain(of: RackIndex(index), at: .hall)
                    return (racks[index].block ?? hall ?? racks[index].domain).position
                }))
        blockRacks = arena.table(blocks.map { Span(fleet.domains[$0].racks) })
        blockNodes = arena.table(blocks.map { Span(fleet.domains[$0].nodes) })
        blockRuns = arena.table(Self.runs(blocks.map { fleet.domains[$0].parent!.position }))
        var begun = [Int32](repeating: 0, count: racks.count + 1)
        for block in blocks { begun[fleet.domains[block].racks.lowerBound + 1] += 1 }
        for rack in 0..<racks.count { begun[rack + 1] += begun[rack] }
        blocksBefore = arena.table(begun)
        blockGroup = arena.table(
            blocks.map { block in
                let found = Set(fleet.domains[block].racks.map { groups.ofRack[$0] })
                return found.count == 1 ? found.first! : -1
            })

        let loads = Loads(fleet)
        self.loads = loads
        chainStart = arena.table(loads.chains.reduce(into: [Int32(0)]) { $0.append($0.last! + Int32($1.count)) })
        chain = arena.table(loads.chains.flatMap { $0.map(Int32.init) })
        areas = Areas(fleet, loads, groups.ofRack, in: arena)
        loadRacks = arena.table(loads.racks.map { Span(($0.first ?? 0)..<($0.last ?? -1) + 1) })
        loadIsRange = arena.table(loads.racks.map { $0.count == ($0.last ?? -1) + 1 - ($0.first ?? 0) })
        limitStart = arena.table(loads.limits.reduce(into: [Int32(0)]) { $0.append($0.last! + Int32($1.count)) })
        limitAt = arena.table(loads.limits.flatMap { $0.map(\.at) })
        limitWatts = arena.table(loads.limits.flatMap { $0.map(\.watts) })
        settleAbove = arena.table(
            loads.limits.map { steps in
                let least = steps.map(\.watts).min()!
                return least - least / 64
            })

        let arena = arena
        noEntries = arena.table([])
        let platformTables = fleet.platforms.map { PlatformTables.of($0) }
        self.platformTables = platformTables
        partitions = platformTables.map(\.partitions)
        let partitions = partitions
        let geometries = platformTables.map(\.geometry)
        self.geometries = geometries
        bucketLayout = BucketLayout(
            zip(groups.platform, zip(groups.firstNode, groups.endNode)).map { platform, nodes in
                let states = geometries[Int(platform)]?.reachable.count ?? 0
                return (Int(nodes.0)..<Int(nodes.1), partitions[Int(platform)].bucketCount + states)
            }, in: arena)
        platforms = arena.table(
            fleet.platforms.map {
                PlatformNumbers(
                    gpusPerNode: Int64($0.gpusPerNode), nodeIdleWatts: $0.power.nodeIdleWatts,
                    nodeOverheadWatts: $0.power.nodeOverheadWatts, gpuIdleWatts: $0.power.gpuIdleWatts,
                    rackOverheadWatts: $0.power.rackOverheadWatts, capWattsMin: $0.power.capWattsMin,
                    capWattsMax: $0.power.capWattsMax,
                    moduleMask: $0.moduleMask, isRackScale: $0.isRackScale)
            })
    }

    /// The stretches of neighbours that have the same parent.
    private static func runs(_ parents: [Int32]) -> [Span] {
        var result: [Span] = []
        for (index, parent) in parents.enumerated() {
            if index > 0 && parents[index - 1] == parent {
                result[result.count - 1] = Span(Int(result.last!.lower)..<index + 1)
            } else {
                result.append(Span(index..<index + 1))
            }
        }
        return result
    }

    /// One bit for each node of a rack.
    @inline(__always)
    func fullRack(_ rack: Int) -> UInt64 { ~0 >> UInt64(64 - Int(rackNodeCount[rack])) }

    private struct Groups {
        var ofRack: [Int32] = []
        var site: [Int32] = []
        var platform: [Int32] = []
        var firstNode: [Int32] = []
        var endNode: [Int32] = []
    }

    private static func groups(of racks: [Rack]) -> Groups {
        struct Key: Hashable { let site, platform: Int }
        var result = Groups()
        var known: [Key: Int32] = [:]
        for rack in racks {
            let key = Key(site: rack.siteOffset, platform: rack.platformOffset)
            let group = known[key] ?? Int32(known.count)
            if known[key] == nil {
                known[key] = group
                result.site.append(Int32(key.site))
                result.platform.append(Int32(key.platform))
                result.firstNode.append(Int32(rack.nodes.lowerBound))
                result.endNode.append(0)
            }
            result.ofRack.append(group)
            result.endNode[Int(group)] = Int32(rack.nodes.upperBound)
        }
        return result
    }

    // MARK: What is shared

    /// The order of buckets for a mix, from the few that have been asked for lately.
    func order(for weights: SIMD4<Int64>) -> BucketOrder {
        orders.withLock { orders in
            if let found = orders.first(where: { $0.weights == weights }) { return found.order }
            let made = BucketOrder(weights: weights, partitions: partitions)
            if orders.count == 64 { orders.removeFirst() }
            orders.append((weights, made))
            return made
        }
    }

    /// The order of the states of cut GPUs for a mix of profiles; nil for a platform without MIG.
    func sliceOrder(platform: Int, for weights: [Int]) -> BucketOrder? {
        platformTables[platform].sliceOrder(for: weights)
    }

    /// Scratch space for one search, to be given back with `giveBack`. Not a closure: one over a state that changes
    /// would copy it.
    func takeScratch() -> SearchScratch { idleScratch.withLock { $0.popLast() } ?? SearchScratch(self) }

    func giveBack(_ scratch: SearchScratch) { idleScratch.withLock { if $0.count < 4 { $0.append(scratch) } } }
}
