// What is held around a placement, and how far it is spread, each by an example to read.

import FleetModel
import Packing
import Testing

@Suite("A placement goes where its neighbours end when it does, and no closer together than it may")
struct NeighbourTests {
    private func blocks(_ count: Int) throws -> Fleet {
        try SmallFleets.site(
            halls:
                "[{name: h1, blocks: [{name: \"b[1-\(count)]\", platform: hgx-h100, racks: 2, nodesPerRack: 4}]}]")
    }

    @Test("a node goes to the block that stays broken for as long, though another is fuller")
    func blockThatStaysBroken() throws {
        var state = PackingState(fleet: try blocks(3))
        state.bookNodes([0..<3], as: SmallFleets.terms(0, 10, lease: 7))
        state.bookNodes([8..<9], as: SmallFleets.terms(0, 100, lease: 8))
        #expect(state.place(.node, as: SmallFleets.terms(0, 10)).lines[0].wholeNodes == [3..<4])
        // A sixteenth longer is no longer; more is.
        #expect(state.place(.node, as: SmallFleets.terms(0, 16)).lines[0].wholeNodes == [9..<10])
        #expect(state.place(.node, as: SmallFleets.terms(0, 101)).lines[0].wholeNodes == [9..<10])
    }

    @Test("of nodes that are as good otherwise a GPU goes to the one whose last lease ends nearest")
    func nodeWithNearestEnd() throws {
        var state = PackingState(fleet: try blocks(1))
        for (node, end) in [(1, 90), (2, 50), (3, 53), (4, 40)] {
            state.bookModules(1, of: node, as: SmallFleets.terms(0, Int64(end), lease: UInt64(node)))
        }
        func node(until end: Int64) -> Int? {
            state.place(.gpus(1), as: SmallFleets.terms(0, end)).lines[0].partialNodes.first?.node
        }
        #expect(node(until: 52) == 3)
        #expect(node(until: 50) == 2)
        #expect(node(until: 41) == 4)
        #expect(node(until: 89) == 1)
        #expect(node(until: 400) == 1)
    }

    @Test("an end that was moved forward counts as what it is now")
    func endBroughtForward() throws {
        var state = PackingState(fleet: try blocks(2))
        state.advance(to: 0)
        let (long, short) = (SmallFleets.terms(0, 100, lease: 7), SmallFleets.terms(0, 20, lease: 7))
        state.bookNodes([0..<1], as: long)
        state.bookNodes([8..<9], as: SmallFleets.terms(0, 60, lease: 8))
        #expect(state.place(.node, as: SmallFleets.terms(0, 100)).lines[0].wholeNodes == [1..<2])
        state.unbookNodes([0..<1], as: long)
        state.bookNodes([0..<1], as: short)
        #expect(state.place(.node, as: SmallFleets.terms(0, 100)).lines[0].wholeNodes == [9..<10])
    }

    @Test("a block that has not the watts to be taken whole is broken before one that has")
    func blockWithoutPower() throws {
        // Two blocks of 8 nodes on each switchboard, with the power of one and a half.
        let halls = """
            [{name: "h[1-2]", blocks: [{name: "b[1-2]", platform: hgx-h100, racks: 2, nodesPerRack: 4}]}]
            """
        let power = "[{name: root, rating: 1 GW, each: [{level: hall, suffix: msb, rating: 125 kW}]}]"
        var state = PackingState(fleet: try SmallFleets.site(halls: halls, power: power))
        let first = state.place(.block).lines[0]
        #expect(first.wholeNodes == [0..<8])
        state.bookNodes(first.wholeNodes, as: SmallFleets.terms(lease: 7))
        // The second block is free, and cannot be sold as one any more.
        #expect(state.place(.block).lines[0].wholeNodes == [16..<24])
        #expect(state.place(.node).lines[0].wholeNodes == [8..<9])
    }

    @Test("a spread takes no more than it may from a domain, the fuller ones first")
    func spread() throws {
        var state = PackingState(fleet: try blocks(2))
        state.bookNodes([4..<6], as: SmallFleets.terms(lease: 7))
        func place(_ shape: PlacementShape, _ count: Int, _ level: Level, _ most: Int) -> PlacementOutcome {
            let line = PlacementLine(
                shape: shape, count: count, platformMask: .max, spread: SpreadLimit(level: level, unitsMax: most))
            let terms = SmallFleets.terms()
            return state.place(PlacementRequest(lines: [line], siteMask: .max, terms: terms, now: 0))
        }
        #expect(place(.node, 4, .rack, 1).lines[0].wholeNodes == [0..<1, 6..<7, 8..<9, 12..<13])
        #expect(place(.node, 5, .rack, 1).findings[0].placed == 4)
        #expect(place(.node, 6, .block, 3).lines[0].wholeNodes.reduce(0) { $0 + $1.count } == 6)
        #expect(place(.node, 7, .block, 3).findings[0].placed == 6)
        let apart = place(.gpus(1), 3, .node, 1)
        #expect(Set(apart.lines[0].partialNodes.map(\.node)).count == 3)
    }
}
