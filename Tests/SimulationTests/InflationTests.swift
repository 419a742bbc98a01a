// The inflation experiment on small clusters.

import Packing
import Testing

@testable import Simulation

@Suite("The inflation experiment")
struct InflationTests {
    private func task(cpu: Int = 1_000, gpus: Int = 1, milli: Int = 1_000) -> ShareTaskKind {
        ShareTaskKind(
            request: ShareRequest(cpuMilli: cpu, memoryMiB: 1, gpuCount: gpus, gpuMilli: milli), models: "")
    }

    private func cluster(_ count: Int, gpus: Int = 4) -> [ShareNode] {
        Array(
            repeating: ShareNode(cpuMilli: 32_000, memoryMiB: 1_024, gpuCount: gpus, model: 0), count: count)
    }

    private func mixed(nodes: Int = 12) -> ShareTrace {
        let tasks = [
            task(), task(cpu: 12_000), task(milli: 810), task(milli: 470), task(milli: 320), task(gpus: 4),
            task(cpu: 8_000, gpus: 0, milli: 0),
        ]
        return ShareTrace(nodes: cluster(nodes), models: ["X"], tasks: tasks)
    }

    @Test("reads what is allocated at each load, and the first refusal")
    func accounts() throws {
        // Four GPUs; tasks of two each, of which the third fits nowhere.
        let trace = ShareTrace(nodes: cluster(1), models: ["X"], tasks: [task(gpus: 2)])
        let run = InflationRun(trace: trace, arrivals: ShareArrivals(tasks: [0, 0, 0], ranks: [0]))
        let outcome = run.run(.firstFit)
        #expect(outcome.capacityMilli == 4_000)
        // At 95 % one task has arrived, at 100 % both.
        #expect(outcome.allocatedPercent(at: 95) == 50)
        #expect(outcome.allocatedPercent(at: 100) == 100)
        #expect(outcome.allocatedPercent(at: 110) == 100)
        #expect(outcome.firstRefusalPercent == 150)
        #expect((outcome.arrivalCount, outcome.acceptedCount) == (3, 2))
        #expect(outcome.nanoseconds.count == 3)
    }

    @Test("a load ends the arrivals")
    func load() {
        let trace = ShareTrace(nodes: cluster(1), models: ["X"], tasks: [task()])
        let arrivals = ShareArrivals(tasks: Array(repeating: 0, count: 9), ranks: [0])
        let outcome = InflationRun(trace: trace, arrivals: arrivals).run(.firstFit, loadPercent: 100)
        #expect((outcome.arrivalCount, outcome.acceptedCount) == (4, 4))
        #expect(outcome.firstRefusalPercent == nil)
    }

    @Test("every policy keeps within the nodes and fills most of them", arguments: SharePolicy.allCases)
    func policies(policy: SharePolicy) throws {
        // The ledger ends the process when a placement takes what is not there.
        let trace = mixed()
        for seed in 1...3 as ClosedRange<UInt64> {
            let arrivals = ShareArrivals(trace, seed: seed, loadPercent: 130)
            let outcome = InflationRun(trace: trace, arrivals: arrivals, seed: seed).run(policy)
            #expect(try #require(outcome.allocatedPercent(at: 130)) > 60)
        }
    }

    @Test("a policy makes the same of the same run", arguments: SharePolicy.allCases)
    func determinism(policy: SharePolicy) {
        let trace = mixed()
        let run = InflationRun(trace: trace, arrivals: ShareArrivals(trace, seed: 5, loadPercent: 130), seed: 5)
        let (first, second) = (run.run(policy), run.run(policy))
        #expect(first.points.map(\.allocatedMilli) == second.points.map(\.allocatedMilli))
        #expect(first.acceptedCount == second.acceptedCount)
    }

    @Test("scores that are kept decide as a full scan does")
    func keptScores() {
        let trace = mixed()
        let arrivals = ShareArrivals(trace, seed: 3, loadPercent: 130)
        let rule = FGDRule(trace)
        var kept = ShareRulePlacer(trace, ranks: arrivals.ranks, rule: rule)
        var nodes = trace.nodes.map(ShareNodeLeft.init)
        for task in arrivals.tasks {
            let request = trace.kinds[trace.tasks[task]].request
            let best = nodes.indices.filter { nodes[$0].fits(request) }.map {
                (node: $0, scored: rule.score(request, on: nodes[$0]))
            }.max {
                $0.scored.score != $1.scored.score
                    ? $0.scored.score < $1.scored.score : arrivals.ranks[$0.node] > arrivals.ranks[$1.node]
            }
            let placement = kept.place(trace.tasks[task])
            #expect(placement?.node == best?.node)
            if let best { nodes[best.node].put(request, on: best.scored.device) }
        }
    }

    @Test("arrivals go through the list in a random order and are drawn from it after that")
    func arrivals() {
        let trace = mixed(nodes: 30)
        let arrivals = ShareArrivals(trace, seed: 9, loadPercent: 130)
        #expect(arrivals.tasks.prefix(7).sorted() == Array(0..<7))
        #expect(arrivals.ranks.sorted() == Array(0..<30))
        #expect(arrivals.tasks == ShareArrivals(trace, seed: 9, loadPercent: 130).tasks)
        #expect(arrivals.tasks != ShareArrivals(trace, seed: 10, loadPercent: 130).tasks)
        let requested = arrivals.tasks.reduce(0) { $0 + trace.kinds[trace.tasks[$1]].request.totalMilli }
        #expect((trace.capacityMilli * 130 / 100..<trace.capacityMilli * 130 / 100 + 4_000).contains(requested))
    }

    @Test("a repeated run has as many times the nodes and arrivals, and ranks of its own")
    func repeated() {
        let trace = mixed(nodes: 3)
        let (larger, arrivals) = ShareArrivals(trace, seed: 1, loadPercent: 100).repeated(10, trace)
        #expect(larger.nodes.count == 30)
        #expect(arrivals.ranks.sorted() == Array(0..<30))
    }

    @Test("a mix changes the one thing that it names")
    func mixes() throws {
        let trace = mixed()
        func share(_ trace: ShareTrace, _ isCounted: (ShareRequest) -> Bool) -> Int {
            let all = trace.tasks.map { trace.kinds[$0].request }
            let counted = all.filter(isCounted).reduce(0) { $0 + $1.totalMilli }
            return 100 * counted / all.reduce(0) { $0 + $1.totalMilli }
        }
        let long = trace.replacingTasks((0..<2_000).map { trace.kinds[trace.tasks[$0 % 7]] })
        let shares = try #require(ShareMix("shares:60")).applied(to: long, seed: 1)
        #expect((58...62).contains(share(shares, \.isPart)))
        let several = try #require(ShareMix("multi-gpu:30")).applied(to: long, seed: 1)
        #expect((28...32).contains(share(several) { $0.gpuCount > 1 }))
        let cpu = try #require(ShareMix("cpu:250")).applied(to: long, seed: 1)
        let without = cpu.tasks.filter { cpu.kinds[$0].request.gpuCount == 0 }.count
        #expect((650...780).contains(without))
        let constrained = try #require(ShareMix("constrained:50")).applied(to: long, seed: 1)
        #expect(constrained.tasks.contains { constrained.kinds[$0].models == "X" })
        let wrong = ["shares", "shares:0", "shares:100", "constrained:101", "other:1", "cpu:x"]
        #expect(wrong.allSatisfy { ShareMix($0) == nil })
    }
}
