// The rules of docs/placement.md, each by an example to read.

import FleetModel
import Packing
import Testing

@Suite("Placement follows its documented order of preference")
struct PlacementTests {
    @Test("nodes come from the rack with fewest free nodes that holds all of them")
    func tightestRack() throws {
        var state = PackingState(fleet: try SmallFleets.block(racks: 3, nodesPerRack: 4))
        state.bookNodes([0..<1, 4..<6], as: SmallFleets.terms())
        #expect(state.place(.node, count: 2).lines[0].wholeNodes == [6..<8])
        #expect(state.place(.node, count: 3).lines[0].wholeNodes == [1..<4])
        #expect(state.place(.node, count: 4).lines[0].wholeNodes == [8..<12])
    }

    @Test("nodes that no rack holds come from the fullest rack first, and the rest from the tightest")
    func severalRacks() throws {
        var state = PackingState(fleet: try SmallFleets.block(racks: 3, nodesPerRack: 4))
        state.bookNodes([0..<1, 4..<6], as: SmallFleets.terms())
        // Four of the third rack, then one of the second, which has two.
        #expect(state.place(.node, count: 5).lines[0].wholeNodes == [6..<7, 8..<12])
        #expect(state.place(.node, count: 9).isComplete)
        let tooMany = state.place(.node, count: 10)
        #expect(!tooMany.isComplete && tooMany.findings[0].placed == 9)
    }

    @Test("a line within a level takes the tightest domain that holds it, or says how much the best one holds")
    func withinALevel() throws {
        var state = PackingState(fleet: try SmallFleets.block(racks: 3, nodesPerRack: 4))
        state.bookNodes([0..<1, 4..<6], as: SmallFleets.terms())
        #expect(state.place(.node, count: 2, within: .rack).lines[0].wholeNodes == [6..<8])
        let tooMany = state.place(.node, count: 5, within: .rack)
        #expect(!tooMany.isComplete && tooMany.findings[0].placed == 4)
        #expect(state.place(.node, count: 5, within: .block).isComplete)
        #expect(!state.place(.node, within: .nvl72).isComplete)
    }

    @Test("GPUs go to the node with fewest free, into the partition that leaves the largest others whole")
    func partitions() throws {
        var state = PackingState(fleet: try SmallFleets.block(racks: 1, nodesPerRack: 2))
        #expect(state.place(.gpus(1)).lines[0].partialNodes == [PartialNode(node: 0, moduleMask: 1, partitionID: 7)])
        // With modules 5 and 7 of the second node taken, the pair 6 and 8 breaks least there.
        state.bookModules(0b0101_0000, of: 1, as: SmallFleets.terms())
        let pair = PartialNode(node: 1, moduleMask: 0b1010_0000, partitionID: 6)
        #expect(state.place(.gpus(2)).lines[0].partialNodes == [pair])
        let four = PartialNode(node: 1, moduleMask: 0b0000_1111, partitionID: 1)
        #expect(state.place(.gpus(4)).lines[0].partialNodes == [four])
        #expect(state.place(.gpus(8)).lines[0].partialNodes.map(\.node) == [0])
        #expect(!state.place(.gpus(3)).isComplete)
    }

    @Test("a window may begin when the turn-round before it ends, and not a second earlier")
    func turnRound() throws {
        var state = PackingState(fleet: try SmallFleets.block(racks: 1, nodesPerRack: 1))
        state.bookNodes([0..<1], as: SmallFleets.terms(100, 200, turnRound: 30))
        #expect(state.place(.node, as: SmallFleets.terms(230, 300)).isComplete)
        #expect(!state.place(.node, as: SmallFleets.terms(229, 300)).isComplete)
        // Its own turn-round must be over too.
        #expect(state.place(.node, as: SmallFleets.terms(0, 70, turnRound: 30)).isComplete)
        #expect(!state.place(.node, as: SmallFleets.terms(0, 71, turnRound: 30)).isComplete)
    }

