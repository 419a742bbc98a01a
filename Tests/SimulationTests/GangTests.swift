// Gangs: rules by hand on a block of servers, and whole runs.

import FleetModel
import Packing
import Testing

@testable import Simulation

@Suite("Gangs")
struct GangTests {
    /// Two blocks of eight racks of eight servers.
    private let fleet: Fleet

    init() throws { fleet = try GangExperiment.servers(blocks: 2) }

    private func request(_ shape: GangShape, gpus: Int, at time: Int64 = 0, seconds: Int64 = 100) -> GangRequest {
        GangRequest(shape: shape, gpus: gpus, platformMask: .max, arrivesAt: time, seconds: seconds)
    }

    /// The nodes that a rule takes for a gang of nodes when the nodes of `taken` are in use.
    private func nodes(_ policy: GangPolicy, _ shape: GangShape, taken: [Range<Int>]) -> [Range<Int>]? {
        var ground = GangGround(fleet: fleet)
        ground.apply(LinePlacement(wholeNodes: taken), isTaken: true)
        var rule = GangRule(policy: policy, random: SimulationRandom(seed: 1))
        return rule.choose(request(shape, gpus: 8), on: ground)?.wholeNodes
    }

    @Test("a buddy splits the smallest free cell")
    func buddy() {
        // Rack 0 is whole in a block that is not; rack 1 has one free node.
        let taken = [9..<16, 64..<65]
        #expect(nodes(.buddy, .nodes(1), taken: taken) == [8..<9])
        // Without rack 1: nodes of rack 8, which is broken already, before those of a whole rack.
        #expect(nodes(.buddy, .nodes(1), taken: [8..<16, 64..<65]) == [65..<66])
        // Twelve nodes are a rack and four nodes.
        #expect(nodes(.buddy, .nodes(12), taken: [64..<65]) == [65..<69, 72..<80])
        #expect(nodes(.buddy, .racks(1), taken: [64..<65]) == [72..<80])
        #expect(nodes(.buddy, .blocks(1), taken: [0..<1]) == [64..<128])
        #expect(nodes(.buddy, .blocks(2), taken: [0..<1]) == nil)
    }

    @Test("best-fit blocks takes the block with fewest free nodes that fits, first fit the lowest")
    func bestFitBlocks() {
        let taken = [0..<2, 64..<100]
        #expect(nodes(.bestFitBlocks, .nodes(3), taken: taken) == [100..<103])
        #expect(nodes(.firstFit, .nodes(3), taken: taken) == [2..<5])
        // 40 nodes fit in the first block only; 70 need both, the larger first.
        #expect(nodes(.bestFitBlocks, .nodes(40), taken: taken) == [2..<42])
        #expect(nodes(.bestFitBlocks, .nodes(70), taken: taken) == [2..<64, 100..<108])
        #expect(nodes(.bestFitNodes, .nodes(3), taken: taken) == [100..<103])
        #expect(nodes(.random, .nodes(90), taken: taken)?.reduce(0) { $0 + $1.count } == 90)
        #expect(nodes(.random, .nodes(91), taken: taken) == nil)
    }

    @Test("with free moves a gang is refused only when blocks run out, however they are broken")
    func freeMoves() throws {
        // Two blocks of 8 racks of 8 nodes: one block, seven racks, seven nodes and 7 GPUs leave room for one GPU.
        let fitting: [(GangShape, Int)] = [
            (.blocks(1), 512), (.racks(7), 448), (.nodes(7), 56), (.gpus(4), 4), (.gpus(2), 2),
        ]
        let more: [(GangShape, Int)] = [
            (.gpus(4), 4), (.nodes(1), 8), (.racks(1), 64), (.blocks(1), 512), (.gpus(2), 2),
        ]
        let requests = (fitting + more).enumerated().map { place, gang in
            request(gang.0, gpus: gang.1, at: Int64(place))
        }
        let ceiling = try #require(GangCeiling(fleet: fleet))
        let outcome = ceiling.run(GangWorkload(requests: requests), on: fleet)
        #expect(outcome.placed == fitting.count + 1)
        #expect(outcome.placedGPUs == 1_024)
        // What has ended makes room.
        let later = [request(.blocks(2), gpus: 1_024, at: 0, seconds: 5), request(.nodes(1), gpus: 8, at: 4)]
        let again = [request(.nodes(1), gpus: 8, at: 5)]
        #expect(ceiling.run(GangWorkload(requests: later + again), on: fleet).placed == 2)
    }

