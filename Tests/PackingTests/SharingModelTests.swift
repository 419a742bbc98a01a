// The pool of shared GPUs against the slow model, on random clusters.

import Testing

@testable import Packing

@Suite("A pool of shared GPUs")
struct SharingModelTests {
    /// A random cluster of at most as many nodes as are weighed for one hole, with a random list of requests.
    private struct Case {
        var nodes: [ShareNode] = []
        var ranks: [Int] = []
        var list: [(request: ShareRequest, count: Int)] = []
        var random: SeededGenerator

        init(seed: UInt64) {
            random = SeededGenerator(seed: seed)
            let shapes = (0..<random.pick(1...4)).map { model in
                ShareNode(
                    cpuMilli: random.pick(8...128) * 1_000, memoryMiB: random.pick(32...512) * 1_024,
                    gpuCount: random.pick(1...8), model: model % 3)
            }
            for _ in 0..<random.pick(1...SharePool.holeLooksMax) { nodes.append(random.pick(from: shapes)) }
            ranks = Array(nodes.indices)
            ranks.shuffle(using: &random)
            for _ in 0..<random.pick(1...25) { list.append((request(), random.pick(1...200))) }
        }

        private mutating func request() -> ShareRequest {
            let count = random.pick(from: [0, 1, 1, 1, 1, 1, 2, 4, 8])
            let milli = count == 0 ? 0 : count == 1 && random.chance(60) ? random.pick(1...99) * 10 : 1_000
            return ShareRequest(
                cpuMilli: random.pick(0...24) * 500, memoryMiB: random.pick(0...64) * 1_024, gpuCount: count,
                gpuMilli: milli, models: random.chance(70) ? ShareRequest.anyModel : UInt64(random.pick(1...7)))
        }
    }

    @Test("places as the full scan does", arguments: 1...60 as ClosedRange<UInt64>)
    func model(seed: UInt64) {
        var sample = Case(seed: seed)
        var pool = SharePool(nodes: sample.nodes, ranks: sample.ranks, popularity: .listed(sample.list))
        var model = SharingModel(nodes: sample.nodes, ranks: sample.ranks, list: sample.list)
        var held: [(placement: SharePlacement, request: ShareRequest)] = []
        for step in 0..<400 {
            if !held.isEmpty, sample.random.chance(25) {
                let last = held.remove(at: sample.random.pick(0...held.count - 1))
                pool.release(last.placement, of: pool.kind(of: last.request))
                model.release(last.placement, of: last.request)
                continue
            }
            let request = sample.random.pick(from: sample.list).request
            let placement = pool.place(pool.kind(of: request))
            let expected = model.place(request)
            #expect(placement == expected, "step \(step), \(request)")
            guard placement == expected else { return }
            if let placement { held.append((placement, request)) }
        }
    }

    @Test("never takes what is not there and never refuses what fits", arguments: 1...30 as ClosedRange<UInt64>)
    func capacity(seed: UInt64) {
        var sample = Case(seed: seed)
        var pool = SharePool(nodes: sample.nodes, ranks: sample.ranks)
        var model = SharingModel(nodes: sample.nodes, ranks: sample.ranks, list: [])
        var held: [(placement: SharePlacement, request: ShareRequest)] = []
        for _ in 0..<400 {
            if !held.isEmpty, sample.random.chance(30) {
                let last = held.remove(at: sample.random.pick(0...held.count - 1))
                pool.release(last.placement, of: pool.kind(of: last.request))
                model.release(last.placement, of: last.request)
                continue
            }
            let request = sample.random.pick(from: sample.list).request
            guard let placement = pool.place(pool.kind(of: request)) else {
                #expect(!model.nodes.contains { model.fits(request, $0) })
                continue
            }
            #expect(placement.devices.nonzeroBitCount == request.gpuCount)
            #expect(request.gpuCount == 0 || sample.nodes[placement.node].couldHold(request))
            model.take(placement, request)
            let node = model.nodes[placement.node]
            #expect(node.cpuMilli >= 0 && node.memoryMiB >= 0 && node.frees.allSatisfy { $0 >= 0 })
            held.append((placement, request))
        }
        for (index, node) in model.nodes.enumerated() {
            #expect(pool.freeCPUMilli(node: index) == node.cpuMilli)
            #expect(pool.freeMemoryMiB(node: index) == node.memoryMiB)
            for (device, free) in node.frees.enumerated() {
                #expect(pool.freeMilli(node: index, device: device) == free)
            }
        }
    }

    @Test("places the same calls the same way, learning or not", arguments: [true, false])
    func determinism(isLearning: Bool) {
        func run() -> [SharePlacement?] {
            var sample = Case(seed: 7)
            let popularity: SharePopularity = isLearning ? .learned : .listed(sample.list)
            var pool = SharePool(nodes: sample.nodes, ranks: sample.ranks, popularity: popularity)
            return (0..<500).map { _ in pool.place(pool.kind(of: sample.random.pick(from: sample.list).request)) }
        }
        #expect(run() == run())
    }
}
