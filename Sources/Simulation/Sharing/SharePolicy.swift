// The policies of the inflation experiment by name.

import Packing

/// A policy for tasks that share GPUs.
public enum SharePolicy: String, CaseIterable, Sendable {
    case random
    case dotProduct = "dot-product"
    case gpuClustering = "gpu-clustering"
    case gpuPacking = "gpu-packing"
    case bestFit = "best-fit"
    case firstFit = "first-fit"
    /// Fragmentation gradient descent; knows how popular kinds are from the task list.
    case fgd
    /// Our own, which learns from the tasks as they come.
    case berth
    /// Our own, knowing how popular kinds are from the task list.
    case berthListed = "berth-listed"

    /// The policy on an empty cluster. For our own and FGD this takes some milliseconds.
    func placer(_ trace: ShareTrace, ranks: [Int], seed: UInt64) -> any SharePlacer {
        switch self {
        case .random: RandomPlacer(trace, seed: seed)
        case .dotProduct: ShareRulePlacer(trace, ranks: ranks, rule: DotProductRule())
        case .gpuClustering: ShareRulePlacer(trace, ranks: ranks, rule: GPUClusteringRule())
        case .gpuPacking: ShareRulePlacer(trace, ranks: ranks, rule: GPUPackingRule())
        case .bestFit: ShareRulePlacer(trace, ranks: ranks, rule: BestFitRule())
        case .firstFit: ShareRulePlacer(trace, ranks: ranks, rule: FirstFitRule())
        case .fgd: ShareRulePlacer(trace, ranks: ranks, rule: FGDRule(trace))
        case .berth: SharePoolPlacer(trace, ranks: ranks, isLearning: true)
        case .berthListed: SharePoolPlacer(trace, ranks: ranks, isLearning: false)
        }
    }
}
