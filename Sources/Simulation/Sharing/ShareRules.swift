// The published policies, each from its definition in the inflation experiment of FGD (Weng et al., ATC'23).
//
// Their scores are the integers from 0 to 100 of a Kubernetes scheduler, which is part of the definition: most of what
// they gather comes from ties.

import Packing

/// A policy that gives each node on which a task fits a score, and takes the highest.
protocol ShareRule {
    /// Whether scores are spread over 0 to 100 for each decision.
    static var isNormalized: Bool { get }
    /// The score of a node on which the task fits, and for a part of a GPU the device it would get.
    func score(_ request: ShareRequest, on node: ShareNodeLeft) -> (score: Int, device: Int)
}

extension ShareRule {
    static var isNormalized: Bool { false }
}

/// The node first in the tie order.
struct FirstFitRule: ShareRule {
    func score(_ request: ShareRequest, on node: ShareNodeLeft) -> (score: Int, device: Int) {
        (0, node.bestDevice(for: request.gpuMilli))
    }
}

/// The CPU and GPUs by which shares of a node are counted: the largest node's.
private enum LargestNode {
    static var cpuMilli: Double { 128_000 }
    static var gpuMilli: Double { 8_000 }
}

/// Tetris (Grandl et al., SIGCOMM'14): the least dot product of what is asked for and what is left.
struct DotProductRule: ShareRule {
    func score(_ request: ShareRequest, on node: ShareNodeLeft) -> (score: Int, device: Int) {
        let cpu = Double(node.cpuMilli) / LargestNode.cpuMilli * Double(request.cpuMilli) / LargestNode.cpuMilli
        let gpu = Double(node.totalFree) / LargestNode.gpuMilli * Double(request.totalMilli) / LargestNode.gpuMilli
        return (Int(100 * (1 - (cpu + gpu) / 2)), node.bestDevice(for: request.gpuMilli))
    }
}

/// Gandiva (Xiao et al., OSDI'18): with tasks of its own sort, else on empty nodes, else with others.
struct GPUClusteringRule: ShareRule {
    func score(_ request: ShareRequest, on node: ShareNodeLeft) -> (score: Int, device: Int) {
        guard request.gpuCount > 0 else { return (0, -1) }
        let sort = ShareNodeLeft.sort(of: request)
        let base = node.sorts == 0 ? 25 : node.sorts & sort == 0 ? 0 : node.sorts == sort ? 75 : 50
        let fill = 25 * (Int(LargestNode.gpuMilli) - node.totalFree) / Int(LargestNode.gpuMilli)
        return (base + fill, node.bestDevice(for: request.gpuMilli))
    }
}

/// AntMan (Xiao et al., OSDI'20): on shared GPUs first, then on free GPUs of used nodes, then on empty nodes.
struct GPUPackingRule: ShareRule {
    func score(_ request: ShareRequest, on node: ShareNodeLeft) -> (score: Int, device: Int) {
        guard request.gpuCount > 0 else { return (0, -1) }
        let device = node.bestDevice(for: request.gpuMilli)
        let free = node.freeCount
        if free == node.gpuCount { return (max(33 - free, free), device) }
        // Best fit takes a free GPU only where no other will do, and whole GPUs are always free ones.
        let freeTaken = request.isPart ? (Int(node.frees[device]) == ShareRequest.wholeMilli ? 1 : 0) : request.gpuCount
        if freeTaken > 0 { return (max(50 - freeTaken, 33), device) }
        return (max(100 - Int(node.frees[device]) / 100, 50), device)
    }
}

/// The least of what would be left, CPU and GPUs weighing the same, spread over 0 to 100.
struct BestFitRule: ShareRule {
    static var isNormalized: Bool { true }

    func score(_ request: ShareRequest, on node: ShareNodeLeft) -> (score: Int, device: Int) {
        let cpu = Double(node.cpuMilli - request.cpuMilli) / LargestNode.cpuMilli
        let gpu = Double(node.totalFree - request.totalMilli) / LargestNode.gpuMilli
        return (Int(100 * (1 - (cpu * 0.5 + gpu * 0.5))), node.bestDevice(for: request.gpuMilli))
    }
}
