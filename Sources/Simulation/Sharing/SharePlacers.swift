// Policies as something that places tasks one by one.

import Packing

/// A policy with the cluster that it fills.
protocol SharePlacer {
    /// Places a task of a kind of the trace, or gives nil when it fits nowhere.
    mutating func place(_ kind: Int) -> SharePlacement?
}

/// A published policy: the highest score wins, the lowest rank of equals.
///
/// Scores are kept for each kind and node, and made anew for nodes that changed since the kind was last placed; the
/// decisions are those of a full scan.
struct ShareRulePlacer<Rule: ShareRule>: SharePlacer {
    private let rule: Rule
    private let requests: [ShareRequest]
    private let nodeOfRank: [Int]
    /// By rank.
    private var nodes: [ShareNodeLeft]
    /// By kind and rank: the score, or -1 where the task does not fit.
    private var scores: [[Int16]]
    private var devices: [[Int8]]
    /// The ranks of changed nodes, and for each kind how many of them its scores know.
    private var changes: [Int] = []
    private var known: [Int]

    init(_ trace: ShareTrace, ranks: [Int], rule: Rule) {
        self.rule = rule
        requests = trace.kinds.map(\.request)
        var nodeOfRank = [Int](repeating: 0, count: ranks.count)
        for (node, rank) in ranks.enumerated() { nodeOfRank[rank] = node }
        self.nodeOfRank = nodeOfRank
        nodes = nodeOfRank.map { ShareNodeLeft(trace.nodes[$0]) }
        scores = Array(repeating: [], count: requests.count)
        devices = Array(repeating: [], count: requests.count)
        known = Array(repeating: 0, count: requests.count)
    }

    mutating func place(_ kind: Int) -> SharePlacement? {
        rescore(kind)
        guard let rank = best(scores[kind]) else { return nil }
        let used = nodes[rank].put(requests[kind], on: Int(devices[kind][rank]))
        changes.append(rank)
        return SharePlacement(node: nodeOfRank[rank], devices: used)
    }

    private mutating func rescore(_ kind: Int) {
        if scores[kind].isEmpty {
            scores[kind] = Array(repeating: -1, count: nodes.count)
            devices[kind] = Array(repeating: -1, count: nodes.count)
            for rank in nodes.indices { rescore(kind, rank) }
        } else {
            for change in known[kind]..<changes.count { rescore(kind, changes[change]) }
        }
        known[kind] = changes.count
    }

    private mutating func rescore(_ kind: Int, _ rank: Int) {
        guard nodes[rank].fits(requests[kind]) else {
            scores[kind][rank] = -1
            return
        }
        let (score, device) = rule.score(requests[kind], on: nodes[rank])
        scores[kind][rank] = Int16(score)
        devices[kind][rank] = Int8(device)
    }

    private func best(_ scores: [Int16]) -> Int? {
        var (lowest, highest) = (Int16.max, Int16(-1))
        for score in scores where score >= 0 {
            lowest = min(lowest, score)
            highest = max(highest, score)
        }
        guard highest >= 0 else { return nil }
        guard Rule.isNormalized, highest > lowest else {
            return Rule.isNormalized ? scores.firstIndex { $0 >= 0 } : scores.firstIndex(of: highest)
        }
        // Spread over 0 to 100 and rounded down, only the highest keeps 100.
        return scores.firstIndex(of: highest)
    }
}

/// Any node on which the task fits, each with the same chance, and any device of it.
struct RandomPlacer: SharePlacer {
    private let requests: [ShareRequest]
    private var nodes: [ShareNodeLeft]
    private var random: SimulationRandom
    private var fitting: [Int] = []

    init(_ trace: ShareTrace, seed: UInt64) {
        requests = trace.kinds.map(\.request)
        nodes = trace.nodes.map(ShareNodeLeft.init)
        random = SimulationRandom(seed: seed)
    }

    mutating func place(_ kind: Int) -> SharePlacement? {
        fitting.removeAll(keepingCapacity: true)
        for node in nodes.indices where nodes[node].fits(requests[kind]) { fitting.append(node) }
        guard !fitting.isEmpty else { return nil }
        let node = fitting[random.below(fitting.count)]
        let devices = (0..<nodes[node].gpuCount).filter { Int(nodes[node].frees[$0]) >= requests[kind].gpuMilli }
        let device = requests[kind].isPart ? devices[random.below(devices.count)] : -1
        return SharePlacement(node: node, devices: nodes[node].put(requests[kind], on: device))
    }
}

/// Our own policy.
struct SharePoolPlacer: SharePlacer {
    private var pool: SharePool
    private let kinds: [ShareKindIndex]

    init(_ trace: ShareTrace, ranks: [Int], isLearning: Bool) {
        let list = zip(trace.kinds, trace.kindCounts).map { (request: $0.request, count: $1) }
        pool = SharePool(nodes: trace.nodes, ranks: ranks, popularity: isLearning ? .learned : .listed(list))
        var pool = pool
        kinds = trace.kinds.map { pool.kind(of: $0.request) }
        self.pool = pool
    }

    mutating func place(_ kind: Int) -> SharePlacement? { pool.place(kinds[kind]) }
}