    @Test("parts of a node are legal partitions, and a buddy takes the smallest free one")
    func partitions() throws {
        var ground = GangGround(fleet: fleet)
        let platform = fleet.platforms[0]
        // Module 1 of the second node is in use: its buddy is module 3.
        ground.apply(
            LinePlacement(partialNodes: [PartialNode(node: 1, moduleMask: 1, partitionID: 7)]), isTaken: true)
        for policy in GangPolicy.allCases where policy != .ours {
            var rule = GangRule(policy: policy, random: SimulationRandom(seed: 1))
            let part = try #require(rule.choose(request(.gpus(2), gpus: 2), on: ground)?.partialNodes.first)
            #expect(platform.partitions.contains { $0.moduleMask == part.moduleMask && $0.id == part.partitionID })
            #expect(part.moduleMask & ~ground.free[part.node] == 0)
        }
        var buddy = GangRule(policy: .buddy, random: SimulationRandom(seed: 1))
        let single = try #require(buddy.choose(request(.gpus(1), gpus: 1), on: ground)?.partialNodes.first)
        #expect(single.node == 1 && single.moduleMask == 0b100)
    }

    @Test("a gang of GPUs is a partition or whole nodes, rounded up")
    func shapes() {
        let shapes = [1, 2, 3, 4, 5, 7, 8, 9, 16, 128].map { GangShape.holding(gpus: $0, gpusPerNode: 8) }
        #expect(
            shapes == [
                .gpus(1), .gpus(2), .gpus(4), .gpus(4), .nodes(1), .nodes(1), .nodes(1), .nodes(2), .nodes(2),
                .nodes(16),
            ])
    }

    @Test("every rule gives back what it took", arguments: GangPolicy.allCases)
    func run(policy: GangPolicy) {
        let workload = GangWorkload(fleet: fleet, loadPercent: 120, months: 2, seed: 3)
        #expect(workload.requests.count > 400)
        let outcome = GangExperiment(fleet: fleet, workload: workload).run(policy)
        #expect(outcome.asked == workload.requests.count)
        #expect(outcome.placed > 0 && outcome.placed < outcome.asked)
        #expect(outcome.refusedForPower == 0)
        #expect(outcome.usedGPUSeconds <= outcome.offeredGPUSeconds)
        #expect(outcome.groupsSpanned >= outcome.groupsLeast && outcome.racksSpanned >= outcome.racksLeast)
    }

    @Test("in a queue everybody waits for whoever was first")
    func queue() {
        let all = fleet.gpuCount
        let requests = [
            request(.nodes(128), gpus: all, at: 0, seconds: 100), request(.nodes(128), gpus: all, at: 10, seconds: 50),
            request(.nodes(1), gpus: 8, at: 20, seconds: 1),
        ]
        var experiment = GangExperiment(fleet: fleet, workload: GangWorkload(requests: requests))
        #expect(experiment.run(.firstFit).placed == 1)
        experiment.queues = true
        let outcome = experiment.run(.firstFit)
        #expect(outcome.placed == 3)
        // The second waits from 10 to 100, the third from 20 to 150.
        #expect(outcome.waitedSeconds == 90 + 130)
    }

    @Test("a refusal counts as one though enough was free only when it was")
    func refusals() throws {
        let requests = [
            request(.gpus(1), gpus: 1), request(.blocks(1), gpus: 512), request(.blocks(1), gpus: 512),
            request(.nodes(128), gpus: 1_024), request(.gpus(1), gpus: 1, at: 1),
        ]
        let outcome = GangExperiment(fleet: fleet, workload: GangWorkload(requests: requests)).run(.firstFit)
        #expect(outcome.placed == 3 && outcome.refusedThoughFree == 0)
        let spread = [request(.gpus(1), gpus: 1), request(.nodes(127), gpus: 1_016), request(.nodes(1), gpus: 8)]
        let second = GangExperiment(fleet: fleet, workload: GangWorkload(requests: spread)).run(.firstFit)
        #expect(second.refusedThoughFree == 0 && second.placed == 2)
        let blocks = [request(.nodes(1), gpus: 8), request(.blocks(2), gpus: 1_016)]
        let third = GangExperiment(fleet: fleet, workload: GangWorkload(requests: blocks)).run(.firstFit)
        #expect(third.refusedThoughFree == 1 && third.usedPermilleAtFirstRefusal == 7)
    }

    @Test("events come by time, then by number")
    func events() {
        var queue = EventQueue()
        var random = SimulationRandom(seed: 5)
        let times = (0..<500).map { _ in Int64(random.below(50)) }
        for (number, time) in times.enumerated() { queue.add(number, at: time) }
        var order: [Int] = []
        while let event = queue.removeFirst(until: 25) { order.append(event.number) }
        let expected = times.indices.filter { times[$0] <= 25 }.sorted {
            times[$0] != times[$1] ? times[$0] < times[$1] : $0 < $1
        }
        #expect(order == expected)
    }
}
