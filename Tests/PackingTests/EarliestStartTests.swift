// The search for a start, against trying every second.

import FleetModel
import Packing
import Testing

@Suite("The earliest start is the first second at which the request fits")
struct EarliestStartTests {
    private static let span: Int64 = 60

    @Test("over random fleets, with and without budgets in the way")
    func likeTryingEverySecond() throws {
        var found = 0
        for seed in 1...60 as ClosedRange<UInt64> { found += try answers(seed: seed) }
        #expect(found > 200)
    }

    @Test(
        "what is closed until a time may be free from then on, in a rack without bookings too",
        arguments: [PlacementShape.node, .gpus(4)], [1, 2])
    func closedNodes(shape: PlacementShape, closed: Int) throws {
        var state = PackingState(fleet: try SmallFleets.block(racks: 2, nodesPerRack: 4))
        for node in 0..<closed { state.setHealth(.cordoned, of: NodeIndex(node), closedUntil: 40) }
        let count = shape == .node ? 8 : 16
        let request = PlacementRequest(
            lines: [PlacementLine(shape: shape, count: count, platformMask: .max)], siteMask: .max,
            terms: SmallFleets.terms(), now: 0)
        #expect(state.earliestStart(of: request, in: 0...100)?.start == 40)
        #expect(state.earliestStart(of: request, in: 0...39) == nil)
    }

    @Test("a rack may be free from the end of its only booking on", arguments: [PlacementShape.node, .gpus(4)])
    func onlyBooking(shape: PlacementShape) throws {
        var state = PackingState(fleet: try SmallFleets.block(racks: 2, nodesPerRack: 4))
        state.bookNodes([1..<2], as: SmallFleets.terms(0, 40, lease: 7))
        let count = shape == .node ? 8 : 16
        let request = PlacementRequest(
            lines: [PlacementLine(shape: shape, count: count, platformMask: .max)], siteMask: .max,
            terms: SmallFleets.terms(), now: 0)
        #expect(state.earliestStart(of: request, in: 0...100)?.start == 40)
    }

    /// Compares the answers over one random fleet; returns how many found a start.
    private func answers(seed: UInt64) throws -> Int {
        var random = SeededGenerator(seed: seed)
        // Without budgets in the way the answer is exact; with them it fits and is no later than the last that does.
        let isExact = seed % 2 == 0
        let fleet = try RandomFleet.make(&random, mood: isExact ? .loose : .tight, isLarge: false)
        var state = PackingState(fleet: fleet)
        var requests = RandomRequests(fleet: fleet, random: random)
        var found = 0
        for _ in 0..<40 {
            let request = requests.request(now: RandomFleet.epoch)
            let outcome = state.place(request)
            if outcome.isComplete && requests.random.chance(70) {
                for line in outcome.lines {
                    state.bookNodes(line.wholeNodes, as: request.terms)
                    for partial in line.partialNodes {
                        state.bookModules(partial.moduleMask, of: partial.node, as: request.terms)
                    }
                }
                continue
            }
            let starts = RandomFleet.epoch...RandomFleet.epoch + Self.span
            let expected = starts.first { state.place(Self.moved(request, to: $0)).isComplete }
            let answer = state.earliestStart(of: request, in: starts)
            if let answer {
                found += 1
                #expect(answer.outcome.isComplete)
                #expect(state.place(Self.moved(request, to: answer.start)).lines == answer.outcome.lines)
                #expect(answer.start >= expected!)
            }
            guard isExact, request.lines.count == 1, request.lines[0].within == nil, request.lines[0].spread == nil,
                Self.isOfWholeUnits(request.lines[0].shape)
            else { continue }
            #expect(answer?.start == expected, "\(request)")
        }
        return found
    }

    private static func isOfWholeUnits(_ shape: PlacementShape) -> Bool {
        switch shape {
        case .block, .rack, .nvl72, .node: true
        case .gpus, .mig, .power: false
        }
    }

    private static func moved(_ request: PlacementRequest, to start: Int64) -> PlacementRequest {
        var moved = request
        let terms = request.terms
        moved.terms = BookingTerms(
            lease: terms.lease, start: start, end: start + terms.end - terms.start,
            until: start + terms.until - terms.start, cap: terms.cap)
        return moved
    }
}
