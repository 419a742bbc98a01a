// The default fleet part full after churn, below the rules of leasing: what a placement search meets.

import FleetModel
public import Packing

/// The default fleet with leases of many sizes, some of which have come and gone, and 10,000 in the future.
public struct OccupiedFleet {
    private struct Holding {
        var terms: BookingTerms
        var lines: [LinePlacement]
    }

    public private(set) var state = PackingState(fleet: SampleBooks.fleet)
    public private(set) var gpusHeld = 0
    private var live: [Holding] = []
    private var number: UInt64 = 1
    private var seed = Seed(336_128)

    /// Future leases of one node each.
    public static let futureLeases = 10_000

    /// Fills `percent` of the GPUs, then twice releases a third of the leases and fills up again.
    public init(percent: Int) {
        let wanted = state.fleet.gpuCount * percent / 100
        if percent > 0 {
            fill(to: wanted)
            for _ in 0..<2 {
                for _ in 0..<live.count / 3 { release(live.remove(at: Int.random(in: live.indices, using: &seed))) }
                fill(to: wanted)
            }
        }
        bookTheFuture()
    }

    public static func terms(
        _ lease: UInt64, from start: Int64 = SampleBooks.now, days: Int64 = 7, capPercent: Int = 60
    ) -> BookingTerms {
        let end = start + days * SampleBooks.day
        return BookingTerms(lease: lease, start: start, end: end, until: end + 1_800, cap: .percent(capPercent))
    }

    /// A request by an unused lease for what begins now.
    public static func request(_ lines: [PlacementLine], capPercent: Int = 80) -> PlacementRequest {
        PlacementRequest(
            lines: lines, siteMask: .max, terms: terms(.max, capPercent: capPercent), now: SampleBooks.now)
    }

    public static func line(_ shape: PlacementShape, _ count: Int = 1, within: WithinLevel? = nil) -> PlacementLine {
        PlacementLine(shape: shape, count: count, platformMask: .max, within: within)
    }

    private mutating func fill(to wanted: Int) {
        var misses = 0
        while gpusHeld < wanted, misses < 100 {
            let terms = Self.terms(number, days: Int64.random(in: 1...30, using: &seed), capPercent: 50)
            let request = PlacementRequest(
                lines: [randomLine()], siteMask: .max, terms: terms, now: SampleBooks.now)
            let outcome = state.place(request)
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

    private mutating func release(_ holding: Holding) {
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

    /// Each on a node of its own, beginning after everything present has ended.
    private mutating func bookTheFuture() {
        var nodes = Array(0..<state.fleet.nodeCount)
        nodes.shuffle(using: &seed)
        for node in nodes.prefix(Self.futureLeases) {
            let start = SampleBooks.now + Int64.random(in: 40...400, using: &seed) * SampleBooks.day
            let terms = Self.terms(number, from: start, days: Int64.random(in: 1...60, using: &seed), capPercent: 50)
            number += 1
            state.bookNodes([node..<node + 1], as: terms)
        }
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
