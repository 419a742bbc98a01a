// Fragmentation gradient descent (Weng et al., ATC'23), as its authors' simulator scores it.

import Foundation
import Packing

/// Where the GPU thousandths that a task drawn from the popular kinds cannot use grow least.
struct FGDRule: ShareRule {
    private struct PopularKind {
        let cpuMilli: Int
        let gpuCount: Int
        let gpuMilli: Int
        let models: UInt64
        let share: Double
    }

    private let popular: [PopularKind]

    /// The kinds that cover 95 % of a task list, told apart by CPU, part, number of GPUs and the text of the models.
    init(_ trace: ShareTrace) {
        struct Key: Hashable {
            let request: ShareRequest
            let models: String
        }
        var places: [Key: Int] = [:]
        var counted: [(key: Key, count: Int)] = []
        for (kind, count) in zip(trace.kinds, trace.kindCounts) {
            let request = ShareRequest(
                cpuMilli: kind.request.cpuMilli, memoryMiB: 0, gpuCount: kind.request.gpuCount,
                gpuMilli: kind.request.gpuMilli, models: kind.request.models)
            let key = Key(request: request, models: kind.models)
            let place = places[key] ?? counted.count
            if place == counted.count {
                places[key] = place
                counted.append((key, 0))
            }
            counted[place].count += count
        }
        counted.sort {
            Self.isBefore(($0.count, $0.key.request, $0.key.models), ($1.count, $1.key.request, $1.key.models))
        }
        var (covered, kept) = (0, 0)
        while covered * 100 < trace.tasks.count * 95 {
            covered += counted[kept].count
            kept += 1
        }
        popular = counted.prefix(kept).map { entry in
            let request = entry.key.request
            return PopularKind(
                cpuMilli: request.cpuMilli, gpuCount: request.gpuCount, gpuMilli: request.gpuMilli,
                models: request.models, share: Double(entry.count) / Double(covered))
        }
    }

    /// The more popular first; of equals the larger.
    private static func isBefore(
        _ left: (count: Int, request: ShareRequest, models: String),
        _ right: (count: Int, request: ShareRequest, models: String)
    ) -> Bool {
        if left.count != right.count { return left.count > right.count }
        let (a, b) = (left.request, right.request)
        if a.cpuMilli != b.cpuMilli { return a.cpuMilli > b.cpuMilli }
        if a.gpuMilli != b.gpuMilli { return a.gpuMilli > b.gpuMilli }
        if a.gpuCount != b.gpuCount { return a.gpuCount > b.gpuCount }
        return left.models > right.models
    }

    /// Free thousandths of a node that a popular task cannot use, on average.
    func fragmentation(_ node: ShareNodeLeft) -> Double {
        let total = node.totalFree
        guard total > 0 else { return 0 }
        var sum = 0.0
        for kind in popular { sum += kind.share * Double(unusable(node, kind, total)) }
        return sum
    }

    private func unusable(_ node: ShareNodeLeft, _ kind: PopularKind, _ total: Int) -> Int {
        guard kind.gpuCount > 0, kind.models >> UInt64(node.model) & 1 == 1, node.cpuMilli >= kind.cpuMilli else {
            return total
        }
        var (large, small) = (0, 0)
        for device in 0..<node.gpuCount {
            if Int(node.frees[device]) >= kind.gpuMilli { large += 1 } else { small += Int(node.frees[device]) }
        }
        return large >= kind.gpuCount ? small : total
    }

    func score(_ request: ShareRequest, on node: ShareNodeLeft) -> (score: Int, device: Int) {
        let before = fragmentation(node)
        guard request.isPart else { return (score(before, node, request, -1), -1) }
        var best = (score: -1, device: -1)
        for device in 0..<node.gpuCount where Int(node.frees[device]) >= request.gpuMilli {
            // A device like an earlier one scores the same, and the earlier one is kept.
            guard !(0..<device).contains(where: { node.frees[$0] == node.frees[device] }) else { continue }
            let score = score(before, node, request, device)
            if score > best.score { best = (score, device) }
        }
        return best
    }

    private func score(_ before: Double, _ node: ShareNodeLeft, _ request: ShareRequest, _ device: Int) -> Int {
        var after = node
        after.put(request, on: device)
        return Int(100 / (1 + exp((fragmentation(after) - before) / 1_000)))
    }
}
