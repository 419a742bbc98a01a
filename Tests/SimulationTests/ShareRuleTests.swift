// The published policies on nodes small enough to work them out by hand.

import Packing
import Testing

@testable import Simulation

@Suite("The published policies")
struct ShareRuleTests {
    private func part(_ milli: Int, cpu: Int = 1_000) -> ShareRequest {
        ShareRequest(cpuMilli: cpu, memoryMiB: 0, gpuCount: 1, gpuMilli: milli)
    }

    private func whole(_ count: Int, cpu: Int = 1_000) -> ShareRequest {
        ShareRequest(cpuMilli: cpu, memoryMiB: 0, gpuCount: count, gpuMilli: 1_000)
    }

    private func node(cpu: Int = 64_000, frees: [Int]) -> ShareNodeLeft {
        var node = ShareNodeLeft(ShareNode(cpuMilli: cpu, memoryMiB: 1_024, gpuCount: frees.count, model: 0))
        for (device, free) in frees.enumerated() { node.frees[device] = Int16(free) }
        return node
    }

    @Test("first fit gives every node the same score and takes the fullest device that will do")
    func firstFit() {
        let (score, device) = FirstFitRule().score(part(300), on: node(frees: [1_000, 200, 400, 300]))
        #expect((score, device) == (0, 3))
    }

    @Test("dot product: 64 of 128 CPUs and 4 of 8 GPUs left, 32 and 2 asked for, is 1/8 of 2")
    func dotProduct() {
        let four = node(frees: [1_000, 1_000, 1_000, 1_000])
        // 1 - (0.5 × 0.25 + 0.5 × 0.25) / 2 = 0.875.
        #expect(DotProductRule().score(whole(2, cpu: 32_000), on: four).score == 87)
    }

    @Test("best fit: what is left of CPU and GPUs, half and half")
    func bestFit() {
        let four = node(frees: [1_000, 1_000, 1_000, 1_000])
        // 1 - (32 / 128 + 2 / 8) / 2 = 0.75.
        #expect(BestFitRule().score(whole(2, cpu: 32_000), on: four).score == 75)
    }

    @Test("GPU clustering: own sort alone, own sort among others, empty, others")
    func clustering() {
        var used = node(frees: Array(repeating: 1_000, count: 8))
        // Nothing placed: 25, and nothing of the 8 GPUs taken.
        #expect(GPUClusteringRule().score(part(500), on: used).score == 25)
        used.put(part(500), on: 0)
        // 7,500 free: 25 × 500 / 8,000 is 1.
        #expect(GPUClusteringRule().score(part(500), on: used).score == 76)
        #expect(GPUClusteringRule().score(whole(1), on: used).score == 1)
        used.put(whole(1), on: -1)
        // 6,500 free: 25 × 1,500 / 8,000 is 4.
        #expect(GPUClusteringRule().score(part(500), on: used).score == 54)
        #expect(GPUClusteringRule().score(whole(2), on: used).score == 4)
    }

    @Test("GPU packing: shared devices, free devices of used nodes, empty nodes")
    func packing() {
        let rule = GPUPackingRule()
        // 40 % left of the device: 100 - 40 / 10.
        #expect(rule.score(part(300), on: node(frees: [1_000, 400])).score == 96)
        #expect(rule.score(part(500), on: node(frees: [1_000, 400])).score == 49)
        #expect(rule.score(whole(2), on: node(frees: [1_000, 1_000, 0])).score == 48)
        #expect(rule.score(part(500), on: node(frees: [1_000, 1_000])).score == 31)
    }

    @Test("no policy but the fitting ones looks at tasks without GPUs")
    func withoutGPUs() {
        let task = ShareRequest(cpuMilli: 1_000, memoryMiB: 0, gpuCount: 0, gpuMilli: 0)
        #expect(GPUPackingRule().score(task, on: node(frees: [1_000])).score == 0)
        #expect(GPUClusteringRule().score(task, on: node(frees: [1_000])).score == 0)
    }

    /// Half of the tasks ask for a whole GPU and 8 CPUs, half for 500 thousandths and 4.
    private var fgd: FGDRule {
        FGDRule(
            ShareTrace(
                nodes: [ShareNode(cpuMilli: 64_000, memoryMiB: 1_024, gpuCount: 2, model: 0)], models: ["X"],
                tasks: [
                    ShareTaskKind(request: whole(1, cpu: 8_000), models: ""),
                    ShareTaskKind(request: part(500, cpu: 4_000), models: ""),
                ]))
    }

    @Test("FGD counts what a popular task cannot use: all of it without CPU, else the devices too small")
    func fragmentation() {
        #expect(fgd.fragmentation(node(frees: [1_000, 1_000])) == 0)
        // The whole GPU cannot use the 600.
        #expect(fgd.fragmentation(node(frees: [1_000, 600])) == 300)
        // Nobody can use the 400, and without a free device a whole GPU nothing.
        #expect(fgd.fragmentation(node(frees: [600, 400])) == 0.5 * 1_000 + 0.5 * 400)
        #expect(fgd.fragmentation(node(cpu: 4_000, frees: [1_000, 0])) == 500)
        #expect(fgd.fragmentation(node(cpu: 3_999, frees: [1_000, 0])) == 1_000)
    }

    @Test("FGD scores 100 × sigmoid of the gradient, rounded down, and picks the device that is best")
    func gradient() {
        // From [1000, 500], F = 250: filling the 500 leaves F = 0, and 100 × sigmoid(0.25) is 56.2.
        let (score, device) = fgd.score(part(500, cpu: 4_000), on: node(frees: [1_000, 500]))
        #expect((score, device) == (56, 1))
        // A whole GPU of two changes nothing: 100 × sigmoid(0).
        #expect(fgd.score(whole(1, cpu: 8_000), on: node(frees: [1_000, 1_000])).score == 50)
    }
}
