// Space that a search writes in, kept for the next one so that a decision allocates nothing.

import FleetModel

/// The scratch space of one search at a time.
final class SearchScratch: @unchecked Sendable {
    // Handed from search to search by `FleetTables.withScratch`; never used by two at once.

    private var epoch: UInt32 = 0
    private let stamps: ScratchBuffer<UInt32>
    private let sums: ScratchBuffer<Watts>
    private(set) var touchedCount = 0
    private let touchedLoads: ScratchBuffer<Int32>

    // What is left of loads during a search.
    private let rooms: ScratchBuffer<Watts>
    private let isExact: ScratchBuffer<Bool>
    private let log: ScratchBuffer<LogEntry>
    private var logCount = 0

    private struct LogEntry: BitwiseCopyable {
        let rack: Int32
        let watts: Watts
    }

    /// Whether each group of nodes may be used by the line, and what a whole node of it adds.
    let isAccepted: ScratchBuffer<Bool>
    let nodeWatts: ScratchBuffer<Watts>
    /// Accepted groups.
    var acceptedCount = 0
    let accepted: ScratchBuffer<Int32>
    /// Where each accepted group stands in its order of buckets.
    let sequences: ScratchBuffer<BucketSequence>
    /// The buckets that are being looked through side by side.
    var cursorCount = 0
    let cursors: ScratchBuffer<BucketCursor>

    /// The nodes among which the neighbours decide.
    var candidateCount = 0
    let candidates: ScratchBuffer<PartCandidate>
    static let candidatesMax = 8

    /// Nodes of each rack that earlier lines have taken, with the racks in question.
    let chosen: ScratchBuffer<UInt64>
    private let chosenRacks: ScratchBuffer<Int32>
    private(set) var chosenRackCount = 0

    /// The nodes of each rack that the line is pinned to, when it is.
    private(set) var hasPins = false
    private let pinned: ScratchBuffer<UInt64>

    // Units of a line.
    var groupCount = 0
    let groups: ScratchBuffer<UnitGroup>
    /// Free racks or blocks, bit by bit.
    let units: ScratchBuffer<UInt64>
    let wholeRacksOfArea: ScratchBuffer<Int32>
    let order: ScratchBuffer<Int32>
    let bySuit: ScratchBuffer<Int32>
    let tally: ScratchBuffer<Int32>
    /// Domains to try, with their free units and the groups inside.
    let places: ScratchBuffer<DomainPlace>
    /// The same for the domains that a line is spread over.
    let spreadPlaces: ScratchBuffer<DomainPlace>

    /// What was taken: ranges of nodes in the order of taking, and how many units each is.
    var takenCount = 0
    let taken: ScratchBuffer<FleetTables.Span>

