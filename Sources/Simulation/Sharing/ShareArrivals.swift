// Arrival orders that are not published: made from a seed by the published method.

import Packing

/// The order in which tasks arrive, and the tie order of nodes, for one run.
public struct ShareArrivals: Sendable {
    /// A row of the task list for each arrival.
    public var tasks: [Int]
    /// The rank of each node.
    public var ranks: [Int]

    public init(tasks: [Int], ranks: [Int]) {
        self.tasks = tasks
        self.ranks = ranks
    }

    /// The task list shuffled, then uniform draws with replacement, until requests reach a load; and a shuffled order
    /// of nodes. SplitMix64 throughout: a seed gives the same run everywhere, though not that of the published runs.
    ///
    /// - Precondition: some task asks for a GPU.
    /// - Parameter loadPercent: requested GPU thousandths over the capacity at which arrivals end.
    public init(_ trace: ShareTrace, seed: UInt64, loadPercent: Int) {
        var random = SimulationRandom(seed: seed)
        let shuffled = Self.shuffled(trace.tasks.count, &random)
        let limit = trace.capacityMilli * loadPercent
        tasks = []
        var requested = 0
        precondition(trace.requestsGPUs, "some task asks for a GPU")
        while requested * 100 < limit {
            let task = tasks.count < shuffled.count ? shuffled[tasks.count] : random.below(shuffled.count)
            requested += trace.kinds[trace.tasks[task]].request.totalMilli
            tasks.append(task)
        }
        ranks = Self.shuffled(trace.nodes.count, &random)
    }

    /// The numbers below `count` in a random order (Fisher and Yates).
    static func shuffled(_ count: Int, _ random: inout SimulationRandom) -> [Int] {
        var numbers = Array(0..<count)
        for place in stride(from: count - 1, to: 0, by: -1) { numbers.swapAt(place, random.below(place + 1)) }
        return numbers
    }

    /// The same run on a cluster and with arrivals repeated `times` times; a node's copies are neighbours in rank.
    public func repeated(_ times: Int, _ trace: ShareTrace) -> (ShareTrace, ShareArrivals) {
        var larger = trace
        larger.nodes = (0..<times).flatMap { _ in trace.nodes }
        let ranks = (0..<times).flatMap { copy in self.ranks.map { $0 * times + copy } }
        return (larger, ShareArrivals(tasks: (0..<times).flatMap { _ in tasks }, ranks: ranks))
    }
}
