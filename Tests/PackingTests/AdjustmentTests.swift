// A cap that changes while hardware is booked, added up by hand.

import FleetModel
import Packing
import Testing

@Suite("Watts of booked hardware are adjusted when its cap changes")
struct AdjustmentTests {
    private let root = BudgetIndex(0)

    private func steps(_ state: PackingState) -> [LimitStep] { state.committedSteps(of: root, from: 0, until: 1_000) }

    @Test("whole nodes draw eight times the difference, in the interval alone, and the same taken off leaves no trace")
    func wholeNodes() throws {
        var state = PackingState(fleet: try SmallFleets.block(racks: 2, nodesPerRack: 4))
        state.bookNodes([2..<5], as: SmallFleets.terms(100, 500))
        let before = steps(state)
        let booked = before[1].watts
        let hardware = LinePlacement(wholeNodes: [2..<5])
        state.adjustWatts(of: hardware, from: .watts(700), to: .watts(500), over: 200..<300)
        // Three nodes of eight GPUs, 200 W less each.
        #expect(
            steps(state) == [
                before[0], LimitStep(at: 100, watts: booked), LimitStep(at: 200, watts: booked - 4_800),
                LimitStep(at: 300, watts: booked), LimitStep(at: 500, watts: before[0].watts),
            ])
        state.adjustWatts(of: hardware, from: .watts(500), to: .watts(700), over: 200..<300)
        #expect(steps(state) == before)
    }

    @Test("parts of nodes draw the difference for each GPU, and a GPU with several instances once")
    func parts() throws {
        var state = PackingState(fleet: try SmallFleets.block(racks: 1, nodesPerRack: 3))
        let terms = SmallFleets.terms(0, 500)
        // Two on one GPU, one on its neighbour, and one on the GPU of that number of another node.
        let slices = [(1, 1, 0), (1, 1, 1), (1, 2, 0), (2, 1, 0)].map {
            GPUSlice(node: $0.0, moduleMask: UInt8($0.1), profileID: 19, start: $0.2)
        }
        state.bookModules(0b11, of: 0, as: terms)
        for slice in slices { state.bookSlice(slice, as: terms) }
        let before = steps(state)
        let hardware = LinePlacement(
            partialNodes: [PartialNode(node: 0, moduleMask: 0b11, partitionID: 3)], slices: slices)
        state.adjustWatts(of: hardware, from: .watts(700), to: .percent(50), over: 0..<500)
        // Five GPUs, 350 W less each.
        #expect(steps(state) == [LimitStep(at: 0, watts: before[0].watts - 1_750), before[1]])
    }

    @Test("a budget that an adjustment overloads is named for the windows in which it is, and no other")
    func overloads() throws {
        let fleet = try SmallFleets.block(racks: 1, nodesPerRack: 2, rating: "20 kW")
        var state = PackingState(fleet: fleet)
        state.bookNodes([0..<2], as: SmallFleets.terms(0, 500, cap: .watts(500)))
        let hardware = LinePlacement(wholeNodes: [0..<2])
        #expect(state.overloadedBudget(above: hardware, over: 0..<500) == nil)
        let left = state.headroom(of: root, from: 0, until: 500)
        // 16 GPUs: as many watts each as fit, and one more.
        let fitting = 500 + left / 16
        #expect((501..<700).contains(fitting))
        state.adjustWatts(of: hardware, from: .watts(500), to: .watts(fitting), over: 100..<200)
        #expect(state.overloadedBudget(above: hardware, over: 0..<500) == nil)
        state.adjustWatts(of: hardware, from: .watts(fitting), to: .watts(fitting + 1), over: 100..<200)
        #expect(state.overloadedBudget(above: hardware, over: 0..<500) == root)
        #expect(state.overloadedBudget(above: hardware, over: 0..<100) == nil)
        #expect(state.overloadedBudget(above: LinePlacement(), over: 0..<500) == nil)
    }
}