    init(_ tables: FleetTables) {
        let loads = tables.loadCount
        let racks = tables.rackCount
        let nodes = tables.rackOfNode.count
        stamps = ScratchBuffer(repeating: 0, count: loads)
        sums = ScratchBuffer(repeating: 0, count: loads)
        touchedLoads = ScratchBuffer(repeating: 0, count: loads)
        rooms = ScratchBuffer(repeating: 0, count: loads)
        isExact = ScratchBuffer(repeating: false, count: loads)
        log = ScratchBuffer(repeating: LogEntry(rack: 0, watts: 0), count: nodes)
        isAccepted = ScratchBuffer(repeating: false, count: tables.groupCount)
        nodeWatts = ScratchBuffer(repeating: 0, count: tables.groupCount)
        accepted = ScratchBuffer(repeating: 0, count: tables.groupCount)
        sequences = ScratchBuffer(
            repeating: BucketSequence(entries: tables.noEntries, head: 0, end: 0), count: tables.groupCount)
        cursors = ScratchBuffer(
            repeating: BucketCursor(group: 0, bucket: 0, node: 0), count: tables.bucketLayout.bucketCount)
        candidates = ScratchBuffer(
            repeating: PartCandidate(node: 0, modules: 0, match: .unasked), count: Self.candidatesMax)
        chosen = ScratchBuffer(repeating: 0, count: racks)
        chosenRacks = ScratchBuffer(repeating: 0, count: racks)
        pinned = ScratchBuffer(repeating: 0, count: racks)
        groups = ScratchBuffer(repeating: UnitGroup(count: 0, first: 0, end: 0, rank: 0, mask: 0), count: racks)
        units = ScratchBuffer(repeating: 0, count: (racks + 63) / 64)
        wholeRacksOfArea = ScratchBuffer(repeating: 0, count: tables.areas.count)
        order = ScratchBuffer(repeating: 0, count: max(racks, tables.fleet.domains.count))
        bySuit = ScratchBuffer(repeating: 0, count: racks)
        tally = ScratchBuffer(repeating: 0, count: 2 * max(nodes, 64) + 4)
        let noPlace = DomainPlace(domain: 0, firstGroup: 0, endGroup: 0, free: 0)
        places = ScratchBuffer(repeating: noPlace, count: tables.fleet.domains.count)
        spreadPlaces = ScratchBuffer(repeating: noPlace, count: tables.fleet.domains.count)
        taken = ScratchBuffer(repeating: FleetTables.Span(0..<0), count: nodes)
    }

    deinit {
        stamps.deallocate()
        sums.deallocate()
        touchedLoads.deallocate()
        rooms.deallocate()
        isExact.deallocate()
        log.deallocate()
        isAccepted.deallocate()
        nodeWatts.deallocate()
        accepted.deallocate()
        sequences.deallocate()
        cursors.deallocate()
        candidates.deallocate()
        chosen.deallocate()
        chosenRacks.deallocate()
        pinned.deallocate()
        groups.deallocate()
        units.deallocate()
        wholeRacksOfArea.deallocate()
        order.deallocate()
        bySuit.deallocate()
        tally.deallocate()
        places.deallocate()
        spreadPlaces.deallocate()
        taken.deallocate()
    }

    // MARK: Sums of watts by load

    /// Begins new sums, and forgets what was taken.
    func beginSums() {
        touchedCount = 0
        logCount = 0
        epoch &+= 1
        if epoch == 0 {
            for load in 0..<stamps.count { stamps[load] = 0 }
            epoch = 1
        }
    }

    @inline(__always)
    func add(_ watts: Watts, to load: Int) {
        if stamps[load] != epoch {
            stamps[load] = epoch
            sums[load] = 0
            touchedLoads[touchedCount] = Int32(load)
            touchedCount += 1
        }
        sums[load] += watts
    }

    func sum(of load: Int) -> Watts { sums[load] }

    /// The loads that were added to, in the order of the first time.
    func touched(_ place: Int) -> Int { Int(touchedLoads[place]) }

    // MARK: Taking watts

    /// A point to return to with `undo(to:)`.
    var mark: Int { logCount }

    func undo(to mark: Int, _ tables: FleetTables) {
        while logCount > mark {
            logCount -= 1
            let (rack, watts) = (Int(log[logCount].rack), log[logCount].watts)
            for place in Int(tables.chainStart[rack])..<Int(tables.chainStart[rack + 1]) {
                sums[Int(tables.chain[place])] -= watts
            }
        }
    }

    /// Takes `watts` in every load above a rack, or nothing; returns the first that has not enough, or -1.
    @inline(__always)
    func take(_ watts: Watts, rack: Int, _ state: PackingState, _ window: SearchWindow) -> Int {
        let tables = state.tables
        let places = Int(tables.chainStart[rack])..<Int(tables.chainStart[rack + 1])
        for place in places {
            let load = Int(tables.chain[place])
            if !hasRoom(watts, load: load, state, window) { return load }
        }
        for place in places { sums[Int(tables.chain[place])] += watts }
        log[logCount] = LogEntry(rack: Int32(rack), watts: watts)
        logCount += 1
        return -1
    }