    @Test("a closed node takes windows that start when it opens; an overdue turn-round stops only what starts now")
    func closedNodes() throws {
        var state = PackingState(fleet: try SmallFleets.block(racks: 1, nodesPerRack: 1))
        state.setHealth(.cordoned, of: NodeIndex(0), closedUntil: 50)
        #expect(!state.place(.node, as: SmallFleets.terms(49, 100)).isComplete)
        #expect(state.place(.node, as: SmallFleets.terms(50, 100)).isComplete)
        state.setHealth(.open, of: NodeIndex(0), closedUntil: .min)
        state.setNotReadyModules(0b1, of: NodeIndex(0))
        #expect(!state.place(.node, as: SmallFleets.terms(10, 100), now: 10).isComplete)
        #expect(
            state.place(.gpus(4), as: SmallFleets.terms(10, 100), now: 10).lines[0].partialNodes[0].moduleMask == 0xF0)
        #expect(state.place(.node, as: SmallFleets.terms(11, 100), now: 10).isComplete)
    }

    @Test("one node more than the watts carry is refused, and the budget is named")
    func watts() throws {
        // Idle 2 × 1,900 W; a node at 700 W commits 10,200 W.
        let enough = PackingState(fleet: try SmallFleets.block(racks: 1, nodesPerRack: 2, rating: "20.4 kW"))
        #expect(enough.place(.node, count: 2).isComplete)
        let short = PackingState(fleet: try SmallFleets.block(racks: 1, nodesPerRack: 2, rating: "20.399 kW"))
        let outcome = short.place(.node, count: 2)
        #expect(!outcome.isComplete && outcome.findings[0].placed == 1)
        #expect(outcome.findings[0].shortBudgets == [BudgetIndex(0)])
        #expect(short.place(.node, count: 2, as: SmallFleets.terms(cap: .watts(699))).isComplete)
    }

    @Test("a lease that outlasts the day on which a limit falls must fit the lower limit")
    func fallingLimit() throws {
        let fleet = try SmallFleets.site(
            halls: "[{name: h1, blocks: [{name: b1, platform: hgx-h100, racks: 1, nodesPerRack: 1}]}]",
            power: "[{name: root, rating: 10.2 kW, schedule: [{from: \(RandomFleet.time(60)), limit: 10.199 kW}]}]")
        let state = PackingState(fleet: fleet)
        let now = RandomFleet.epoch
        #expect(state.place(.node, as: SmallFleets.terms(now, now + 60), now: now).isComplete)
        #expect(!state.place(.node, as: SmallFleets.terms(now, now + 61), now: now).isComplete)
        #expect(!state.place(.node, as: SmallFleets.terms(now, now + 60, turnRound: 1), now: now).isComplete)
    }

    @Test("the first GPU of a node commits its overhead, and each of two feeds carries all of it")
    func twoFeeds() throws {
        // Idle 1,900 W. One GPU at 700 W: 4,600 + 700 + 7 × 70 = 5,790 W; one more GPU 630 W.
        func state(_ watts: Int) throws -> PackingState {
            PackingState(
                fleet: try SmallFleets.site(
                    halls: "[{name: h1, blocks: [{name: b1, platform: hgx-h100, racks: 1, nodesPerRack: 1}]}]",
                    power:
                        "[{name: root, rating: 1 MW, children: [{name: a, rating: 1 MW}, {name: b, rating: \(watts) W}]}]"
                ))
        }
        #expect(try state(5_790).place(.gpus(1)).isComplete)
        let short = try state(5_789).place(.gpus(1))
        #expect(!short.isComplete && short.findings[0].shortBudgets == [BudgetIndex(2)])
        #expect(try state(6_420).place(.gpus(1), count: 2).isComplete)
        #expect(try !state(6_419).place(.gpus(1), count: 2).isComplete)
        #expect(try state(6_420).place(.gpus(2)).isComplete)
    }

    @Test("megawatts take whole nodes until the next would draw too much, and count only what the bounds leave")
    func megawatts() throws {
        let state = PackingState(fleet: try SmallFleets.block(racks: 1, nodesPerRack: 3))
        // A node at 700 W is 10,200 W at the rack and 10,200 × 1.05 × 1.2 = 12,852 W at the meter.
        let two = state.place(.power(meterWatts: 25_704, wholeSites: false))
        #expect(two.isComplete && two.lines[0].wholeNodes == [0..<2])
        #expect(state.place(.power(meterWatts: 25_703, wholeSites: false)).lines[0].wholeNodes == [0..<1])
        #expect(!state.place(.power(meterWatts: 12_851, wholeSites: false)).isComplete)
        #expect(!state.place(.power(meterWatts: 25_704, wholeSites: true)).isComplete)
        #expect(state.place(.power(meterWatts: 38_556, wholeSites: true)).isComplete)
        let bounded = state.place(.power(meterWatts: 1_000_000, wholeSites: true), pins: [0..<2])
        #expect(bounded.isComplete && bounded.lines[0].wholeNodes == [0..<2])
    }

    @Test("hardware that is named twice cannot be held, even when it is free")
    func namedTwice() throws {
        let state = PackingState(fleet: try SmallFleets.block(racks: 1, nodesPerRack: 3))
        func obstacle(_ placements: [LinePlacement]) -> String? {
            state.obstacle(to: placements, as: SmallFleets.terms(), now: 0)
        }
        let part = PartialNode(node: 1, moduleMask: 1, partitionID: 7)
        #expect(obstacle([LinePlacement(wholeNodes: [0..<2]), LinePlacement(wholeNodes: [2..<3])]) == nil)
        #expect(obstacle([LinePlacement(wholeNodes: [0..<2]), LinePlacement(wholeNodes: [1..<3])]) != nil)
        #expect(obstacle([LinePlacement(wholeNodes: [0..<3]), LinePlacement(wholeNodes: [1..<2])]) != nil)
        #expect(obstacle([LinePlacement(wholeNodes: [1..<2], partialNodes: [part])]) != nil)
        #expect(obstacle([LinePlacement(partialNodes: [part, part])]) != nil)
    }
}
