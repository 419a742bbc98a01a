// Everything the packing search reads: who holds which GPUs when, and how many watts that commits.

public import FleetModel

/// The capacity of one fleet version over time.
///
/// A value: a copy is O(1) and shares pages until one side writes (`PagedArray`), which is how views, undo, dry
/// runs and forks are made. Changes here are total: callers check with a search first.
public struct PackingState: Sendable {
    public let fleet: Fleet
    /// Head of each node's list of bookings, or -1.
    var firstBooking: PagedArray<Int32>
    var bookings: PagedArray<Booking>
    /// Head of the list of unused places in `bookings`, or -1.
    var firstUnused: Int32 = -1
    var health: PagedArray<NodeHealth>
    /// A node is closed to windows that start before this time.
    var closedUntil: PagedArray<Int64>
    /// Modules whose turn-round is overdue: not ready for windows that start now.
    var notReady: PagedArray<UInt8>
    var committed: PagedArray<CommittedTimeline>
    var summaries: PagedArray<RackSummary>

    /// The state of a fleet of which nothing is leased. O(nodes + budgets × depth).
    public init(fleet: Fleet) {
        self.fleet = fleet
        firstBooking = PagedArray(repeating: -1, count: fleet.nodeCount)
        bookings = PagedArray(
            repeating: Booking(lease: 0, start: 0, end: 1, until: 1, capWatts: 0, moduleMask: 1), count: 0)
        health = PagedArray(repeating: .open, count: fleet.nodeCount)
        closedUntil = PagedArray(repeating: .min, count: fleet.nodeCount)
        notReady = PagedArray(repeating: 0, count: fleet.nodeCount)
        committed = PagedArray(repeating: CommittedTimeline(floor: 0), count: fleet.budgets.count)
        summaries = PagedArray(repeating: RackSummary(), count: fleet.racks.count)
        var floors = [Watts](repeating: 0, count: fleet.budgets.count)
        for (offset, rack) in fleet.racks.enumerated() {
            let power = fleet.platforms[rack.platformOffset].power
            let watts = Watts(rack.nodes.count) * power.nodeIdleWatts + power.rackOverheadWatts
            for budget in fleet.budgetChains[offset] { floors[budget.offset] += watts }
        }
        for offset in floors.indices { committed[offset] = CommittedTimeline(floor: floors[offset]) }
    }

    // MARK: Reading

    /// Calls `body` for each booking of a node, in no stated order. O(bookings of the node).
    public func forEachBooking(of node: NodeIndex, _ body: (Booking) -> Void) {
        var place = firstBooking[node.offset]
        while place >= 0 {
            let booking = bookings[Int(place)]
            body(booking)
            place = booking.next
        }
    }

    public func health(of node: NodeIndex) -> NodeHealth { health[node.offset] }

    /// The time from which a closed node takes new allocations again; `Int64.max` when nobody has said.
    public func closedUntil(_ node: NodeIndex) -> Int64 { closedUntil[node.offset] }

    /// Modules of a node that are still being turned round after their planned time.
    public func notReadyModules(of node: NodeIndex) -> UInt8 { notReady[node.offset] }

    /// The modules of a node that are free over all of `[start, until)`. O(bookings of the node).
    public func freeModules(of node: Int, from start: Int64, until: Int64, now: Int64) -> UInt8 {
        guard closedUntil[node] <= start else { return 0 }
        var free = fleet.moduleMasks[node]
        if start <= now { free &= ~notReady[node] }
        var place = firstBooking[node]
        while place >= 0 {
            let booking = bookings[Int(place)]
            if booking.overlaps(start, until) { free &= ~booking.moduleMask }
            place = booking.next
        }
        return free
    }

