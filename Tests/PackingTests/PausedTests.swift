// Bookings that hold nodes and draw nothing.

import FleetModel
import Testing

@testable import Packing

@Suite("Paused bookings")
struct PausedTests {
    @Test("a paused node is held over its window and commits nothing beyond its idle floor", arguments: [1, 3, 8])
    func commitsNothing(nodes: Int) throws {
        var state = PackingState(fleet: try SmallFleets.block(racks: 2, nodesPerRack: 4))
        state.advance(to: 0)
        let idle = state.committedSteps(of: BudgetIndex(0), from: 0, until: 1_000)
        let number = Booking.maintenanceFirst + 1
        for (start, end) in [(Int64(0), Int64(50)), (100, 200)] {
            let terms = SmallFleets.terms(start, end, lease: number, cap: .paused)
            state.bookNodes([0..<nodes], as: terms)
        }
        #expect(state.committedSteps(of: BudgetIndex(0), from: 0, until: 1_000) == idle)
        #expect(state.freeModules(of: 0, from: 10, until: 11, now: 10) == 0)
        #expect(state.freeModules(of: 0, from: 50, until: 100, now: 50) == 0xFF)
        // It is held, not leased, and a lease over its window is packed around it.
        #expect(state.gpuCounts(of: 0, at: 10).held == 8 && state.gpuCounts(of: 0, at: 10).leased == 0)
        let around = state.place(.node, count: 8 - nodes, as: SmallFleets.terms(0, 1_000))
        #expect(around.isComplete && around.lines[0].wholeNodes.allSatisfy { $0.lowerBound >= nodes })
        #expect(!state.place(.node, count: 9 - nodes, as: SmallFleets.terms(0, 1_000)).isComplete)
        #expect(state.place(.node, count: 8, as: SmallFleets.terms(50, 100), now: 0).isComplete)
        for (start, end) in [(Int64(0), Int64(50)), (100, 200)] {
            state.unbookNodes([0..<nodes], as: SmallFleets.terms(start, end, lease: number, cap: .paused))
        }
        #expect(state.place(.node, count: 8, as: SmallFleets.terms(0, 1_000)).isComplete)
        #expect(state.committedSteps(of: BudgetIndex(0), from: 0, until: 1_000) == idle)
    }
}
