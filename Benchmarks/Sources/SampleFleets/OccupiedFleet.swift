// A fleet part full after churn, with a calendar: what a placement search meets.

public import FleetModel
public import Packing

/// A fleet with leases of many sizes, some of which have come and gone, and leases of one node each in the future.
public struct OccupiedFleet {
    private struct Holding {
        var terms: BookingTerms
        var lines: [LinePlacement]
    }

    public private(set) var state: PackingState
    public private(set) var gpusHeld = 0
    public private(set) var futureCount = 0
    private var live: [Holding] = []
    private var future: [Holding] = []
    private var number: UInt64 = 1
    private var seed = Seed(336_128)
    private var outcome = PlacementOutcome()

    /// Fills `percent` of the GPUs, then twice releases a third of the leases and fills up again.
    public init(_ fleet: Fleet, percent: Int, instructionSet: InstructionSet = .widest) {
        state = PackingState(fleet: fleet, instructionSet: instructionSet)
        state.advance(to: SampleFleets.now)
        guard percent > 0 else { return }
        let wanted = fleet.gpuCount * percent / 100
        fill(to: wanted)
        for _ in 0..<2 {
            for _ in 0..<live.count / 3 { releaseOne() }
            fill(to: wanted)
        }
    }

    public var liveCount: Int { live.count }

    public static func line(_ shape: PlacementShape, _ count: Int = 1, within: WithinLevel? = nil) -> PlacementLine {
        PlacementLine(shape: shape, count: count, platformMask: .max, within: within)
    }

    /// Terms at half of each model's highest cap, at which the default fleet fits its meters in full.
    public static func terms(_ lease: UInt64, from start: Int64 = SampleFleets.now, days: Int64) -> BookingTerms {
        let end = start + days * SampleFleets.day
        return BookingTerms(lease: lease, start: start, end: end, until: end + 1_800, cap: .percent(50))
    }

    /// Gives the state over to be changed, so that no copy of it is made.
    public mutating func withState<Result>(_ body: (inout PackingState) -> Result) -> Result { body(&state) }

    // MARK: Filling

    private mutating func fill(to wanted: Int) {
        var misses = 0
        while gpusHeld < wanted, misses < 300 {
            let terms = Self.terms(number, days: Int64.random(in: 1...30, using: &seed))
            let request = PlacementRequest(
                lines: [randomLine()], siteMask: .max, terms: terms, now: SampleFleets.now)
            state.place(request, into: &outcome)
            guard outcome.isComplete else {
                misses += 1
                continue
            }
            misses = 0
            number += 1
            state.book(outcome.lines, as: terms)
            gpusHeld += outcome.lines.reduce(0) { $0 + $1.gpuCount(in: state.fleet) }
            live.append(Holding(terms: terms, lines: outcome.lines))
        }
    }

    private mutating func releaseOne() {
        live.swapAt(Int.random(in: live.indices, using: &seed), live.count - 1)
        let holding = live.removeLast()
        state.unbook(holding.lines, as: holding.terms)
        gpusHeld -= holding.lines.reduce(0) { $0 + $1.gpuCount(in: state.fleet) }
    }

    private mutating func randomLine() -> PlacementLine {
        switch Int.random(in: 0..<100, using: &seed) {
        case 0..<45: Self.line(.gpus(1 << Int.random(in: 0...2, using: &seed)))
        case 45..<90: Self.line(.node, Int.random(in: 1...24, using: &seed))
        case 90..<94: Self.line(.rack, Int.random(in: 1...4, using: &seed))
        case 94..<98: Self.line(.nvl72, Int.random(in: 1...4, using: &seed))
        default: Self.line(.block)
        }
    }

    /// Books the future until `count` leases are in it.
    ///
    /// Each is on a node drawn at random and lasts 1 to 60 days, from 40 to 400 days ahead, when everything present has
    /// ended. When there are more leases than nodes, the next round over the nodes is 422 days later, and so on.
    public mutating func bookTheFuture(upTo count: Int) {
        var nodes = Array(0..<state.fleet.nodeCount)
        var order = Seed(59_008)
        nodes.shuffle(using: &order)
        while futureCount < count {
            let (round, place) = futureCount.quotientAndRemainder(dividingBy: nodes.count)
            // A round's leases end before the next round's begin.
            let days = 40 + Int64(round) * 422 + Int64.random(in: 0...360, using: &seed)
            let terms = Self.terms(
                number, from: SampleFleets.now + days * SampleFleets.day, days: Int64.random(in: 1...60, using: &seed))
            let range = nodes[place]..<nodes[place] + 1
            number += 1
            futureCount += 1
            state.bookNodes([range], as: terms)
            future.append(Holding(terms: terms, lines: [LinePlacement(wholeNodes: [range])]))
        }
    }

    /// The same bookings on a new state, as after a restart. O(bookings).
    public func rebuilt() -> PackingState {
        var state = PackingState(fleet: state.fleet)
        state.advance(to: SampleFleets.now)
        for holding in live { state.book(holding.lines, as: holding.terms) }
        for holding in future { state.book(holding.lines, as: holding.terms) }
        return state
    }
}

extension PackingState {
    /// Books what a search found.
    public mutating func book(_ lines: [LinePlacement], as terms: BookingTerms) {
        for line in lines {
            if !line.wholeNodes.isEmpty { bookNodes(line.wholeNodes, as: terms) }
            for partial in line.partialNodes { bookModules(partial.moduleMask, of: partial.node, as: terms) }
        }
    }

    /// Takes it off again.
    public mutating func unbook(_ lines: [LinePlacement], as terms: BookingTerms) {
        for line in lines {
            if !line.wholeNodes.isEmpty { unbookNodes(line.wholeNodes, as: terms) }
            for partial in line.partialNodes { unbookModules(partial.moduleMask, of: partial.node, as: terms) }
        }
    }
}