    /// Whether a node is free as a whole over `[start, until)`. O(bookings of the node), at once when it has none.
    func isWholeNodeFree(_ node: Int, from start: Int64, until: Int64, now: Int64) -> Bool {
        guard closedUntil[node] <= start, notReady[node] == 0 || start > now else { return false }
        var place = firstBooking[node]
        while place >= 0 {
            let booking = bookings[Int(place)]
            if booking.overlaps(start, until) { return false }
            place = booking.next
        }
        return true
    }

    /// Watts at the rack that a budget domain still has at every instant of `[start, until)`.
    public func headroom(of budget: BudgetIndex, from start: Int64, until: Int64) -> Watts {
        let steps = fleet.budgets[budget.offset].rackLimitSteps
        var least = Watts.max
        for (offset, step) in steps.enumerated() {
            let from = max(start, step.at)
            let to = offset + 1 < steps.count ? min(until, steps[offset + 1].at) : until
            guard from < to else { continue }
            least = min(least, step.watts - committed[budget.offset].peak(from: from, until: to))
        }
        return least
    }

    /// Watts at the rack committed in a budget domain over time.
    public func committedTimeline(of budget: BudgetIndex) -> CommittedTimeline { committed[budget.offset] }

    // MARK: Changing

    /// Closes a node to windows that start before `until`; `Int64.min` opens it.
    public mutating func setHealth(_ health: NodeHealth, of node: NodeIndex, closedUntil until: Int64) {
        let wasShut = isShut(node.offset)
        self.health[node.offset] = health
        closedUntil[node.offset] = until
        noteShut(node.offset, was: wasShut)
    }

    public mutating func setNotReadyModules(_ mask: UInt8, of node: NodeIndex) {
        let wasShut = isShut(node.offset)
        notReady[node.offset] = mask
        noteShut(node.offset, was: wasShut)
    }

    /// Books whole nodes. They must be free over the booking's time, which the caller has made sure of.
    ///
    /// O(nodes + budgets touched × log steps).
    public mutating func bookNodes(_ ranges: [Range<Int>], as terms: BookingTerms) {
        for segment in fleet.rackSegments(of: ranges) {
            let each = terms.booking(of: fleet, rack: segment.rack)
            for node in segment.nodes { insert(each, at: node) }
            if segment.nodes.count == fleet.racks[segment.rack.offset].nodes.count {
                summaries[segment.rack.offset].hold(each)
            }
        }
        commitWholeNodes(ranges, terms, sign: 1)
    }

    /// Takes the bookings of `terms.lease` off whole nodes; the terms must be those they were booked with.
    public mutating func unbookNodes(_ ranges: [Range<Int>], as terms: BookingTerms) {
        for segment in fleet.rackSegments(of: ranges) {
            let each = terms.booking(of: fleet, rack: segment.rack)
            summaries[segment.rack.offset].release(each)
            for node in segment.nodes { remove(each, at: node) }
        }
        commitWholeNodes(ranges, terms, sign: -1)
    }

    /// Books some GPUs of one node. They must be free over the booking's time.
    public mutating func bookModules(_ mask: UInt8, of node: Int, as terms: BookingTerms) {
        let booking = terms.booking(of: fleet, rack: fleet.rackOfNode[node], moduleMask: mask)
        let gaps = uncovered(node: node, from: booking.start, until: booking.until)
        insert(booking, at: node)
        commitModules(booking, node: node, gaps: gaps, sign: 1)
    }

    /// Takes the booking of some GPUs of one node off again.
    public mutating func unbookModules(_ mask: UInt8, of node: Int, as terms: BookingTerms) {
        let booking = terms.booking(of: fleet, rack: fleet.rackOfNode[node], moduleMask: mask)
        remove(booking, at: node)
        let gaps = uncovered(node: node, from: booking.start, until: booking.until)
        commitModules(booking, node: node, gaps: gaps, sign: -1)
    }

    // MARK: Watts of part of a node

