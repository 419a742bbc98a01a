// The report of how well the fleet is packed, against numbers added up by hand.

import FleetModel
import Packing
import Testing

@Suite("The packing report adds up")
struct PackingReportTests {
    /// 2 racks × 2 H100 nodes and a rack of two GB200 trays: 40 GPUs; idle 4 × 1,900 + 2 × 1,000 + 12,000 W.
    private func mixed() throws -> Fleet {
        try SmallFleets.site(
            halls: """
                [{name: h1, blocks: [{name: b1, platform: hgx-h100, racks: 2, nodesPerRack: 2}],
                       racks: [{name: n1, platform: mini-nvl2}]}]
                """, power: "[{name: root, rating: 1 MW}]")
    }

    private func gpus(free: Int, held: Int = 0, leased: Int = 0, faulty: Int = 0) -> GPUCounts {
        var counts = GPUCounts()
        (counts.free, counts.held, counts.leased, counts.faulty) = (free, held, leased, faulty)
        counts.total = 40
        return counts
    }

    @Test("an empty fleet is whole and free, and strands what its GPUs cannot draw")
    func empty() throws {
        let report = PackingState(fleet: try mixed()).report(at: 0)
        #expect((report.wholeBlocksLeft, report.wholeNVL72Left, report.wholeNodesLeft) == (1, 1, 6))
        #expect(report.gpus == gpus(free: 40))
        #expect(report.strandedGPUs == 0)
        // 1 MW less 21,600 W idle, 4 × 8,300 W for the servers and 2 × 5,667 W for the trays.
        #expect(report.strandedWatts == 933_866)
    }

    @Test("each GPU is free, held, leased or faulty, and one of these only")
    func everyKind() throws {
        var state = PackingState(fleet: try mixed())
        state.bookNodes([0..<1], as: SmallFleets.terms(0, 100))
        state.bookModules(0b101, of: 2, as: SmallFleets.terms(0, 50, turnRound: 10, lease: 2))
        state.setHealth(.faulty, of: NodeIndex(3), closedUntil: .max)
        state.setNotReadyModules(0b11, of: NodeIndex(4))
        state.setHealth(.cordoned, of: NodeIndex(5), closedUntil: .max)
        let during = state.report(at: 49)
        #expect(during.gpus == gpus(free: 16, held: 6, leased: 10, faulty: 8))
        #expect((during.wholeBlocksLeft, during.wholeNVL72Left, during.wholeNodesLeft) == (0, 0, 1))
        let turning = state.report(at: 50)
        #expect(turning.gpus == gpus(free: 16, held: 8, leased: 8, faulty: 8))
        let after = state.report(at: 60)
        #expect(after.gpus == gpus(free: 18, held: 6, leased: 8, faulty: 8))
        #expect(after.wholeNodesLeft == 2)
    }

    @Test("GPUs that no watts are left for at their lowest cap are stranded")
    func stranded() throws {
        // Idle 3,800 W; a whole node at 200 W adds 4,300 W, so the second node is stranded.
        let fleet = try SmallFleets.block(racks: 1, nodesPerRack: 2, rating: "8.1 kW")
        let report = PackingState(fleet: fleet).report(at: 0)
        #expect((report.strandedGPUs, report.strandedWatts) == (8, 0))
    }

    @Test("watts are stranded root by root, each with what hangs below it")
    func severalRoots() throws {
        let fleet = try SmallFleets.site(
            halls: "[{name: \"h[1-2]\", blocks: [{name: b1, platform: hgx-h100, racks: 1, nodesPerRack: 1}]}]",
            power: "[{name: one, feeds: [h1], rating: 50 kW}, {name: two, feeds: [h2], rating: 20 kW}]")
        // Each node idles at 1,900 W and could draw 8,300 W more.
        #expect(PackingState(fleet: fleet).report(at: 0).strandedWatts == 39_800 + 9_800)
    }
}