    /// Whether a load has `watts` left beside what has been taken.
    @inline(__always)
    func hasRoom(_ watts: Watts, load: Int, _ state: PackingState, _ window: SearchWindow) -> Bool {
        if stamps[load] != epoch {
            add(0, to: load)
            rooms[load] = state.sureHeadroom(ofLoad: load, from: window.start, until: window.until)
            isExact[load] = false
        }
        if rooms[load] - sums[load] >= watts { return true }
        if isExact[load] { return false }
        rooms[load] = state.headroom(ofLoad: load, from: window.start, until: window.until)
        isExact[load] = true
        return rooms[load] - sums[load] >= watts
    }

    // MARK: Units

    /// Free racks or blocks of a range.
    func unitCount(_ range: Range<Int>) -> Int {
        var (count, place) = (0, range.lowerBound)
        while place < range.upperBound {
            let end = min(range.upperBound, (place | 63) + 1)
            let mask = (~UInt64(0) >> UInt64(64 - (end - place))) << UInt64(place & 63)
            count += (units[place >> 6] & mask).nonzeroBitCount
            place = end
        }
        return count
    }

    /// The first free rack or block at or after one, or `end`.
    @inline(__always)
    func nextUnit(from place: Int, end: Int) -> Int {
        var place = place
        while place < end {
            let here = units[place >> 6] >> UInt64(place & 63)
            if here != 0 { return min(end, place + here.trailingZeroBitCount) }
            place = (place | 63) + 1
        }
        return end
    }

    // MARK: Nodes that earlier lines took

    func choose(_ mask: UInt64, ofRack rack: Int) {
        if chosen[rack] == 0 {
            chosenRacks[chosenRackCount] = Int32(rack)
            chosenRackCount += 1
        }
        chosen[rack] |= mask
    }

    // MARK: Nodes that a line is pinned to

    /// Notes where a line may lie. O(racks) with pins, else O(1).
    func setPins(_ pins: [Range<Int>]?, _ tables: FleetTables) {
        hasPins = pins != nil
        guard let pins else { return }
        for rack in 0..<pinned.count { pinned[rack] = 0 }
        for range in pins {
            forEachStretch(of: range, tables) { rack, mask in pinned[rack] |= mask }
        }
    }

    /// Takes nodes out of those that the line may use. O(racks) the first time without pins.
    func exclude(_ nodes: Range<Int>, _ tables: FleetTables) {
        if !hasPins {
            for rack in 0..<pinned.count { pinned[rack] = tables.fullRack(rack) }
            hasPins = true
        }
        forEachStretch(of: nodes, tables) { rack, mask in pinned[rack] &= ~mask }
    }

    /// Calls `body` with each rack that some nodes touch, and their bits in it.
    @inline(__always)
    func forEachStretch(of nodes: Range<Int>, _ tables: FleetTables, _ body: (Int, UInt64) -> Void) {
        var node = nodes.lowerBound
        while node < nodes.upperBound {
            let rack = Int(tables.rackOfNode[node])
            let first = Int(tables.rackFirstNode[rack])
            let end = min(nodes.upperBound, first + Int(tables.rackNodeCount[rack]))
            body(rack, (~0 >> UInt64(64 - (end - node))) << UInt64(node - first))
            node = end
        }
    }

    /// The nodes of a rack that the line may use, whether they are free or not.
    @inline(__always)
    func usableNodes(ofRack rack: Int, _ tables: FleetTables) -> UInt64 {
        hasPins ? pinned[rack] : tables.fullRack(rack)
    }

    /// Whether the line may use a node of a rack.
    @inline(__always)
    func mayUse(_ node: Int, ofRack rack: Int, _ tables: FleetTables) -> Bool {
        !hasPins || pinned[rack] >> UInt64(node - Int(tables.rackFirstNode[rack])) & 1 == 1
    }

    func forgetChosen() {
        for place in 0..<chosenRackCount { chosen[Int(chosenRacks[place])] = 0 }
        chosenRackCount = 0
    }
}