    /// The stretches of `[start, until)` in which nothing of the node is booked.
    func uncovered(node: Int, from start: Int64, until: Int64) -> [Range<Int64>] {
        var covered: [Range<Int64>] = []
        forEachBooking(of: NodeIndex(node)) { booking in
            if booking.overlaps(start, until) {
                covered.append(max(start, booking.start)..<min(until, booking.until))
            }
        }
        covered.sort { $0.lowerBound < $1.lowerBound }
        var gaps: [Range<Int64>] = []
        var reached = start
        for range in covered {
            if range.lowerBound > reached { gaps.append(reached..<range.lowerBound) }
            reached = max(reached, range.upperBound)
        }
        if reached < until { gaps.append(reached..<until) }
        return gaps
    }

    /// Checks one more booking of part of a node against every budget domain above it, at every instant.
    ///
    /// Returns the first domain that has not enough, or nil.
    func budgetShort(
        rack: RackIndex, gpuCount: Int, capWatts: Watts, node: Int, from start: Int64, until: Int64
    ) -> BudgetIndex? {
        let power = PartialNodePower(fleet.platform(of: rack), gpuCount: gpuCount, capWatts: capWatts)
        let gaps = uncovered(node: node, from: start, until: until)
        for budget in fleet.budgetChains[rack.offset] {
            if headroom(of: budget, from: start, until: until) < power.gpuWatts { return budget }
            for gap in gaps
            where headroom(of: budget, from: gap.lowerBound, until: gap.upperBound)
                < power.gpuWatts + power.firstWatts
            {
                return budget
            }
        }
        return nil
    }

    private mutating func commitModules(_ booking: Booking, node: Int, gaps: [Range<Int64>], sign: Watts) {
        let rack = fleet.rackOfNode[node]
        let power = PartialNodePower(
            fleet.platform(of: rack), gpuCount: booking.moduleMask.nonzeroBitCount, capWatts: Watts(booking.capWatts))
        for budget in fleet.budgetChains[rack.offset] {
            committed[budget.offset].add(sign * power.gpuWatts, from: booking.start, until: booking.until)
            for gap in gaps {
                committed[budget.offset].add(sign * power.firstWatts, from: gap.lowerBound, until: gap.upperBound)
            }
        }
    }

    private mutating func commitWholeNodes(_ ranges: [Range<Int>], _ terms: BookingTerms, sign: Watts) {
        var sums = BudgetSums(budgetCount: fleet.budgets.count)
        for segment in fleet.rackSegments(of: ranges) {
            let watts = Watts(segment.nodes.count) * terms.wholeNodeWatts(fleet.platform(of: segment.rack))
            for budget in fleet.budgetChains[segment.rack.offset] { sums.add(watts, to: budget) }
        }
        for budget in sums.touched {
            committed[budget.offset].add(sign * sums[budget], from: terms.start, until: terms.until)
        }
    }

    // MARK: The lists of bookings

    private mutating func insert(_ booking: Booking, at node: Int) {
        var booking = booking
        summaries[fleet.rackOfNode[node].offset].bookingCount += 1
        booking.next = firstBooking[node]
        if firstUnused >= 0 {
            let place = firstUnused
            firstUnused = bookings[Int(place)].next
            bookings[Int(place)] = booking
            firstBooking[node] = place
        } else {
            firstBooking[node] = Int32(bookings.count)
            bookings.append(booking)
        }
    }

    private mutating func remove(_ booking: Booking, at node: Int) {
        var previous: Int32 = -1
        var place = firstBooking[node]
        while place >= 0 {
            let here = bookings[Int(place)]
            if here.lease == booking.lease, here.start == booking.start, here.until == booking.until,
                here.moduleMask == booking.moduleMask
            {
                if previous < 0 { firstBooking[node] = here.next } else { bookings[Int(previous)].next = here.next }
                bookings[Int(place)].next = firstUnused
                firstUnused = place
                summaries[fleet.rackOfNode[node].offset].bookingCount -= 1
                return
            }
            (previous, place) = (place, here.next)
        }
        preconditionFailure("a booking that is taken off was there")
    }
}
